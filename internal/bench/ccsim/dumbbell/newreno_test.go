package dumbbell

import (
	"math"
	"testing"
	"time"

	"github.com/atrium-rtc/atrium/internal/link"
	"github.com/atrium-rtc/atrium/sfu/bwe"
)

// path has a rate, a round trip of 100 ms and a queue of that many ms.
func path(rate bwe.Bitrate, queue time.Duration, loss float64) []Change {
	way := link.Link{Delay: 50 * time.Millisecond}
	there := way
	there.RateBitsPerSecond, there.QueueBytes, there.Loss = int(rate), rate.Octets(queue), loss
	return []Change{{Forward: there, Back: way}}
}

// arrivedRate is the mean of what arrived of a flow.
func arrivedRate(t *Trace, flow int, from time.Duration) bwe.Bitrate {
	var sum, n bwe.Bitrate
	for _, s := range t.Samples {
		if s.At > from {
			sum += s.Flows[flow].Arrived
			n++
		}
	}
	return sum / max(n, 1)
}

func TestNewRenoFillsALinkWhoseQueueIsARoundTrip(t *testing.T) {
	n := New(1, path(6*bwe.Mbps, 100*time.Millisecond, 0))
	n.AddForeign("NewReno", 0, time.Hour)
	if got := arrivedRate(n.Run(time.Minute), 0, 10*time.Second); got < 5800*bwe.Kbps {
		t.Errorf("%v of 6 Mbit/s", got)
	}
}

// TestNewRenoUsesThreeQuartersOfALinkWithoutQueue: the window saws between half
// of what the link holds and all of it.
func TestNewRenoUsesThreeQuartersOfALinkWithoutQueue(t *testing.T) {
	n := New(1, path(20*bwe.Mbps, 6*time.Millisecond, 0))
	n.AddForeign("NewReno", 0, time.Hour)
	got := float64(arrivedRate(n.Run(5*time.Minute), 0, time.Minute)) / 20e6
	if got < 0.70 || got > 0.85 {
		t.Errorf("a share of %.2f, want about 0.75", got)
	}
}

// TestNewRenoFollowsTheSquareRootOfLoss compares with Mathis et al., "The
// macroscopic behavior of the TCP congestion avoidance algorithm" (1997).
func TestNewRenoFollowsTheSquareRootOfLoss(t *testing.T) {
	for _, loss := range []float64{0.002, 0.008} {
		n := New(1, path(100*bwe.Mbps, time.Second, loss))
		n.AddForeign("NewReno", 0, time.Hour)
		got := float64(arrivedRate(n.Run(10*time.Minute), 0, 10*time.Second))
		want := 1500 * 8 / 0.1 * math.Sqrt(1.5/loss)
		if got < 0.75*want || got > 1.25*want {
			t.Errorf("loss %v: %.2f Mbit/s, want about %.2f", loss, got/1e6, want/1e6)
		}
	}
}

func TestTwoNewRenosShareALink(t *testing.T) {
	n := New(1, path(6*bwe.Mbps, 100*time.Millisecond, 0))
	n.AddForeign("one", 0, time.Hour)
	n.AddForeign("other", 10*time.Second, time.Hour)
	trace := n.Run(3 * time.Minute)
	one, other := arrivedRate(trace, 0, 30*time.Second), arrivedRate(trace, 1, 30*time.Second)
	if one > 2*other || other > 2*one {
		t.Errorf("%v and %v", one, other)
	}
}

func TestNewRenoComesBackAfterSilenceAndEnds(t *testing.T) {
	changes := path(6*bwe.Mbps, 100*time.Millisecond, 0)
	gone, back := changes[0], changes[0]
	gone.At, gone.Forward.Loss = 10*time.Second, 1
	back.At = 15 * time.Second
	n := New(1, append(changes, gone, back))
	n.AddForeign("NewReno", 0, 40*time.Second)
	trace := n.Run(time.Minute)
	for _, s := range trace.Samples {
		rate := s.Flows[0].Arrived
		switch {
		case s.At > 11*time.Second && s.At <= 15*time.Second && rate > 0:
			t.Fatalf("%v at %v, while the link is away", rate, s.At)
		case s.At > 30*time.Second && s.At < 40*time.Second && rate < 5*bwe.Mbps:
			t.Fatalf("%v at %v", rate, s.At)
		case s.At > 41*time.Second && rate > 0:
			t.Fatalf("%v at %v, after its end", rate, s.At)
		}
	}
}
