package rtptest

import (
	"encoding/hex"
	"testing"

	"github.com/atrium-rtc/atrium/sfu/codec"
)

// The headers below were read with FFmpeg's trace_headers, which found the sizes
// in them.

func TestH264ParameterSetTellsTheSize(t *testing.T) {
	for size, want := range map[Size]string{
		{Width: 640, Height: 360}:   "42c01fda0280bfe540",
		{Width: 1280, Height: 720}:  "42c01fda014016e4",
		{Width: 3840, Height: 2160}: "42c01fda00f0010f90",
	} {
		if got := hex.EncodeToString(h264SPS(size)); got != want {
			t.Errorf("%v: %s, want %s", size, got, want)
		}
	}
}

func TestH264EscapesStartCodes(t *testing.T) {
	got := hex.EncodeToString(h264Escape([]byte{0, 0, 0, 0, 1, 0, 0, 4, 0, 0, 3}))
	if want := "000003000003010000040000" + "0303"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

func TestAV1SequenceHeaderTellsTheSize(t *testing.T) {
	for mode, want := range map[string]string{
		"":     "080000002d4cffb3c0180080",
		"L2T2": "0800330329809440ca2025a99ff678030010",
		"S2T1": "08001201288096a67fd9e00c0040",
	} {
		s := NewStream(Config{Codec: codec.AV1, Mode: mode, Width: 1280, Height: 720})
		if got := hex.EncodeToString(s.av1SequenceHeader()); got != want {
			t.Errorf("%q: %s, want %s", mode, got, want)
		}
	}
}
