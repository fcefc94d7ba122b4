package codec_test

import (
	"testing"

	"github.com/pion/rtp/codecs"

	"github.com/atrium-rtc/atrium/sfu/codec"
)

// vp9Keyframe is the first packet of a key picture in non-flexible mode with
// the structure of three spatial layers, 320x180 to 1280x720.
var vp9Keyframe = []byte{
	0xaa, 0x80, 0x01, 0x00, 0x07, // I L B V; picture id 1; layers 0/0; TL0PICIDX 7
	0x58, 0x01, 0x40, 0x00, 0xb4, 0x02, 0x80, 0x01, 0x68, 0x05, 0x00, 0x02, 0xd0, // N_S 2, Y, G
	0x02, 0x00, 0x04, 0x01, // two pictures in the group, the second refers one back
	0x82, 0x49, 0x83,
}

func TestInspectVP9(t *testing.T) {
	runInspections(t, codec.VP9, []inspection{
		{
			name: "keyframe with scalability structure", in: vp9Keyframe,
			want: codec.Frame{
				Keyframe: true, Start: true, HasPictureID: true, PictureID: 1, PictureIDBits: 15,
				HasTL0PICIDX: true, TL0PICIDX: 7, Width: 1280, Height: 720,
			},
		},
		{name: "keyframe, shortest descriptor", in: []byte{0x08, 0x82}, want: codec.Frame{Keyframe: true, Start: true}},
		{
			name: "later packet of a keyframe", in: []byte{0x04, 0x82},
			want: codec.Frame{End: true},
		},
		{
			name: "delta frame", in: []byte{0x4c, 0x82},
			want: codec.Frame{Start: true, End: true, InterPicture: true},
		},
		{
			name: "upper spatial layer of a key picture is no keyframe", in: []byte{0x28, 0x03, 0x07, 0x82},
			want: codec.Frame{Start: true, SpatialLayer: 1, InterLayer: true, HasTL0PICIDX: true, TL0PICIDX: 7},
		},
		{
			name: "upper spatial layer without dependency is no keyframe", in: []byte{0x28, 0x02, 0x07, 0x82},
			want: codec.Frame{Start: true, SpatialLayer: 1, HasTL0PICIDX: true, TL0PICIDX: 7},
		},
		{
			name: "layers in flexible mode, three references", in: []byte{0xf8, 0x05, 0x54, 0x03, 0x05, 0x06, 0x82},
			want: codec.Frame{
				Start: true, InterPicture: true, HasPictureID: true, PictureID: 5, PictureIDBits: 7,
				TemporalLayer: 2, SwitchUp: true, SpatialLayer: 2,
			},
		},
		{
			name: "structure with group only", in: []byte{0x0a, 0x08, 0x01, 0x04, 0x01, 0x82},
			want: codec.Frame{Keyframe: true, Start: true},
		},
		{name: "picture id missing", in: []byte{0x88}, err: codec.ErrTruncated},
		{name: "layers missing", in: []byte{0x28}, err: codec.ErrTruncated},
		{name: "TL0PICIDX missing", in: []byte{0x28, 0x00}, err: codec.ErrTruncated},
		{name: "reference missing", in: []byte{0x58, 0x03}, err: codec.ErrTruncated},
		{name: "four references", in: []byte{0x58, 0x03, 0x03, 0x03, 0x02, 0x82}, err: codec.ErrTruncated},
		{name: "structure missing", in: []byte{0x0a}, err: codec.ErrTruncated},
		{name: "sizes missing", in: []byte{0x0a, 0x30, 1, 2, 3, 4, 5, 6, 7}, err: codec.ErrTruncated},
		{name: "group missing", in: []byte{0x0a, 0x08}, err: codec.ErrTruncated},
		{name: "group cut off", in: []byte{0x0a, 0x08, 0xff, 0x0c, 1}, err: codec.ErrTruncated},
		{name: "nothing behind the descriptor", in: []byte{0x08}, err: codec.ErrTruncated},
	})
}

// FuzzInspectVP9 compares with Pion's reading of the descriptor.
func FuzzInspectVP9(f *testing.F) {
	f.Add(vp9Keyframe)
	f.Add([]byte{0xf8, 0x05, 0x54, 0x03, 0x05, 0x06, 0x82})
	f.Add([]byte{0x0a, 0x08, 0x01, 0x04, 0x01, 0x82})
	f.Fuzz(func(t *testing.T, b []byte) {
		got, err := codec.Inspect(codec.VP9, b)
		checkFrame(t, got, err)
		var want codecs.VP9Packet
		if _, pionErr := want.Unmarshal(b); err != nil || pionErr != nil {
			return
		}
		if got.PictureID != want.PictureID || got.TL0PICIDX != want.TL0PICIDX || got.TemporalLayer != want.TID ||
			got.SpatialLayer != want.SID || got.SwitchUp != want.U || got.InterLayer != want.D ||
			got.InterPicture != want.P || got.Start != want.B || got.End != want.E {
			t.Errorf("%x: got %+v, Pion reads %+v", b, got, want)
		}
	})
}
