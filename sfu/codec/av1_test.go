package codec_test

import (
	"testing"

	"github.com/atrium-rtc/atrium/sfu/codec"
)

// av1Keyframe is the first packet of a coded video sequence: a sequence header
// with its size, and the beginning of a frame without; 1920x1080.
var av1Keyframe = []byte{0x68, 0x0b, 0x08, 0x00, 0x00, 0x00, 0x42, 0xab, 0xbf, 0xc3, 0x70, 0x0b, 0xa1, 0x30, 0x10, 0x00}

func TestInspectAV1(t *testing.T) {
	key, start := codec.Frame{Keyframe: true, Start: true}, codec.Frame{Start: true}
	runInspections(t, codec.AV1, []inspection{
		{
			name: "new sequence, two elements", in: av1Keyframe,
			want: codec.Frame{Keyframe: true, Start: true, Width: 1920, Height: 1080},
		},
		{name: "new sequence, sizes everywhere", in: []byte{0x08, 2, 0x08, 0, 2, 0x30, 0x10}, want: key},
		{name: "new sequence behind a temporal delimiter", in: []byte{0x28, 1, 0x10, 0x08, 0}, want: key},
		{name: "new sequence without sequence header", in: []byte{0x18, 0x30, 0x10}, want: start},
		{name: "sequence header repeated inside a sequence", in: []byte{0x20, 2, 0x08, 0, 0x30, 0x10}, want: start},
		{name: "frame", in: []byte{0x10, 0x30, 0x10}, want: start},
		{name: "frame header", in: []byte{0x10, 0x18, 0x10}, want: start},
		{name: "tile group alone", in: []byte{0x10, 0x20, 0x10}, want: codec.Frame{}},
		{name: "continuation", in: []byte{0x90, 0x08, 0x10}, want: codec.Frame{}},
		{name: "continuation that claims a new sequence", in: []byte{0xa8, 1, 0x00, 0x08, 0x10}, want: codec.Frame{Start: true}},
		{name: "continuation and another frame", in: []byte{0xa0, 1, 0xff, 0x30, 0x10}, want: start},
		{
			name: "layers in the extension", in: []byte{0x10, 0x34, 0x48, 0x10},
			want: codec.Frame{Start: true, TemporalLayer: 2, SpatialLayer: 1},
		},
		{name: "empty element", in: []byte{0x20, 0, 0x30, 0x10}, want: start},
		{name: "aggregation header alone", in: []byte{0x10}, err: codec.ErrTruncated},
		{name: "element past the end", in: []byte{0x00, 9, 0x30}, err: codec.ErrTruncated},
		{name: "size that does not end", in: []byte{0x00, 0xff, 0xff}, err: codec.ErrTruncated},
		{
			name: "size of nine octets", in: []byte{0x00, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x00, 0x30},
			err: codec.ErrTruncated,
		},
		{name: "extension missing", in: []byte{0x10, 0x34}, err: codec.ErrTruncated},
	})
}

func FuzzInspectAV1(f *testing.F) {
	f.Add(av1Keyframe)
	f.Add([]byte{0x08, 2, 0x08, 0, 2, 0x30, 0x10})
	f.Add([]byte{0x10, 0x34, 0x48, 0x10})
	f.Add([]byte{0x00, 0xff, 0xff})
	f.Fuzz(func(t *testing.T, b []byte) {
		got, err := codec.Inspect(codec.AV1, b)
		checkFrame(t, got, err)
	})
}
