package transport

import (
	"container/heap"
	"net/netip"
	"time"
)

// delayed is a datagram on its way.
type delayed struct {
	at      time.Time      // when it arrives
	order   uint64         // of entry, among those that arrive at once
	peer    netip.AddrPort // where to, or where from
	payload []byte
}

// delayLine holds datagrams until they arrive, in order of arrival. It belongs
// to one goroutine at a time. The zero value is empty.
type delayLine struct {
	waiting arrivals
	entered uint64
	free    [][]byte // payloads to use again
}

// keptPayloads bounds what an emptied line keeps for the next burst.
const keptPayloads = 64

// push takes a copy of b in.
func (l *delayLine) push(at time.Time, b []byte, peer netip.AddrPort) {
	var payload []byte
	if n := len(l.free); n > 0 {
		payload, l.free = l.free[n-1], l.free[:n-1]
	}
	l.entered++
	heap.Push(&l.waiting, delayed{at, l.entered, peer, append(payload[:0], b...)})
}

// pop takes out the first datagram that has arrived by now. Its payload is the
// caller's until it is given back by recycle.
func (l *delayLine) pop(now time.Time) (delayed, bool) {
	if len(l.waiting) == 0 || l.waiting[0].at.After(now) {
		return delayed{}, false
	}
	d, ok := heap.Pop(&l.waiting).(delayed)
	return d, ok
}

func (l *delayLine) recycle(payload []byte) {
	if len(l.free) < keptPayloads {
		l.free = append(l.free, payload)
	}
}

// next returns when the next datagram arrives, and false if none is on its way.
func (l *delayLine) next() (time.Time, bool) {
	if len(l.waiting) == 0 {
		return time.Time{}, false
	}
	return l.waiting[0].at, true
}

// arrivals is a heap by time.
type arrivals []delayed

func (a arrivals) Len() int      { return len(a) }
func (a arrivals) Swap(i, j int) { a[i], a[j] = a[j], a[i] }

func (a arrivals) Less(i, j int) bool {
	if a[i].at.Equal(a[j].at) {
		return a[i].order < a[j].order
	}
	return a[i].at.Before(a[j].at)
}

func (a *arrivals) Push(x any) {
	if d, ok := x.(delayed); ok {
		*a = append(*a, d)
	}
}

func (a *arrivals) Pop() any {
	old := *a
	last := old[len(old)-1]
	old[len(old)-1] = delayed{}
	*a = old[:len(old)-1]
	return last
}
