package admin

import (
	"sync"
	"time"
)

// historySize is how many points are kept: ten minutes of one a second.
const historySize = 600

// The graphs of a point, in the order in which it has them.
const (
	participants = iota
	rooms
	cpu      // share of the processors
	capacity // see Usage
	packetsIn
	packetsOut
	bitsIn
	bitsOut
	lossUp   // share of the packets
	lossDown // likewise
	freezes
	downlink // streams in trouble, by cause
	uplink
	publisher
	overload
	paused
	latency // seconds: the 99th percentile of forwarding
	graphs
)

// graphNames returns what the API calls the graphs. Packets, bits and freezes are
// those of a second.
func graphNames() [graphs]string {
	return [graphs]string{
		participants: "participants", rooms: "rooms", cpu: "cpu", capacity: "capacity",
		packetsIn: "packetsIn", packetsOut: "packetsOut", bitsIn: "bitsIn", bitsOut: "bitsOut",
		lossUp: "lossUp", lossDown: "lossDown", freezes: "freezes",
		downlink: "downlink", uplink: "uplink", publisher: "publisher", overload: "overload",
		paused: "paused", latency: "latency",
	}
}

// point is what the server did in one second. What is not known is NaN.
type point [graphs]float32

// history is the last ten minutes, second by second. Its methods may be called
// from any goroutine.
type history struct {
	mu     sync.Mutex
	points [historySize]point
	next   uint64 // how many there ever were
	last   time.Time
}

// add appends the point of the second that ends now, in the place of the oldest.
func (h *history) add(p point, now time.Time) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.points[h.next%historySize] = p
	h.next++
	h.last = now
}

// since returns the points from a number on, the number of the first of them, which
// is another when that one is gone or never was, and when the last was added.
func (h *history) since(from uint64) (first uint64, points []point, last time.Time) {
	h.mu.Lock()
	defer h.mu.Unlock()
	oldest := h.next - min(h.next, historySize)
	first = max(from, oldest)
	if first > h.next {
		first = oldest
	}
	for i := first; i < h.next; i++ {
		points = append(points, h.points[i%historySize])
	}
	return first, points, h.last
}
