package sfu_test

import (
	"testing"
	"time"

	"github.com/atrium-rtc/atrium/sfu/egress"
)

const silentLevel = 127 // RFC 6464

// Of 30 people a viewer hears the three loudest, and who speaks up is heard from
// the first syllable on.
func TestPlaneLoudestOfThirty(t *testing.T) {
	eachSeed(t, func(t *testing.T, seed uint64) {
		const people, turn, end = 30, 2500 * time.Millisecond, 20 * time.Second
		cfg := rooms(seed, 100*kbit, 300*kbit, 900*kbit)
		cfg.room, cfg.egress = "room", egress.Config{Loudest: 3}
		simulatePlane(t, cfg, func(p *plane) {
			planes := p.crowd(people)
			speaker := func(at time.Duration) int { return int(at/turn) * 7 % people }
			for i, q := range planes {
				q.publisher.mute(true)
				q.publisher.level = func() uint8 {
					if speaker(p.since()) == i && p.since()%turn < turn-300*time.Millisecond {
						return uint8(20 + q.random.IntN(10))
					}
					return silentLevel
				}
			}
			tiles := joinAll(planes, measured("listener", narrow(mbit, 300*time.Millisecond)), nil)
			heard := map[int]time.Duration{} // by turn: from the first word to the ear
			p.every(10*time.Millisecond, func() bool {
				now := p.since()
				if _, known := heard[int(now/turn)]; known {
					return true
				}
				v := tiles[speaker(now)]
				if n := len(v.soundsAt); n > 0 && v.soundsAt[n-1] > now.Truncate(turn)+60*time.Millisecond {
					heard[int(now/turn)] = now - now.Truncate(turn)
				}
				return true
			})
			p.play(end)
			most, worst := 0, time.Duration(0)
			for at := time.Second; at < end; at += 200 * time.Millisecond {
				n := 0
				for _, v := range tiles {
					if v.heardBetween(at, at+100*time.Millisecond) {
						n++
					}
				}
				most = max(most, n)
			}
			for _, d := range heard {
				worst = max(worst, d)
			}
			r := tiles[0].record
			tell(t, "%d speakers heard, the last %v after the first word; %d at once at most; %d kbit/s; sound takes %v (99 %%)",
				len(heard), worst, most, r.rate(5*time.Second, end)/kbit, r.soundDelay(5*time.Second, end, 0.99))
			if most > 4 {
				t.Errorf("%d are heard at once", most)
			}
			if len(heard) < int(end/turn) || worst > 250*time.Millisecond {
				t.Errorf("%d of %d speakers are heard, the last %v after the first word", len(heard), int(end/turn), worst)
			}
			for _, v := range tiles {
				v.conforms()
			}
		})
	})
}

// heardBetween reports whether sound came in a span of time.
func (v *planeViewer) heardBetween(from, to time.Duration) bool {
	for _, at := range v.soundsAt {
		if at >= from && at < to {
			return true
		}
	}
	return false
}
