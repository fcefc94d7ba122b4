package egress

import (
	"fmt"
	"testing"
	"time"

	"github.com/atrium-rtc/atrium/sfu/packet"
)

// crowd is a shard, not running, with receivers who all get the same sources: on one
// connection each, or on one for each stream, as old clients have.
func crowd(receivers, sources int, paired bool) (*Shard, []*fakeSource) {
	s, w, pool := newShard(0), &discard{}, packet.NewPool()
	list := make([]*fakeSource, sources)
	for i := range list {
		list[i] = &fakeSource{pool: pool}
	}
	for r := range receivers {
		sub := newSubscriber(s, fmt.Sprint(r), w, func() {})
		for i, src := range list {
			if !paired && i > 0 {
				sub = newSubscriber(s, fmt.Sprint(r), w, func() {})
			}
			cfg := videoConfig(w)
			cfg.SSRC = uint32(i + 1) //nolint:gosec // few
			sub.Add(src, cfg)
			sub.Start()
		}
	}
	s.runBatch(time.Now())
	return s, list
}

// What it costs to forward packets of some of many sources, with one connection for all
// streams of a receiver, and with one for each.
func BenchmarkForwardToManyStreams(b *testing.B) {
	const receivers, sources = 20, 100
	for _, paired := range []bool{false, true} {
		for _, sending := range []int{2, 10, 50} {
			b.Run(fmt.Sprintf("paired=%v/sending=%d", paired, sending), func(b *testing.B) {
				s, list := crowd(receivers, sources, paired)
				cams := make([]*camera, sending)
				for i := range cams {
					cams[i] = &camera{pool: list[i].pool}
				}
				now := time.Now()
				b.ReportAllocs()
				for b.Loop() {
					for i, cam := range cams {
						for _, p := range cam.capture(2) {
							list[i].sinks[0].Push(p)
						}
					}
					now = now.Add(33 * time.Millisecond)
					s.runBatch(now)
					s.flush(now)
				}
				b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(2*sending*receivers), "ns/forwarded")
			})
		}
	}
}
