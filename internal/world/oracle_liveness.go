package world

import (
	"fmt"
	"time"
)

// The liveness oracle: whatever is done to others, two clients to whom nothing is
// done, on clean links, see and hear each other without a gap from the first frame
// to the end, and no frame in between is missing.

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
				if missing := k.missing(); missing != "" {
					w.fail("liveness", "%s lacks frames of %s (%s): %s", c.Name, from.name(), kindNames[kind], missing)
				}
				gaps := k.gaps
				if k.last > 0 && end-k.last > limit {
					gaps = append(gaps, gap{k.last, end})
				}
				for _, g := range gaps {
					if g.to-g.from > limit {
						w.fail("liveness", "%s got nothing of %s (%s) from %.3f to %.3f s", c.Name, from.name(),
							kindNames[kind], g.from.Seconds(), g.to.Seconds())
					}
				}
			}
		}
		c.screen.mu.Unlock()
	}
}

// missing says which frames between the first and the last did not come.
func (k *shownKind) missing() string {
	if len(k.complete) == 0 {
		return ""
	}
	first := k.frame
	for f := range k.complete {
		first = min(first, f)
	}
	if lost := int(k.frame-first) + 1 - len(k.complete); lost > 0 {
		return fmt.Sprintf("%d of %d", lost, k.frame-first+1)
	}
	return ""
}
