package world

import "time"

// The liveness oracle: whatever is done to others, two clients to whom nothing is
// done, on clean links, see and hear each other without a gap from the first frame
// to the end.

// maxGap is less than what counts as a freeze at this pace of pictures (150 ms
// above the average, or three times it: W3C's webrtc-stats).
const maxGap, maxSoundGap = 270 * time.Millisecond, 250 * time.Millisecond

func (w *World) judgeLiveness() {
	end := w.since()
	for _, c := range w.clients {
		if !w.bystander(c) {
			continue
		}
		c.screen.mu.Lock()
		for id, sh := range c.screen.shown {
			from := w.sources[id]
			if !w.bystander(from.client) {
				continue
			}
			for kind, limit := range [kinds]time.Duration{maxSoundGap, maxGap} {
				k := &sh.kinds[kind]
				gaps := k.gaps
				if k.last > 0 && end-k.last > limit {
					gaps = append(gaps, gap{k.last, end})
				}
				for _, g := range gaps {
					if g.to-g.from > limit {
						w.fail("liveness", "%s got nothing of %s (%s) from %.3f to %.3f s", c.Name, from.name(),
							[kinds]string{"sound", "picture"}[kind], g.from.Seconds(), g.to.Seconds())
					}
				}
			}
		}
		c.screen.mu.Unlock()
	}
}
