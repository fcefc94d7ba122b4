package sfu_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/atrium-rtc/atrium/internal/link"
	"github.com/atrium-rtc/atrium/sfu/bwe"
	"github.com/atrium-rtc/atrium/sfu/egress"
)

const (
	kbit = 1000
	mbit = 1000 * kbit
)

// rooms is a plane for the simulations of congestion: with a publisher of
// simulcast, of another format with each seed. One shard makes them repeatable.
func rooms(seed uint64, bitrates ...int) planeConfig {
	names := []string{"VP8 L1T3 x3", "H264 L1T3 x3", "AV1 L1T3 x3"}
	return planeConfig{
		format: formatNamed(names[(seed-1)%uint64(len(names))]), shards: 1, seed: seed, bitrates: bitrates,
		up: link.Link{Delay: 20 * time.Millisecond},
	}
}

// narrow is a link of so many bits per second, with a queue of so much time.
func narrow(rate int, queue time.Duration) link.Link {
	return link.Link{
		Delay: 20 * time.Millisecond, RateBitsPerSecond: rate,
		QueueBytes: int(float64(rate) / 8 * queue.Seconds()),
	}
}

// measured is a viewer that tells what arrives, behind a link. What it gets is up
// to that.
func measured(name string, down link.Link) viewerConfig {
	return viewerConfig{
		name: name, link: down, mayLose: true, spatial: allLayers, temporal: allLayers, descriptors: true,
		settle: time.Hour, jitter: 5 * time.Second, measured: true, watched: true,
	}
}

// becomes changes the downlink.
func (v *planeViewer) becomes(l link.Link) { v.down.Set(l, time.Now()) }

// sample is what a server says of a connection at some moment.
type sample struct {
	at time.Duration
	egress.SubscriberStats
}

// sampled collects samples of a connection.
func (v *planeViewer) sampled(interval time.Duration) *[]sample {
	list := &[]sample{}
	v.plane.every(interval, func() bool {
		*list = append(*list, sample{v.plane.since(), v.sub.Stats()})
		return !v.left
	})
	return list
}

// eachSeed runs a test some times.
func eachSeed(t *testing.T, run func(t *testing.T, seed uint64)) {
	t.Helper()
	for seed := range uint64(usualSeeds) {
		t.Run(fmt.Sprint(seed+1), func(t *testing.T) {
			t.Parallel()
			run(t, seed+1)
		})
	}
}

// conforms reports what a browser would not like of what it got.
func (v *planeViewer) conforms() {
	v.plane.t.Helper()
	v.complain("conformance", slices.DeleteFunc(v.judge.Violations(), func(s string) bool {
		return strings.Contains(s, "dependency descriptor with template") // the keyframe with the structure was lost
	}))
	if len(v.tiles) == 1 { // those of one connection share a budget of repairs
		v.complain("sent", v.sent.found)
	}
	v.complain("lip sync", v.sync.found)
	v.complain("view", v.view.found)
}

// R5: when a link narrows from 5 Mbit/s to 400 kbit/s, a smaller picture comes
// soon, and the large one again when it is wide again. Who shares the publisher
// sees no freeze, and who shares the engine alone gets the same octets at the same
// moments as without.
func TestPlaneLinkNarrows(t *testing.T) {
	slowUnderRace(t)
	for name, queue := range map[string]time.Duration{"deep": time.Second, "shallow": 100 * time.Millisecond} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			eachSeed(t, func(t *testing.T, seed uint64) { linkNarrows(t, seed, queue) })
		})
	}
}

func linkNarrows(t *testing.T, seed uint64, queue time.Duration) {
	const fall, compared, heal, end = 10 * time.Second, 20 * time.Second, 40 * time.Second, 58 * time.Second
	var without uint32
	for _, with := range []bool{false, true} {
		if !with && seed > 1 {
			continue // once is enough
		}
		cfg := rooms(seed, 150*kbit, 500*kbit, 1700*kbit)
		cfg.shards = 3 // one for each: when a shard looks at feedback, depends on what else it has to do
		simulatePlane(t, cfg, func(p *plane) {
			planes := p.crowd(2)
			apart := planes[1].join(measured("apart", link.Link{Delay: 20 * time.Millisecond}))
			if !with {
				p.play(compared)
				without = apart.sum
				return
			}
			v, control := p.join(measured("narrow", narrow(5*mbit, queue))), p.join(watcher("control", allLayers))
			samples := v.sampled(100 * time.Millisecond)
			p.after(fall, func() { v.becomes(narrow(400*kbit, queue)) })
			p.after(heal, func() { v.becomes(narrow(5*mbit, queue)) })
			p.play(compared)
			if seed == 1 && apart.sum != without {
				t.Error("the viewer of another publisher got something else than without the narrow link")
			}
			p.play(end - compared)
			lower, fell := v.firstShow(fall, func(s show) bool { return s.encoding < 2 })
			top, rose := v.firstShow(heal, ofEncoding(2))
			frozen, freezes := v.frozenBetween(fall, heal)
			tell(t, "a smaller picture after %v, frozen %d times for %v, the largest again after %v; "+
				"the queue %v (95 %%) in the narrow time; estimates %v, %v, %v", lower, freezes, frozen, top,
				v.record.queue(fall+5*time.Second, heal, 0.95), (*samples)[98].Estimate, (*samples)[398].Estimate, (*samples)[len(*samples)-1].Estimate)
			if !fell || lower > 3*time.Second {
				t.Errorf("a smaller picture after %v (%v), want 3 s", lower, fell)
			}
			if frozen > 2*time.Second {
				t.Errorf("frozen for %v, want 2 s at most", frozen)
			}
			if !rose || top > 15*time.Second {
				t.Errorf("the largest picture again after %v (%v), want 15 s", top, rose)
			}
			if share := v.share(fall-5*time.Second, fall, ofEncoding(2)); share < 1 {
				t.Errorf("of the largest picture are %.0f %%, before the link narrowed", 100*share)
			}
			v.conforms()
			control.unharmed()
		})
	}
}

// With 20 publishers on a link of 2 Mbit/s, one of them pinned, that one has the
// largest layer that fits, and nobody is starved.
func TestPlaneCrowdOnANarrowLink(t *testing.T) {
	slowUnderRace(t)
	eachSeed(t, func(t *testing.T, seed uint64) {
		const settled, end = 15 * time.Second, 25 * time.Second
		cfg := rooms(seed, 100*kbit, 400*kbit, 1500*kbit)
		cfg.rests = true
		simulatePlane(t, cfg, func(p *plane) {
			tiles := joinAll(p.crowd(20), measured("tile", narrow(2*mbit, time.Second)), func(i int, cfg *viewerConfig) {
				cfg.soundless = i >= 3
				cfg.preference = &egress.VideoPreference{Priority: bwe.PriorityThumbnail}
				if i == 0 {
					cfg.preference = &egress.VideoPreference{Priority: bwe.PriorityPinned}
				}
			})
			pinned := tiles[0]
			samples := pinned.sampled(50 * time.Millisecond)
			p.play(end)
			over := allocatedBeyond(*samples, 6*time.Second)
			queue := pinned.record.queue(settled, end, 0.95)
			tell(t, "pinned: %.0f %% large, %.0f %% half; first estimate %v, then %v; allocated at most %v more; queue %v (95 %%), %d kbit/s on the link",
				100*pinned.share(settled, end, ofEncoding(2)), 100*pinned.share(settled, end, ofEncoding(1)),
				(*samples)[300].Estimate, (*samples)[len(*samples)-1].Estimate, over, queue, pinned.record.rate(settled, end)/kbit)
			if over > 0 {
				t.Errorf("%v allocated beyond the estimate", over)
			}
			if queue > 150*time.Millisecond {
				t.Errorf("packets spend %v (95 %%) in the queue", queue)
			}
			if share := pinned.share(settled, end, func(s show) bool { return s.encoding >= 1 }); share < 1 {
				t.Errorf("pinned: %.0f %% of the pictures are large", 100*share)
			}
			for i, v := range tiles {
				v.starves(i, settled, end)
				v.conforms()
				if share := v.share(settled, end, ofEncoding(0)); i > 0 && share < 1 {
					t.Errorf("tile %d: %.0f %% of the pictures are large", i, 100-100*share)
				}
			}
		})
	})
}

// allocatedBeyond returns by how much at most more was given out than there was.
func allocatedBeyond(list []sample, from time.Duration) (over bwe.Bitrate) {
	for _, s := range list {
		if s.at >= from {
			over = max(over, s.Allocated-s.Estimate)
		}
	}
	return over
}

// starves complains of two seconds without a picture.
func (v *planeViewer) starves(i int, from, to time.Duration) {
	v.plane.t.Helper()
	for at := from; at+2*time.Second <= to; at += time.Second {
		if next, ok := v.firstShow(at, func(show) bool { return true }); !ok || next > 2*time.Second {
			v.plane.t.Errorf("tile %d: no picture in the two seconds from %v on", i, at)
			return
		}
	}
}

// A link that is too narrow for all videos carries the sound whole. The least
// important videos are paused, and told so once.
func TestPlaneLinkTooNarrowForAllVideos(t *testing.T) {
	eachSeed(t, func(t *testing.T, seed uint64) {
		const fall, settled, heal, end = 10 * time.Second, 18 * time.Second, 40 * time.Second, 62 * time.Second
		cfg := rooms(seed, 30*kbit, 150*kbit, 400*kbit)
		cfg.format = formatNamed("H264 x3")
		simulatePlane(t, cfg, func(p *plane) {
			wide, tight := narrow(5*mbit, 300*time.Millisecond), narrow(150*kbit, 300*time.Millisecond)
			order := []bwe.Priority{bwe.PriorityThumbnail, bwe.PriorityPinned, bwe.PriorityNormal, bwe.PrioritySpeaker}
			tiles := joinAll(p.crowd(4), measured("tile", wide), func(i int, cfg *viewerConfig) {
				cfg.soundless = i > 0
				cfg.preference = &egress.VideoPreference{Priority: order[i]}
			})
			first := tiles[0]
			samples := first.sampled(100 * time.Millisecond)
			p.after(fall, func() { first.becomes(tight) })
			p.after(heal, func() { first.becomes(wide) })
			p.play(end)
			r := first.record
			var paused []time.Duration
			sent, made := 0, len(p.publisher.sounds)
			for _, packet := range r.packets {
				if packet.kind == 'a' {
					sent++
				}
			}
			tell(t, "estimates %v, %v, %v; sound: %d made, %d sent, %d dropped by the link, delay %v and %v (median, 99 %%); queue %v (95 %%)",
				(*samples)[98].Estimate, (*samples)[398].Estimate, (*samples)[len(*samples)-1].Estimate, made, sent, r.lost('a'),
				r.soundDelay(settled, heal, 0.5), r.soundDelay(settled, heal, 0.99), r.queue(settled, heal, 0.95))
			if d := r.soundDelay(settled, heal, 0.99); d > 100*time.Millisecond {
				t.Errorf("sound takes %v (99 %%)", d)
			}
			if sent < made-10 {
				t.Errorf("%d of %d packets of sound were sent", sent, made)
			}
			for i, v := range tiles {
				tell(t, "tile %d (priority %d): %s", i, order[i], told(v))
				v.toldOnce(i)
				v.conforms()
				paused = append(paused, v.pausedBetween(settled, heal))
				if n := len(v.deliveries); n > 0 && v.deliveries[n-1].Paused {
					t.Errorf("tile %d: still paused", i)
				}
				if next, ok := v.firstShow(heal+18*time.Second, func(show) bool { return true }); !ok || next > time.Second {
					t.Errorf("tile %d: no picture after all is well", i)
				}
			}
			tell(t, "paused for %v", paused)
			if paused[0] == 0 {
				t.Error("the least important video was not paused")
			}
			// The most important one is too, now and then: overuse reduces the estimate
			// to less than what arrives, which is sound and this video.
			if paused[1] > (heal-settled)*2/5 || paused[1] > paused[3] || paused[3] > paused[2] || paused[2] > paused[0] {
				t.Errorf("thumbnail, pinned, normal and speaker are paused for %v", paused)
			}
		})
	})
}

// told writes what a viewer was told of a video.
func told(v *planeViewer) (s string) {
	for _, d := range v.deliveries {
		what := "resumed"
		if d.Paused {
			what = "paused"
		}
		s += fmt.Sprintf("%s at %.1f s (%v); ", what, d.at.Seconds(), d.Estimate)
	}
	return s
}

// pausedBetween returns for how much of a span of time the video was paused.
func (v *planeViewer) pausedBetween(from, to time.Duration) (sum time.Duration) {
	var since time.Duration
	paused := false
	for _, d := range append(slices.Clone(v.deliveries), delivery{at: to}) {
		at := min(max(d.at, from), to)
		if paused {
			sum += at - since
		}
		since, paused = at, d.Paused
	}
	return sum
}

// toldOnce complains of what was told twice, or without an estimate.
func (v *planeViewer) toldOnce(i int) {
	v.plane.t.Helper()
	for n, d := range v.deliveries {
		if d.Paused != (n%2 == 0) {
			v.plane.t.Errorf("tile %d: told the same twice: %s", i, told(v))
		}
		if d.Estimate == 0 {
			v.plane.t.Errorf("tile %d: told without an estimate: %s", i, told(v))
		}
	}
}
