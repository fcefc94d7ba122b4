package sfu_test

import (
	"testing"
	"time"

	"github.com/atrium-rtc/atrium/internal/link"
)

// A link that is gone for five seconds carries a picture soon after it is back, is
// not flooded then, and what waits meanwhile is bounded.
func TestPlaneLinkGoesAwayAndComesBack(t *testing.T) {
	eachSeed(t, func(t *testing.T, seed uint64) {
		const away, back, end = 10 * time.Second, 15 * time.Second, 32 * time.Second
		simulatePlane(t, rooms(seed, 150*kbit, 500*kbit, 1700*kbit), func(p *plane) {
			p.publisher.start()
			there, gone := narrow(3*mbit, 300*time.Millisecond), narrow(3*mbit, 300*time.Millisecond)
			gone.Loss = 1
			v := p.join(measured("away", there))
			samples := v.sampled(100 * time.Millisecond)
			held := int64(0)
			both := func(l link.Link) func() {
				return func() {
					v.becomes(l)
					v.up.Set(l, time.Now())
				}
			}
			p.after(away, both(gone))
			p.after(back, both(there))
			p.every(50*time.Millisecond, func() bool {
				held = max(held, p.pool.InUse())
				return true
			})
			p.play(end)
			first, shown := v.firstShow(back, func(show) bool { return true })
			top, large := v.firstShow(back, ofEncoding(2))
			r := v.record
			burst := r.rate(back, back+time.Second)
			tell(t, "a picture %v after the link is back, the largest %v; sent: %d kbit/s while it was gone, %d in the second after; "+
				"%d packets held; queue %v (95 %%) in 3 s after; estimates %v, %v, %v", first, top, r.rate(away+2*time.Second, back)/kbit,
				burst/kbit, held, r.queue(back, back+3*time.Second, 0.95),
				(*samples)[98].Estimate, (*samples)[148].Estimate, (*samples)[len(*samples)-1].Estimate)
			if !shown || first > 2*time.Second {
				t.Errorf("a picture %v after the link is back (%v), want 2 s", first, shown)
			}
			if !large || top > 5*time.Second {
				t.Errorf("the largest picture %v after the link is back (%v)", top, large)
			}
			if gone := r.rate(away+2*time.Second, back); gone > 200*kbit {
				t.Errorf("%d kbit/s were sent while the link was gone", gone/kbit)
			}
			if burst > 3*mbit {
				t.Errorf("%d kbit/s in the first second after the link is back", burst/kbit)
			}
			// A ring for each encoding and the sound, and what may wait.
			if limit := int64(3*1024 + 256 + 1024); held > limit {
				t.Errorf("%d packets held, want %d at most", held, limit)
			}
			v.conforms()
		})
	})
}

// Pacing keeps the queue of a link short where a publisher sends a large keyframe
// each second, leaves the packets in order, and the sound before them.
func TestPlanePacing(t *testing.T) {
	eachSeed(t, func(t *testing.T, seed uint64) {
		const settled, end = 8 * time.Second, 20 * time.Second
		var queues, sounds [2]time.Duration
		for i := range queues {
			cfg := rooms(seed, 120*kbit, 400*kbit, 1500*kbit)
			cfg.egress.NoPacing = i == 1
			simulatePlane(t, cfg, func(p *plane) {
				p.publisher.start()
				p.publisher.keyframe = 12
				v := p.join(measured("paced", narrow(mbit, 2*time.Second)))
				p.every(time.Second, func() bool {
					for _, e := range p.publisher.encoders {
						e.key = true
					}
					return true
				})
				p.play(end)
				queues[i], sounds[i] = v.record.queue(settled, end, 0.95), v.record.soundDelay(settled, end, 0.99)
				v.ordered()
				v.conforms()
			})
		}
		tell(t, "queue %v (95 %%), without pacing %v; sound takes %v (99 %%), without %v", queues[0], queues[1], sounds[0], sounds[1])
		if queues[0] > 150*time.Millisecond || queues[0]*5 > queues[1]*4 {
			t.Errorf("packets spend %v (95 %%) in the queue, without pacing %v", queues[0], queues[1])
		}
		// A burst of the pacer is 40 ms at 2.5 times the estimate, which is 100 ms of the
		// link; sound that comes then is behind it.
		if limit := 40*time.Millisecond + 110*time.Millisecond; sounds[0] > limit || sounds[0]*4 > sounds[1]*3 {
			t.Errorf("sound takes %v (99 %%), without pacing %v, want %v", sounds[0], sounds[1], limit)
		}
	})
}

// ordered complains of packets of a stream that left out of turn.
func (v *planeViewer) ordered() {
	v.plane.t.Helper()
	last := map[uint32]uint16{}
	for _, p := range v.record.packets {
		if p.kind == 'c' {
			continue
		}
		if before, ok := last[p.ssrc]; ok && p.seq != before+1 {
			v.plane.t.Errorf("number %d right after %d at %v", p.seq, before, p.at)
			return
		}
		last[p.ssrc] = p.seq
	}
}

// Whatever a viewer does while packets wait for it, what it gets stays whole; and
// nothing is left when it leaves (simulatePlane looks).
func TestPlaneChangesWhilePacketsWait(t *testing.T) {
	eachSeed(t, func(t *testing.T, seed uint64) {
		const end = 20 * time.Second
		simulatePlane(t, rooms(seed, 150*kbit, 500*kbit, 1700*kbit), func(p *plane) {
			p.publisher.start()
			var came []*planeViewer
			join := func(name string) *planeViewer {
				v := p.join(measured(name, narrow(600*kbit, 500*time.Millisecond)))
				came = append(came, v)
				return v
			}
			v := join("fickle")
			layers := []uint8{0, 1, 2, allLayers}
			p.every(170*time.Millisecond, func() bool {
				v.prefer(layers[p.random.IntN(4)], layers[p.random.IntN(4)])
				return true
			})
			muted := join("muted")
			p.every(430*time.Millisecond, func() bool { muted.mute(!muted.muted); return true })
			p.every(700*time.Millisecond, func() bool {
				brief := join("brief")
				p.after(time.Duration(p.random.Int64N(int64(900*time.Millisecond))), brief.leave)
				return p.since() < end-2*time.Second
			})
			p.every(500*time.Millisecond, func() bool {
				for _, e := range p.publisher.encoders {
					e.key = true
				}
				return true
			})
			p.play(end)
			waited := uint64(0)
			for _, v := range came {
				v.conforms()
				waited += v.video.Stats().Abandoned
			}
			tell(t, "%d viewers, %d pictures for who changes layers, %d packets given up", len(came), v.view.pictures, waited)
			if v.view.pictures < 50 || muted.view.pictures < 50 {
				t.Errorf("%d and %d pictures", v.view.pictures, muted.view.pictures)
			}
		})
	})
}
