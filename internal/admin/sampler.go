package admin

import (
	"context"
	"math"
	"runtime"
	"sync/atomic"
	"time"

	"github.com/atrium-rtc/atrium/room"
	"github.com/atrium-rtc/atrium/sfu"
	"github.com/atrium-rtc/atrium/signaling"
)

// usageSpan is the time over which Usage is averaged, in samples.
const usageSpan = 10

// Sources are asked once a second.
type Sources struct {
	Rooms    func() room.Stats
	Sessions func() signaling.Stats
	Media    func() sfu.Stats
	// Used, if not nil, hears each second of the share of the processors that was used
	// in the last ten (Usage.CPU), on the goroutine of Run.
	Used func(share float64)
}

// Usage is how much of the machine is used, on average of the last ten seconds.
type Usage struct {
	// CPU is the share of the processors that the process may use, 0 to 1; NaN
	// while it is not known, or on a system that does not tell.
	CPU float64
	// Capacity is how full the server is, 1 being full: the largest of CPU beside
	// 0.85, rooms beside rooms.max_rooms, and websockets beside
	// signaling.max_sessions.
	Capacity float64
}

// Sampler keeps the last ten minutes of the server. Its methods may be called from
// any goroutine.
type Sampler struct {
	from    Sources
	cpu     func() (time.Duration, bool)
	history history
	usage   atomic.Pointer[Usage]

	// Of Run's goroutine.
	taken []totals // the last ones, usageSpan+1 at most
}

// NewSampler returns a Sampler that has not begun.
func NewSampler(from Sources) *Sampler {
	s := &Sampler{from: from, cpu: processorTime}
	s.usage.Store(&Usage{CPU: math.NaN()})
	return s
}

// Run takes a sample each second until ctx ends.
func (s *Sampler) Run(ctx context.Context) {
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	s.sample(time.Now())
	for {
		select {
		case now := <-tick.C:
			s.sample(now)
		case <-ctx.Done():
			return
		}
	}
}

// Usage returns the averages of the last ten seconds.
func (s *Sampler) Usage() Usage { return *s.usage.Load() }

func (s *Sampler) sample(now time.Time) {
	t := totals{
		at: now, cpu: -1, processors: runtime.GOMAXPROCS(0),
		rooms: s.from.Rooms(), sessions: s.from.Sessions(), media: s.from.Media(),
	}
	if used, known := s.cpu(); known {
		t.cpu = used
	}
	if len(s.taken) > 0 {
		s.history.add(t.since(&s.taken[len(s.taken)-1]), now)
		share := t.cpuUsed(&s.taken[0])
		s.usage.Store(&Usage{CPU: share, Capacity: t.capacityUsed(share)})
		if s.from.Used != nil {
			s.from.Used(share)
		}
	}
	if len(s.taken) == usageSpan {
		s.taken = append(s.taken[:0], s.taken[1:]...)
	}
	s.taken = append(s.taken, t)
}
