package sfu_test

import (
	"fmt"
	"runtime"
	"testing"
	"time"

	"github.com/pion/rtcp"

	"github.com/atrium-rtc/atrium/internal/link"
	"github.com/atrium-rtc/atrium/sfu/nack"
)

// calm is a plane on which nothing goes wrong.
func calm(seed uint64) planeConfig {
	return planeConfig{
		format: formatNamed("VP8 L1T3 x3"), shards: 2, seed: seed,
		up: link.Link{Delay: 20 * time.Millisecond, RateBitsPerSecond: 50_000_000},
	}
}

// watcher is a viewer at 20 ms from the server.
func watcher(name string, spatial uint8) viewerConfig {
	return viewerConfig{
		name: name, link: link.Link{Delay: 20 * time.Millisecond}, spatial: spatial, temporal: allLayers, descriptors: true,
		settle: 2 * time.Second, jitter: 500 * time.Millisecond,
	}
}

// A bystander notices nothing of what others do.
func (v *planeViewer) unharmed() {
	v.plane.t.Helper()
	if gap := v.view.longest[steady]; gap > 60*time.Millisecond {
		v.plane.t.Errorf("%s: no new picture for %v from %v on", v.name, gap, v.view.where[steady])
	}
	v.complain("conformance", v.judge.Violations())
	v.complain("view", v.view.found)
	v.judgeLossless(v.plane)
}

// R6: 20 NACK packets that ask for everything bring at most three times what was
// asked for, never the same packet more often than that, and never more than a
// quarter of the media.
func TestPlaneNACKBomb(t *testing.T) {
	for seed := range uint64(usualSeeds) {
		t.Run(fmt.Sprint(seed+1), func(t *testing.T) {
			t.Parallel()
			simulatePlane(t, calm(seed+1), func(p *plane) {
				p.publisher.start()
				control, bomber := p.join(watcher("control", allLayers)), p.join(watcher("bomber", allLayers))
				p.play(5 * time.Second)
				goroutines, before := runtime.NumGoroutine(), bomber.sent
				for i := range 20 {
					p.after(time.Duration(i)*50*time.Millisecond, func() { bomber.send(everything(bomber)) })
				}
				p.play(5 * time.Second)
				after := bomber.sent
				sent, media := after.resentPackets-before.resentPackets, after.octets-before.octets
				asked := len(bomber.picture.came)
				if sent == 0 || sent > nack.MaxResends*asked {
					t.Errorf("%d packets sent again of %d asked for", sent, asked)
				}
				if resent := after.resentOctets - before.resentOctets; resent*4 > media {
					t.Errorf("%d octets sent again with %d of media", resent, media)
				}
				if n := runtime.NumGoroutine(); n > goroutines {
					t.Errorf("%d goroutines, before %d", n, goroutines)
				}
				tell(t, "%d packets asked for 20 times, %d sent again, at most %.1f %% of the media in a second",
					asked, sent, 100*after.share)
				bomber.complain("sent", after.found)
				control.unharmed()
				p.judgeRequests()
			})
		})
	}
}

// everything asks for the last 1024 packets that a viewer may have had.
func everything(v *planeViewer) *rtcp.TransportLayerNack {
	n := &rtcp.TransportLayerNack{MediaSSRC: v.ssrc.video}
	for seq := v.picture.highest - 1023; seq <= v.picture.highest; seq += 17 {
		n.Nacks = append(n.Nacks, rtcp.NackPair{PacketID: seq.Seq(), LostPackets: 0xffff})
	}
	return n
}

// R7: a thousand PLIs a second of ten viewers reach the publisher twice a second
// for each encoding at most.
func TestPlanePLIFlood(t *testing.T) {
	for seed := range uint64(usualSeeds) {
		t.Run(fmt.Sprint(seed+1), func(t *testing.T) {
			t.Parallel()
			simulatePlane(t, calm(seed+1), func(p *plane) {
				p.publisher.start()
				control := p.join(watcher("control", allLayers))
				var flooders []*planeViewer
				for i := range 10 {
					flooders = append(flooders, p.join(watcher("flooder", uint8(i%3))))
				}
				p.play(2 * time.Second)
				for i, v := range flooders {
					p.after(time.Duration(i)*time.Millisecond, func() {
						p.every(10*time.Millisecond, func() bool {
							v.send(&rtcp.PictureLossIndication{MediaSSRC: v.ssrc.video})
							return p.since() < 12*time.Second
						})
					})
				}
				p.play(10 * time.Second)
				most := [...]int{25, 13, 13} // in 12 s: one in 500 ms for the smallest, one in a second for others
				for layer, limit := range most {
					if n := len(p.video.requests[layer]); n < limit/2 || n > limit {
						t.Errorf("%d keyframe requests for encoding %d, want %d or a little less", n, layer, limit)
					}
					apart := [...]time.Duration{500 * time.Millisecond, time.Second, time.Second}[layer]
					for i, at := range p.video.requests[layer][1:] {
						if got := at.Sub(p.video.requests[layer][i]); got < apart {
							t.Errorf("a keyframe request for encoding %d %v after the last, want %v", layer, got, apart)
						}
					}
				}
				tell(t, "of 10,000 PLIs %d, %d and %d reached the publisher",
					len(p.video.requests[0]), len(p.video.requests[1]), len(p.video.requests[2]))
				p.judgeRequests()
				control.unharmed()
				for _, v := range flooders {
					v.unharmed()
				}
			})
		})
	}
}

// R2, R7, R8: of 200 viewers who join within two seconds each sees a picture soon,
// and the publisher is asked for no more keyframes than by one.
func TestPlaneMassJoin(t *testing.T) {
	for seed := range uint64(usualSeeds) {
		t.Run(fmt.Sprint(seed+1), func(t *testing.T) {
			t.Parallel()
			simulatePlane(t, calm(seed+1), func(p *plane) {
				p.publisher.start()
				control := p.join(watcher("control", allLayers))
				p.play(3 * time.Second)
				for i := range 200 {
					p.after(time.Duration(p.random.Int64N(int64(2*time.Second))), func() {
						p.join(watcher(fmt.Sprintf("viewer %d", i), []uint8{0, 1, allLayers}[i%3]))
					})
				}
				p.play(5 * time.Second)
				var first []time.Duration
				for _, v := range p.viewers[1:] {
					first = append(first, v.view.first)
					if !v.view.begun {
						t.Errorf("%s: no picture", v.name)
					}
				}
				p50, p95, worst := percentile(first, 0.5), percentile(first, 0.95), percentile(first, 1)
				tell(t, "first picture after %v (median), %v (95 %%), %v (worst); %d, %d and %d keyframe requests",
					p50, p95, worst, len(p.video.requests[0]), len(p.video.requests[1]), len(p.video.requests[2]))
				if p50 > 500*time.Millisecond || p95 > 1200*time.Millisecond {
					t.Errorf("first picture after %v (median) and %v (95 %%), want 500 ms and 1.2 s", p50, p95)
				}
				p.judgeRequests()
				control.unharmed()
				for _, v := range p.viewers[1:] {
					v.complain("conformance", v.judge.Violations())
					v.complain("view", v.view.found)
				}
			})
		})
	}
}
