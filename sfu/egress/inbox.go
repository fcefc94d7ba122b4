package egress

import (
	"sync"
	"sync/atomic"
	"time"
)

const (
	// inboxLimit bounds the octets of feedback that wait for a shard, and
	// feedbackLimit the messages of one subscriber: a browser sends twenty a second,
	// and a shard looks twenty times a second at least.
	inboxLimit    = 1 << 20
	feedbackLimit = 16
)

// inbox takes what receivers report of packets, for a shard to read with its next
// batch. It wakes nobody: with hundreds of receivers that would be thousands of
// times a second, for what can wait until the next picture.
type inbox struct {
	mu     sync.Mutex
	items  []feedbackItem
	octets []byte // of all of them, one behind the other
	drops  atomic.Uint64
}

// feedbackItem is one RTCP packet.
type feedbackItem struct {
	sub  *Subscriber
	size int
}

// put adds a packet, unless too much waits.
func (b *inbox) put(sub *Subscriber, packet []byte) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if sub.reported >= feedbackLimit || len(b.octets)+len(packet) > inboxLimit {
		b.drops.Add(1)
		return
	}
	sub.reported++
	b.items = append(b.items, feedbackItem{sub, len(packet)})
	b.octets = append(b.octets, packet...)
}

// swap returns what waits, and takes over empty space to collect more.
func (b *inbox) swap(items []feedbackItem, octets []byte) ([]feedbackItem, []byte) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, it := range b.items {
		it.sub.reported = 0
	}
	items, b.items = b.items, items[:0]
	octets, b.octets = b.octets, octets[:0]
	return items, octets
}

// readFeedback reads what has come since the last time.
func (s *Shard) readFeedback(now time.Time) {
	s.reports, s.reported = s.inbox.swap(s.reports, s.reported)
	b := s.reported
	for i, it := range s.reports {
		if !it.sub.removed {
			it.sub.readFeedback(b[:it.size], now)
		}
		b = b[it.size:]
		s.reports[i].sub = nil
	}
}
