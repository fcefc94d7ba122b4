package tcp

import (
	"net"
	"net/netip"
	"sync"

	"github.com/atrium-rtc/atrium/internal/invariant"
)

// inboxLength is how many frames wait for an agent before their readers do.
const inboxLength = 64

// datagram is one received frame in a pooled buffer.
type datagram struct {
	next *datagram
	from netip.AddrPort
	size int
	buf  [MaxFrame]byte
}

func (d *datagram) payload() []byte { return d.buf[:d.size] }

// pool recycles datagrams among all connections of a Mux.
type pool struct{ free sync.Pool }

func (p *pool) get(frame []byte, from netip.AddrPort) *datagram {
	d, ok := p.free.Get().(*datagram)
	if !ok {
		d = new(datagram)
	}
	d.size, d.from = copy(d.buf[:], frame), from
	return d
}

func (p *pool) put(d *datagram) {
	invariant.Poison(d.payload())
	d.next, d.from, d.size = nil, netip.AddrPort{}, 0
	p.free.Put(d)
}

// inbox is a bounded FIFO of datagrams between the readers of a candidate's
// connections and its agent's goroutine. It costs nothing while empty.
type inbox struct {
	mu         sync.Mutex
	changed    sync.Cond // no longer empty, half empty, closed
	head, tail *datagram
	length     int
	closed     bool
}

func (i *inbox) init() { i.changed.L = &i.mu }

// push waits for room, then appends d and takes it over. false: the inbox is
// closed.
func (i *inbox) push(d *datagram) bool {
	i.mu.Lock()
	defer i.mu.Unlock()
	for i.length >= inboxLength && !i.closed {
		i.changed.Wait()
	}
	if i.closed {
		return false
	}
	if i.tail == nil {
		i.head = d
		i.changed.Broadcast()
	} else {
		i.tail.next = d
	}
	i.tail = d
	i.length++
	return true
}

// pop waits for a datagram and hands it over, or returns net.ErrClosed.
func (i *inbox) pop() (*datagram, error) {
	i.mu.Lock()
	defer i.mu.Unlock()
	for i.head == nil {
		if i.closed {
			return nil, net.ErrClosed
		}
		i.changed.Wait()
	}
	d := i.head
	i.head, d.next = d.next, nil
	if i.head == nil {
		i.tail = nil
	}
	// Readers that wait go on when there is room for more than one frame.
	if i.length--; i.length == inboxLength/2 {
		i.changed.Broadcast()
	}
	return d, nil
}

// close wakes all who wait and returns the chain of what was not read.
func (i *inbox) close() *datagram {
	i.mu.Lock()
	defer i.mu.Unlock()
	rest := i.head
	i.head, i.tail, i.length, i.closed = nil, nil, 0, true
	i.changed.Broadcast()
	return rest
}
