package load

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/atrium-rtc/atrium/internal/load/scenario"
	"github.com/atrium-rtc/atrium/sfu/codec"
)

func TestEncodingsEndAtTheSizeOfThePlan(t *testing.T) {
	sizes, err := newLibrary().video(codec.VP8)
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name  string
		width int
		adapt bool
		n     int
		want  []int // widths
	}{
		{"one encoding", 640, false, 0, []int{640}},
		{"one that adapts", 1280, true, 0, []int{320, 640, 1280}},
		{"three", 1280, false, 3, []int{320, 640, 1280}},
		{"two of three accepted", 1280, false, 2, []int{640, 1280}},
		{"more than there are below", 640, false, 3, []int{320, 640}},
		{"smaller than any", 100, false, 0, []int{320}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			p := scenario.Publish{Size: scenario.Size{Width: tt.width}, Adapt: tt.adapt}
			var got []int
			for _, v := range encodings(sizes, p, tt.n) {
				got = append(got, v.Width)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("widths (-want +got):\n%s", diff)
			}
		})
	}
}

// A run that cannot send what was asked for ends before it begins.
func TestBitrateBelowTheClipIsRefusedBeforehand(t *testing.T) {
	p := plan(t, func(f *scenario.Flags) {
		f.Size = scenario.Size{Width: 1280, Height: 720}
		f.Bitrate = 300_000
	})
	_, err := NewRunner(Options{Plan: p})
	if err == nil || !strings.Contains(err.Error(), "choose a smaller size") {
		t.Errorf("error %v, want one that says what to do", err)
	}
}
