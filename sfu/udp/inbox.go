package udp

import (
	"net"
	"net/netip"
	"sync"
)

// MaxDatagram is the largest UDP payload accepted and queued, in octets. It leaves room
// above an Ethernet frame's 1472; what is larger is counted and dropped.
const MaxDatagram = 1600

// datagram is one received payload in a pooled buffer.
type datagram struct {
	next *datagram
	from netip.AddrPort
	size int
	buf  [MaxDatagram]byte
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

func (i *inbox) init(limit int) {
	i.limit = limit
	i.notEmpty.L = &i.mu
}

// push appends d and takes it over, unless the queue is full or closed.
func (i *inbox) push(d *datagram) bool {
	i.mu.Lock()
	if i.closed || i.length >= i.limit {
		i.mu.Unlock()
		return false
	}
	if i.tail == nil {
		i.head = d
	} else {
		i.tail.next = d
	}
	i.tail = d
	i.length++
	i.mu.Unlock()
	i.notEmpty.Signal()
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
		i.notEmpty.Wait()
	}
	d := i.head
	i.head, d.next = d.next, nil
	if i.head == nil {
		i.tail = nil
	}
	i.length--
	return d, nil
}

// close wakes all readers and returns the chain of what they had not read.
func (i *inbox) close() *datagram {
	i.mu.Lock()
	rest := i.head
	i.head, i.tail, i.length, i.closed = nil, nil, 0, true
	i.mu.Unlock()
	i.notEmpty.Broadcast()
	return rest
}
