package publish

import (
	"testing"

	"github.com/atrium-rtc/atrium/internal/load/clip"
	"github.com/atrium-rtc/atrium/sfu/codec"
)

// Any other packet that does begin with one looks to Chromium like the first of a
// frame: it decodes what comes before without the stamp, and then nothing until
// the next keyframe.
func TestOnlyTheFirstPacketOfAnAV1FrameBeginsWithAnOBU(t *testing.T) {
	videos, err := clip.Videos(codec.AV1)
	if err != nil {
		t.Fatal(err)
	}
	for size := 200; size <= 1200; size += 37 {
		for _, target := range []int{0, 2500} {
			r, err := newReel(codec.AV1, videos[1].Frames, target, size)
			if err != nil {
				t.Fatal(err)
			}
			for i, f := range r.frames {
				for _, p := range []packets{f.lean, f.full} {
					for n, b := range p.payloads {
						if continues := b[0]&0x80 != 0; continues != (n > 0) {
							t.Errorf("size %d: frame %d, packet %d of %d continues an OBU: %v", size, i, n, len(p.payloads), continues)
						}
					}
				}
			}
		}
	}
}
