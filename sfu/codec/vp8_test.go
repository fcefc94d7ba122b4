package codec_test

import (
	"testing"

	"github.com/pion/rtp/codecs"

	"github.com/atrium-rtc/atrium/sfu/codec"
)

// vp8Keyframe is as Chromium sends it: 15-bit picture id, TL0PICIDX, layer 0;
// 640x360.
var vp8Keyframe = []byte{
	0x90, 0xe0, 0x92, 0x34, 0x17, 0x00, // descriptor
	0x10, 0x02, 0x00, 0x9d, 0x01, 0x2a, 0x80, 0x02, 0x68, 0x01, // frame tag, start code, size
	0xff, 0xff,
}

func TestInspectVP8(t *testing.T) {
	runInspections(t, codec.VP8, []inspection{
		{
			name: "keyframe with everything", in: vp8Keyframe,
			want: codec.Frame{
				Keyframe: true, Start: true, HasPictureID: true, PictureID: 0x1234, PictureIDBits: 15,
				HasTL0PICIDX: true, TL0PICIDX: 0x17, Width: 640, Height: 360,
			},
		},
		{name: "keyframe, shortest descriptor", in: []byte{0x10, 0x10}, want: codec.Frame{Keyframe: true, Start: true}},
		{
			name: "keyframe without start code has no size", in: append([]byte{0x10, 0x10}, make([]byte, 12)...),
			want: codec.Frame{Keyframe: true, Start: true},
		},
		{
			name: "scaling hints are not part of the size",
			in:   []byte{0x10, 0x10, 0x02, 0x00, 0x9d, 0x01, 0x2a, 0x80, 0x42, 0x68, 0xc1},
			want: codec.Frame{Keyframe: true, Start: true, Width: 640, Height: 360},
		},
		{name: "delta frame", in: []byte{0x10, 0x11}, want: codec.Frame{Start: true}},
		{name: "middle of a frame", in: []byte{0x00, 0x10}, want: codec.Frame{}},
		{name: "start of a later partition", in: []byte{0x11, 0x10}, want: codec.Frame{}},
		{name: "non-reference bit changes nothing", in: []byte{0x30, 0x11}, want: codec.Frame{Start: true}},
		{
			name: "short picture id", in: []byte{0x90, 0x80, 0x05, 0x11},
			want: codec.Frame{Start: true, HasPictureID: true, PictureID: 5, PictureIDBits: 7},
		},
		{
			name: "temporal layer 2, switch up", in: []byte{0x90, 0x20, 0xa0, 0x11},
			want: codec.Frame{Start: true, TemporalLayer: 2, SwitchUp: true},
		},
		{
			name: "key index without layer", in: []byte{0x90, 0x10, 0xff, 0x11},
			want: codec.Frame{Start: true},
		},
		{name: "extension bits missing", in: []byte{0x90}, err: codec.ErrTruncated},
		{name: "picture id missing", in: []byte{0x90, 0x80}, err: codec.ErrTruncated},
		{name: "half a picture id", in: []byte{0x90, 0x80, 0x80}, err: codec.ErrTruncated},
		{name: "TL0PICIDX missing", in: []byte{0x90, 0x40}, err: codec.ErrTruncated},
		{name: "layer missing", in: []byte{0x90, 0x20}, err: codec.ErrTruncated},
		{name: "nothing behind the descriptor", in: []byte{0x90, 0x20, 0xa0}, err: codec.ErrTruncated},
		{name: "descriptor alone", in: []byte{0x10}, err: codec.ErrTruncated},
	})
}

// FuzzInspectVP8 compares with Pion's reading of the descriptor.
func FuzzInspectVP8(f *testing.F) {
	f.Add(vp8Keyframe)
	f.Add([]byte{0x90, 0x80, 0x05, 0x11})
	f.Add([]byte{0x90, 0x20, 0xa0, 0x11})
	f.Fuzz(func(t *testing.T, b []byte) {
		got, err := codec.Inspect(codec.VP8, b)
		checkFrame(t, got, err)
		var want codecs.VP8Packet
		if payload, pionErr := want.Unmarshal(b); err != nil || pionErr != nil || len(payload) == 0 {
			return
		}
		if got.PictureID != want.PictureID || got.TL0PICIDX != want.TL0PICIDX || got.TemporalLayer != want.TID ||
			got.SwitchUp != (want.T == 1 && want.Y == 1) || got.Start != (want.S == 1 && want.PID == 0) {
			t.Errorf("%x: got %+v, Pion reads %+v", b, got, want)
		}
	})
}
