package udp

import (
	"net"
	"net/netip"
	"sync"
)

// MaxDatagram is the largest UDP payload accepted, in octets. It leaves room
// above an Ethernet frame's 1472; what is larger is counted and dropped.
const MaxDatagram = 1600

// datagram is one received payload in a pooled buffer. The spare octet of the
// buffer shows that a read was cut short.
type datagram struct {
	next *datagram
	from netip.AddrPort
	size int
	buf  [MaxDatagram + 1]byte
}

func (d *datagram) payload() []byte { return d.buf[:d.size] }

// pool recycles datagrams among all sockets and connections of a Mux.
type pool struct{ free sync.Pool }

func (p *pool) get() *datagram {
	if d, ok := p.free.Get().(*datagram); ok {
		return d
	}
	return new(datagram)
}

func (p *pool) put(d *datagram) {
	d.next, d.from, d.size = nil, netip.AddrPort{}, 0
	p.free.Put(d)
}

// inbox is a bounded FIFO of datagrams between a socket's reader and an ICE
// candidate's goroutine. It costs nothing while empty: there is one per local
// candidate of every peer, and nearly all of them stay idle.
type inbox struct {
	mu         sync.Mutex
	notEmpty   sync.Cond
	head, tail *datagram
	length     int
	limit      int
	closed     bool
}

func (q *inbox) init(limit int) {
	q.limit = limit
	q.notEmpty.L = &q.mu
}

// push appends d and takes it over, unless the queue is full or closed.
func (q *inbox) push(d *datagram) bool {
	q.mu.Lock()
	if q.closed || q.length >= q.limit {
		q.mu.Unlock()
		return false
	}
	if q.tail == nil {
		q.head = d
	} else {
		q.tail.next = d
	}
	q.tail = d
	q.length++
	q.mu.Unlock()
	q.notEmpty.Signal()
	return true
}

// pop waits for a datagram and hands it over, or returns net.ErrClosed.
func (q *inbox) pop() (*datagram, error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for q.head == nil {
		if q.closed {
			return nil, net.ErrClosed
		}
		q.notEmpty.Wait()
	}
	d := q.head
	q.head, d.next = d.next, nil
	if q.head == nil {
		q.tail = nil
	}
	q.length--
	return d, nil
}

// close wakes all readers and returns the chain of what they had not read.
func (q *inbox) close() *datagram {
	q.mu.Lock()
	rest := q.head
	q.head, q.tail, q.length, q.closed = nil, nil, 0, true
	q.mu.Unlock()
	q.notEmpty.Broadcast()
	return rest
}
