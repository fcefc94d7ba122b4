package sfu_test

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/atrium-rtc/atrium/sfu"
	"github.com/atrium-rtc/atrium/sfu/codec"
)

// Counters of publications outlive them.
func TestCountersNeverGoBackWhilePublicationsComeAndGo(t *testing.T) {
	simulate(t, 61, func(t *testing.T, s *stage) {
		stop, stopped := make(chan struct{}), make(chan struct{})
		go func() {
			defer close(stopped)
			var before sfu.Stats
			for {
				select {
				case <-stop:
					return
				case <-time.After(7 * time.Millisecond):
				}
				now := s.engine.Stats()
				notLess(t, "connections", before.Connections, now.Connections)
				notLess(t, "packets sent", before.Egress.Sent.Video.Packets, now.Egress.Sent.Video.Packets)
				for _, c := range codec.All() {
					notLess(t, c.String()+" packets", before.Ingress.Codecs[c].Packets, now.Ingress.Codecs[c].Packets)
					notLess(t, c.String()+" octets", before.Ingress.Codecs[c].Octets, now.Ingress.Codecs[c].Octets)
				}
				before = now
			}
		}()
		var want [codec.AV1 + 1]uint64
		for i := range 3 {
			p := s.publish(fmt.Sprintf("10.0.1.%d", i+1), false)
			sub := s.subscribe(fmt.Sprintf("10.0.2.%d", i+1), p.publication)
			p.send(300 * time.Millisecond)
			time.Sleep(time.Second) // until all has arrived
			synctest.Wait()
			st := s.engine.Stats()
			if st.Publications != 1 || st.Tracks[codec.Opus] != 1 || st.Tracks[codec.VP8] != 1 || st.Published != uint64(i+1) {
				t.Errorf("%d publications of %v, %d ever; want the %dth", st.Publications, st.Tracks, st.Published, i+1)
			}
			for _, track := range p.publication.Stats().Ingress.Tracks {
				c := codec.VP8
				if track.Keyframes == 0 {
					c = codec.Opus
				}
				want[c] += track.Packets
			}
			p.publication.Close()
			<-p.publication.Done()
			<-sub.subscription.Done()
		}
		close(stop)
		<-stopped
		st := s.engine.Stats()
		if st.Publications != 0 || st.Peers != 0 || st.Tracks != [codec.AV1 + 1]int{} {
			t.Errorf("%d publications of %v left, %d peers", st.Publications, st.Tracks, st.Peers)
		}
		var got [codec.AV1 + 1]uint64
		for c, counted := range st.Ingress.Codecs {
			got[c] = counted.Packets
		}
		if diff := cmp.Diff(want, got); diff != "" || got[codec.VP8] == 0 {
			t.Errorf("packets of publications that have ended, by codec (-want +got):\n%s", diff)
		}
	})
}

func notLess(t *testing.T, what string, before, now uint64) {
	if now < before {
		t.Errorf("%s went back from %d to %d", what, before, now)
	}
}
