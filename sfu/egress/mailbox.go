package egress

import (
	"sync"
	"sync/atomic"

	"github.com/atrium-rtc/atrium/sfu/packet"
)

// mailboxLimit bounds what waits for a shard. At 100,000 packets a second it is
// 80 ms of them; a shard that far behind drops packets rather than grow.
const mailboxLimit = 8192

// item is a packet for a feed, or a command.
type item struct {
	feed *feed
	pkt  *packet.Packet
	do   func()
}

// mailbox hands items to the shard's goroutine, in order.
type mailbox struct {
	mu     sync.Mutex
	items  []item
	closed bool
	wake   chan struct{} // holds a token while items wait

	waiting        atomic.Int64  // items, for those who only want to know
	drops, refused atomic.Uint64 // packets, and requests, for which there was no room
}

func newMailbox() *mailbox {
	return &mailbox{wake: make(chan struct{}, 1)}
}

// put adds an item; one that is not urgent is refused when the box is full.
func (m *mailbox) put(it item, urgent bool) bool {
	m.mu.Lock()
	if m.closed || (!urgent && len(m.items) >= mailboxLimit) {
		closed := m.closed
		m.mu.Unlock()
		m.refuse(it, closed)
		return false
	}
	first := len(m.items) == 0
	m.items = append(m.items, it)
	m.waiting.Store(int64(len(m.items)))
	m.mu.Unlock()
	if first {
		select {
		case m.wake <- struct{}{}:
		default:
		}
	}
	return true
}

// refuse counts an item that was not taken.
func (m *mailbox) refuse(it item, closed bool) {
	switch {
	case closed: // nothing is lost by that
	case it.pkt != nil:
		m.drops.Add(1)
	default:
		m.refused.Add(1)
	}
}

// overflows returns how often something was lost for want of room.
func (m *mailbox) overflows() uint64 { return m.drops.Load() + m.refused.Load() }

// drain returns all that waits and takes spare to collect what comes next.
func (m *mailbox) drain(spare []item) []item {
	m.mu.Lock()
	defer m.mu.Unlock()
	items := m.items
	m.items = spare[:0]
	m.waiting.Store(0)
	return items
}

// close refuses further items and returns those that wait.
func (m *mailbox) close() []item {
	m.mu.Lock()
	defer m.mu.Unlock()
	items := m.items
	m.items, m.closed = nil, true
	return items
}
