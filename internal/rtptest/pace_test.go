package rtptest_test

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/atrium-rtc/atrium/internal/rtptest"
	"github.com/atrium-rtc/atrium/sfu/codec"
)

// TestPace sends frames whose timestamps say one thing and whose arrivals, with
// up to 80 ms of jitter, say another.
func TestPace(t *testing.T) {
	tests := []struct {
		name  string
		media func(time.Duration) time.Duration // of the timestamp of what arrives then
		want  int                               // violations at most, and at least one unless it is zero
	}{
		{"as fast as time", func(d time.Duration) time.Duration { return d }, 0},
		{"two percent fast", func(d time.Duration) time.Duration { return d * 102 / 100 }, 0},
		{"a fifth too fast", func(d time.Duration) time.Duration { return d * 6 / 5 }, 10},
		{"a fifth too slow", func(d time.Duration) time.Duration { return d * 4 / 5 }, 10},
		{"a jump ahead", func(d time.Duration) time.Duration {
			if d > 5*time.Second {
				return d + time.Second
			}
			return d
		}, 2},
		{"a step of 60 ms", func(d time.Duration) time.Duration {
			if d > 5*time.Second {
				return d + 60*time.Millisecond
			}
			return d
		}, 0},
		{"time standing still", func(d time.Duration) time.Duration {
			return min(d, 5*time.Second) + max(d-5*time.Second, 0)/50 // no frame has the timestamp of another
		}, 5},
	}
	for _, c := range []codec.Codec{codec.VP8, codec.Opus} {
		for _, tt := range tests {
			checker := checking(c, rtptest.Expectations{Jitter: 150 * time.Millisecond})()
			random := rand.New(rand.NewPCG(5, 6))
			start := time.Unix(1000, 0)
			s := rtptest.NewStream(rtptest.Config{Codec: c, SSRC: ssrc, PayloadType: 96, Interval: 20 * time.Millisecond})
			first := s.Timestamp()
			for i := range 500 { // ten seconds
				sent := time.Duration(i) * 20 * time.Millisecond
				ts := first + uint32(tt.media(sent).Seconds()*float64(c.ClockRate()))
				for _, p := range s.Frame(rtptest.FrameOptions{Keyframe: i == 0}) {
					p.Timestamp = ts
					checker.PacketAt(p, start.Add(sent+time.Duration(random.Int64N(int64(80*time.Millisecond)))))
				}
			}
			found := checker.Violations()
			if (tt.want == 0) != (len(found) == 0) || len(found) > tt.want {
				t.Errorf("%v %s: found %q, want up to %d", c, tt.name, found, tt.want)
			}
		}
	}
}

func TestPausesKeepThePace(t *testing.T) {
	for name, skip := range map[string]time.Duration{"": time.Minute, "timestamps advance": 0} {
		checker := checking(codec.VP8, rtptest.Expectations{})()
		s := stream(codec.VP8)
		at := time.Unix(1000, 0)
		for i := range 60 {
			if i == 30 {
				s.Skip(skip)
				at = at.Add(time.Minute)
			}
			for _, p := range s.Frame(rtptest.FrameOptions{Keyframe: i == 0}) {
				checker.PacketAt(p, at)
			}
			at = at.Add(time.Second / 30)
		}
		if found := checker.Violations(); (len(found) > 0) != (name != "") {
			t.Errorf("paused for %v: found %q", skip, found)
		}
	}
}

func TestPaceIsThatOfWhatCameDirectly(t *testing.T) {
	checker := checking(codec.VP8, rtptest.Expectations{RTX: map[uint8]uint8{97: 96}})()
	checker.Pair(0x99, ssrc)
	s := stream(codec.VP8)
	start := time.Unix(1000, 0)
	for i := range 60 {
		at := start.Add(time.Duration(i) * time.Second / 30)
		for _, p := range s.Frame(rtptest.FrameOptions{Keyframe: i == 0, Octets: 500}) {
			if i == 50 {
				checker.PacketAt(rtptest.RTX(p, 0x99, 97, 1), at.Add(time.Second))
				continue
			}
			checker.PacketAt(p, at)
		}
	}
	if found := checker.Violations(); found != nil {
		t.Errorf("found %q", found)
	}
}
