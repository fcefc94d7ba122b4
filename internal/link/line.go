package link

import (
	"container/heap"
	"net/netip"
	"time"
)

// Delayed is a datagram on its way.
type Delayed struct {
	At      time.Time      // when it arrives
	Peer    netip.AddrPort // where to, or where from
	Payload []byte

	order uint64 // of entry, among those that arrive at once
}

// Line holds datagrams until they arrive, in order of arrival. It belongs
// to one goroutine at a time. The zero value is empty.
type Line struct {
	waiting arrivals
	entered uint64
	free    [][]byte // payloads to use again
}

// keptPayloads bounds what an emptied line keeps for the next burst.
const keptPayloads = 64

// Push takes a copy of b in.
func (l *Line) Push(at time.Time, b []byte, peer netip.AddrPort) {
	var payload []byte
	if n := len(l.free); n > 0 {
		payload, l.free = l.free[n-1], l.free[:n-1]
	}
	l.entered++
	heap.Push(&l.waiting, Delayed{at, peer, append(payload[:0], b...), l.entered})
}

// Pop takes out the first datagram that has arrived by now. Its payload is the
// caller's until it is given back by Recycle.
func (l *Line) Pop(now time.Time) (Delayed, bool) {
	if len(l.waiting) == 0 || l.waiting[0].At.After(now) {
		return Delayed{}, false
	}
	d, ok := heap.Pop(&l.waiting).(Delayed)
	return d, ok
}

func (l *Line) Recycle(payload []byte) {
	if len(l.free) < keptPayloads {
		l.free = append(l.free, payload)
	}
}

// Next returns when the next datagram arrives, and false if none is on its way.
func (l *Line) Next() (time.Time, bool) {
	if len(l.waiting) == 0 {
		return time.Time{}, false
	}
	return l.waiting[0].At, true
}

// arrivals is a heap by time.
type arrivals []Delayed

func (a arrivals) Len() int      { return len(a) }
func (a arrivals) Swap(i, j int) { a[i], a[j] = a[j], a[i] }

func (a arrivals) Less(i, j int) bool {
	if a[i].At.Equal(a[j].At) {
		return a[i].order < a[j].order
	}
	return a[i].At.Before(a[j].At)
}

func (a *arrivals) Push(x any) {
	if d, ok := x.(Delayed); ok {
		*a = append(*a, d)
	}
}

func (a *arrivals) Pop() any {
	old := *a
	last := old[len(old)-1]
	old[len(old)-1] = Delayed{}
	*a = old[:len(old)-1]
	return last
}
