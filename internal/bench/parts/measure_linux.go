package parts

import (
	"context"
	"fmt"
	"math"
	"net/netip"
	"runtime"
	"time"

	"golang.org/x/sys/unix"
)

const (
	// packets is how many are measured of each case, chunk how many of them in a row:
	// between chunks the receivers get time to empty their sockets.
	packets = 60_000
	chunk   = 2_000
	rest    = 3 * time.Millisecond
	warming = 2_000
)

// Measure measures each part once, on the calling thread. Something empties the
// receivers' sockets meanwhile (Drain).
func Measure(ctx context.Context, receivers []netip.AddrPort) (Costs, error) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	m := meter{ctx: ctx, timer: time.NewTimer(0)}
	defer m.timer.Stop()
	c := Costs{Direct: make(map[string]float64), Pion: make(map[string]float64), Segments: make(map[int]float64)}
	direct, pion, err := sealers()
	if err != nil {
		return c, err
	}
	for name, seal := range direct {
		c.Direct[name] = m.measure(1, func() error { seal(); return nil })
	}
	for name, seal := range pion {
		c.Pion[name] = m.measure(1, func() error { seal(); return nil })
	}
	s, err := newSending(receivers)
	if err != nil {
		return c, err
	}
	defer s.close()
	c.Plain = m.measure(1, s.plain)
	c.Batch = m.measure(batchMessages, s.messages(batchMessages, 1).send)
	if !s.segments() {
		return c, m.err
	}
	for _, n := range []int{2, 4, 8, 16} {
		c.Segments[n] = m.measure(segmentedMessages*n, s.messages(segmentedMessages, n).send)
	}
	path, err := s.path(4)
	if err != nil {
		return c, err
	}
	c.Path = m.measure(segmentedMessages*4, path)
	return c, m.err
}

// meter measures the CPU time of the calling thread.
type meter struct {
	ctx   context.Context
	timer *time.Timer
	err   error // the first
}

// measure returns us for each packet of f, which makes so many of them.
func (m *meter) measure(each int, f func() error) float64 {
	for n := 0; n < warming && m.err == nil; n += each {
		m.err = f()
	}
	var used time.Duration
	done := 0
	for done < packets && m.err == nil {
		m.pause()
		start := threadTime()
		n := 0
		for ; n < chunk && m.err == nil; n += each {
			m.err = f()
		}
		used += threadTime() - start
		done += n
	}
	if m.err != nil {
		return math.NaN()
	}
	return float64(used.Nanoseconds()) / 1000 / float64(done)
}

func (m *meter) pause() {
	m.timer.Reset(rest)
	select {
	case <-m.timer.C:
	case <-m.ctx.Done():
		m.err = fmt.Errorf("measure the parts: %w", m.ctx.Err())
	}
}

// threadTime is the user and system time of the calling thread. getrusage(2) has
// the same, but as of the last tick of the scheduler, which is longer ago than a
// chunk takes.
func threadTime() time.Duration {
	var now unix.Timespec
	_ = unix.ClockGettime(unix.CLOCK_THREAD_CPUTIME_ID, &now) // cannot fail with these arguments
	return time.Duration(now.Nano())
}
