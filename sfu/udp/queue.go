package udp

import (
	"github.com/atrium-rtc/atrium/internal/invariant"
)

// Queue collects the datagrams of one shard. It is owned by one goroutine.
type Queue struct {
	mux     *Mux
	scratch []byte
}

// NewQueue returns a queue; i chooses among the sockets that share an address,
// so shards count from 0. Any goroutine may call it.
func (m *Mux) NewQueue(_ int) *Queue {
	return &Queue{mux: m, scratch: make([]byte, MaxDatagram)}
}

// Reserve returns room for a datagram of n octets, at most MaxDatagram. It is
// valid until the next call of any method.
func (q *Queue) Reserve(n int) []byte {
	invariant.Check(n >= 0 && n <= MaxDatagram, "reserved more than a datagram")
	return q.scratch[:n]
}

// Commit sends the first n octets of what Reserve returned to the route, with
// the next Flush or sooner, when the queue is full.
func (q *Queue) Commit(n int, to *Route) {
	_, _ = to.group.sockets[0].write(q.scratch[:n], to.remote)
}

// Flush gives what waits to the kernel. It never blocks. It returns true when
// the socket had no room for all: call it again in a millisecond; what waits
// longer than the arena allows is dropped and counted.
func (q *Queue) Flush() (pending bool) { return false }
