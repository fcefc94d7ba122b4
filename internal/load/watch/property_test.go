package watch_test

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/pion/rtp"
	"pgregory.net/rapid"

	"github.com/atrium-rtc/atrium/internal/rtptest"
)

// TestRepairedStreamIsDeliveredInFull draws any pattern of loss, reordering and
// duplication in which all that is lost comes again within the window.
func TestRepairedStreamIsDeliveredInFull(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		random := rand.New(rand.NewPCG(rapid.Uint64().Draw(rt, "seed"), 1))
		loss := rapid.Float64Range(0, 0.4).Draw(rt, "loss")
		copies := rapid.Float64Range(0, 0.3).Draw(rt, "duplicates")
		jitter := rapid.IntRange(0, 60).Draw(rt, "reordered by ms")
		frames := rapid.IntRange(1, 60).Draw(rt, "frames")

		s := newStage(t)
		var sent, repaired, again uint64
		var octets uint64
		late := func() time.Duration { return time.Duration(random.IntN(jitter+1)) * ms }
		for i := range frames {
			for j, p := range s.frame(rtptest.FrameOptions{Keyframe: i == 0}) {
				sent++
				octets += uint64(len(p.Payload))
				again += s.chance(random, copies, late(), p)
				if (i > 0 || j > 0) && random.Float64() < loss { // a stream begins with a packet
					repaired++
					repair := rtptest.RTX(p, rtxSSRC, rtxType, uint16(repaired))
					s.send(100*ms+time.Duration(random.IntN(700))*ms, repair)
					continue
				}
				s.send(late(), p)
			}
			s.run(frameTime)
		}
		s.run(2 * time.Second)
		got := s.receiver.Snapshot()
		d := got.Video
		if d.Packets != sent || d.Octets != octets || d.Lost != 0 || d.Pending != 0 || d.TooLate != 0 {
			rt.Fatalf("%d packets of %d octets sent, received %+v", sent, octets, d)
		}
		if d.Duplicates != again || d.Repaired > repaired || d.Repaired+again < repaired {
			rt.Fatalf("%d repaired and %d sent twice, counted %+v", repaired, again, d)
		}
		if got.Frames != uint64(frames) || got.FramesExpected != uint64(frames) || got.FramesSkipped != 0 {
			rt.Fatalf("%d frames sent, %d of %d seen", frames, got.Frames, got.FramesExpected)
		}
		if n := s.receiver.Latency().Count(); n != uint64(frames) {
			rt.Fatalf("latency of %d stamps, want %d", n, frames)
		}
	})
}

// chance sends a packet beside the one that is sent anyway, and counts it. It may
// come first, or make up for a loss.
func (s *stage) chance(random *rand.Rand, likely float64, delay time.Duration, p *rtp.Packet) uint64 {
	if random.Float64() >= likely {
		return 0
	}
	s.send(delay, p)
	return 1
}

// TestLostPacketsAreAllCounted draws losses that nobody repairs: what came and
// what is lost add up to what was sent between the first and the last.
func TestLostPacketsAreAllCounted(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		random := rand.New(rand.NewPCG(rapid.Uint64().Draw(rt, "seed"), 2))
		loss := rapid.Float64Range(0, 0.9).Draw(rt, "loss")
		s := newStage(t)
		var first, last, came, n uint64
		s.play(80, true, func(_ int, packets []*rtp.Packet) []*rtp.Packet {
			var kept []*rtp.Packet
			for _, p := range packets {
				n++
				if random.Float64() < loss {
					continue
				}
				if first == 0 {
					first = n
				}
				last = n
				came++
				kept = append(kept, p)
			}
			return kept
		})
		got := s.settle()
		want := uint64(0)
		if came > 0 {
			want = last - first + 1 - came
		}
		if got.Video.Packets != came || got.Video.Lost != want || got.Video.Pending != 0 {
			rt.Fatalf("%d came, %d lost, counted %+v", came, want, got.Video)
		}
		if got.Frames > got.FramesExpected {
			rt.Fatalf("%d of %d frames", got.Frames, got.FramesExpected)
		}
	})
}
