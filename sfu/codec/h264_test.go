package codec_test

import (
	"testing"

	"github.com/atrium-rtc/atrium/sfu/codec"
)

// h264Keyframe is an aggregate of SPS, PPS and a small IDR slice.
var h264Keyframe = []byte{
	0x78,
	0x00, 0x04, 0x67, 0x42, 0xc0, 0x1f,
	0x00, 0x03, 0x68, 0xce, 0x3c,
	0x00, 0x03, 0x65, 0x88, 0x84,
}

func TestInspectH264(t *testing.T) {
	key, start := codec.Frame{Keyframe: true, Start: true}, codec.Frame{Start: true}
	runInspections(t, codec.H264, []inspection{
		{name: "STAP-A with SPS, PPS and IDR", in: h264Keyframe, want: key},
		{name: "STAP-A with PPS and a slice", in: []byte{0x78, 0, 2, 0x68, 0xce, 0, 2, 0x41, 0x9a}, want: start},
		{name: "single SPS", in: []byte{0x67, 0x42, 0xc0, 0x1f}, want: key},
		{name: "single PPS", in: []byte{0x68, 0xce}, want: start},
		{name: "single IDR, first slice", in: []byte{0x65, 0x88}, want: key},
		{name: "single IDR, later slice", in: []byte{0x65, 0x40}, want: codec.Frame{}},
		{name: "single slice", in: []byte{0x41, 0x9a}, want: start},
		{name: "first data partition", in: []byte{0x42, 0x9a}, want: start},
		{name: "access unit delimiter", in: []byte{0x09, 0x10}, want: start},
		{name: "supplemental information", in: []byte{0x06, 0x05}, want: start},
		{name: "header without slice", in: []byte{0x65}, want: codec.Frame{}},
		{name: "FU-A, first fragment of an IDR", in: []byte{0x7c, 0x85, 0x88}, want: key},
		{name: "FU-A, middle of an IDR", in: []byte{0x7c, 0x05, 0x88}, want: codec.Frame{}},
		{name: "FU-A, end of an IDR", in: []byte{0x7c, 0x45, 0x88}, want: codec.Frame{}},
		{name: "FU-A, first fragment of a slice", in: []byte{0x5c, 0x81, 0x9a}, want: start},
		{name: "FU-A, first fragment of a later slice", in: []byte{0x7c, 0x85, 0x40}, want: codec.Frame{}},
		{name: "reserved type", in: []byte{0x7f, 0xff}, want: codec.Frame{}},
		{name: "FU-A without header", in: []byte{0x7c}, err: codec.ErrTruncated},
		{name: "STAP-A, half a size", in: []byte{0x78, 0}, err: codec.ErrTruncated},
		{name: "STAP-A, size zero", in: []byte{0x78, 0, 0}, err: codec.ErrTruncated},
		{name: "STAP-A, unit past the end", in: []byte{0x78, 0, 2, 0x67, 0x42, 0, 9, 0x68}, err: codec.ErrTruncated},
	})
}

func FuzzInspectH264(f *testing.F) {
	f.Add(h264Keyframe)
	f.Add([]byte{0x7c, 0x85, 0x88})
	f.Add([]byte{0x78, 0, 2, 0x67, 0x42, 0, 9, 0x68})
	f.Fuzz(func(t *testing.T, b []byte) {
		got, err := codec.Inspect(codec.H264, b)
		checkFrame(t, got, err)
	})
}

// A browser's parameter sets come in a packet of their own; a picture behind lost
// ones is no place to begin, but it is where there never are any.
func TestKeyframesBeginWithTheParameterSetsThatTheStreamHas(t *testing.T) {
	idr := []byte{0x65, 0x88, 0x84}
	without := codec.NewInspector(codec.H264)
	if f, err := without.Inspect(idr, nil); err != nil || f.Keyframe {
		t.Errorf("the first picture, without parameter sets: %+v %v, want them waited for", f, err)
	}
	if f, err := without.Inspect(idr, nil); err != nil || !f.Keyframe || f.Switch == 0 {
		t.Errorf("without parameter sets: %+v %v, want a keyframe", f, err)
	}
	with := codec.NewInspector(codec.H264)
	sets := readCapture(t, "chromium-h264-simulcast.txt")[0]
	if f, err := with.Inspect(sets.payload, nil); err != nil || !f.Keyframe || f.Width == 0 {
		t.Fatalf("parameter sets: %+v %v, want a keyframe with its size", f, err)
	}
	for range 2 {
		if f, err := with.Inspect(idr, nil); err != nil || f.Keyframe || f.Switch != 0 || !f.Start {
			t.Errorf("a picture behind them: %+v %v, want the start of a frame", f, err)
		}
	}
}
