package codec_test

import (
	"errors"
	"testing"

	"github.com/atrium-rtc/atrium/sfu/codec"
)

func TestCodecProperties(t *testing.T) {
	tests := []struct {
		codec codec.Codec
		name  string
		mime  string
		clock uint32
		video bool
	}{
		{codec.Unknown, "unknown", "", 0, false},
		{codec.Opus, "opus", "audio/opus", 48000, false},
		{codec.VP8, "VP8", "video/VP8", 90000, true},
		{codec.VP9, "VP9", "video/VP9", 90000, true},
		{codec.H264, "H264", "video/H264", 90000, true},
		{codec.AV1, "AV1", "video/AV1", 90000, true},
		{codec.AV1 + 1, "unknown", "", 0, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if tt.codec.String() != tt.name || tt.codec.MIMEType() != tt.mime ||
				tt.codec.ClockRate() != tt.clock || tt.codec.IsVideo() != tt.video {
				t.Errorf("%v %q %d %v", tt.codec, tt.codec.MIMEType(), tt.codec.ClockRate(), tt.codec.IsVideo())
			}
		})
	}
}

func TestParseNames(t *testing.T) {
	for _, c := range codec.All() {
		for _, name := range []string{c.String(), c.MIMEType()} {
			if got, ok := codec.Parse(name); !ok || got != c {
				t.Errorf("Parse(%q) = %v %v", name, got, ok)
			}
		}
	}
	for name, want := range map[string]codec.Codec{
		"vp8": codec.VP8, "Vp9": codec.VP9, "h264": codec.H264, "av1": codec.AV1, "OPUS": codec.Opus, "VIDEO/vp8": codec.VP8,
	} {
		if got, ok := codec.Parse(name); !ok || got != want {
			t.Errorf("Parse(%q) = %v %v, want %v", name, got, ok, want)
		}
	}
	for _, name := range []string{"", "unknown", "vp", "vp80", "audio/VP8", "video/", "rtx"} {
		if got, ok := codec.Parse(name); ok || got != codec.Unknown {
			t.Errorf("Parse(%q) = %v %v", name, got, ok)
		}
	}
}

func TestInspectRefusesWhatIsNotThere(t *testing.T) {
	for _, c := range codec.All() {
		if _, err := codec.Inspect(c, nil); !errors.Is(err, codec.ErrEmpty) {
			t.Errorf("%v: error %v, want %v", c, err, codec.ErrEmpty)
		}
	}
	if _, err := codec.Inspect(codec.Unknown, []byte{1}); !errors.Is(err, codec.ErrUnknown) {
		t.Errorf("error %v, want %v", err, codec.ErrUnknown)
	}
}

func TestEveryOpusPacketIsAFrame(t *testing.T) {
	got, err := codec.Inspect(codec.Opus, []byte{0x78, 1, 2})
	if want := (codec.Frame{Start: true}); err != nil || got != want {
		t.Errorf("got %+v %v", got, err)
	}
}

// inspection is one payload and what it says.
type inspection struct {
	name string
	in   []byte
	want codec.Frame
	err  error
}

func runInspections(t *testing.T, c codec.Codec, tests []inspection) {
	t.Helper()
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := codec.Inspect(c, tt.in)
			if !errors.Is(err, tt.err) || got != tt.want {
				t.Errorf("%x:\n got %+v %v\nwant %+v %v", tt.in, got, err, tt.want, tt.err)
			}
		})
	}
}

// keyframes holds the first packet of a keyframe of each video codec.
func keyframes() map[codec.Codec][]byte {
	return map[codec.Codec][]byte{
		codec.Opus: {0x78, 1, 2, 3},
		codec.VP8:  vp8Keyframe,
		codec.VP9:  vp9Keyframe,
		codec.H264: h264Keyframe,
		codec.AV1:  av1Keyframe,
	}
}

func TestInspectDoesNotAllocate(t *testing.T) {
	for c, payload := range keyframes() {
		if allocs := testing.AllocsPerRun(100, func() {
			if f, err := codec.Inspect(c, payload); err != nil || f.Keyframe != c.IsVideo() {
				t.Fatalf("%v: %+v %v", c, f, err)
			}
		}); allocs != 0 {
			t.Errorf("%v: %v allocations", c, allocs)
		}
	}
}

func BenchmarkInspect(b *testing.B) {
	for _, c := range codec.All() {
		b.Run(c.String(), func(b *testing.B) {
			payload := keyframes()[c]
			b.ReportAllocs()
			for b.Loop() {
				if _, err := codec.Inspect(c, payload); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// checkFrame holds for whatever any parser makes of any payload.
func checkFrame(t *testing.T, f codec.Frame, err error) {
	t.Helper()
	if err != nil && f != (codec.Frame{}) {
		t.Errorf("a frame %+v together with the error %v", f, err)
	}
	if f.Keyframe && !f.Start {
		t.Errorf("a keyframe that does not start: %+v", f)
	}
	if f.HasPictureID != (f.PictureIDBits != 0) || uint32(f.PictureID)>>f.PictureIDBits != 0 ||
		f.TemporalLayer > 7 || f.SpatialLayer > 7 || (f.Width == 0) != (f.Height == 0) {
		t.Errorf("fields out of range: %+v", f)
	}
}
