package signaling

import (
	"context"
	"sync"
	"time"

	"github.com/atrium-rtc/atrium/internal/admission"
	"github.com/atrium-rtc/atrium/internal/tracing"
	"github.com/atrium-rtc/atrium/signaling/rpc"
)

// arrival is a request, when it came, and of its socket's handshake the trace that it
// belongs to, if any, the tokens, and the context of its HTTP request.
type arrival struct {
	rpc.Request
	at      time.Time
	parent  *tracing.Parent
	carried admission.Carried

	handshake context.Context
}

func (a *arrival) size() int { return len(a.Method) + len(a.Params) + len(a.ID) }

// inbox is the mailbox of a session's goroutine. It does not use a channel,
// because a channel's capacity is paid for by every session.
type inbox struct {
	wake chan struct{}

	mu     sync.Mutex
	list   []arrival
	octets int
}

func newInbox() inbox { return inbox{wake: make(chan struct{}, 1)} }

// put reports false when too much is waiting.
func (b *inbox) put(a arrival) bool {
	b.mu.Lock()
	if len(b.list) >= maxWaiting || b.octets+a.size() > maxWaitingOctets {
		b.mu.Unlock()
		return false
	}
	b.list = append(b.list, a)
	b.octets += a.size()
	b.mu.Unlock()
	select {
	case b.wake <- struct{}{}:
	default:
	}
	return true
}

// take waits for the next request, and reports false when ctx has ended.
func (b *inbox) take(ctx context.Context) (arrival, bool) {
	for ctx.Err() == nil {
		if a, ok := b.next(); ok {
			return a, true
		}
		select {
		case <-b.wake:
		case <-ctx.Done():
		}
	}
	return arrival{}, false
}

// size returns how many requests wait.
func (b *inbox) size() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return len(b.list)
}

func (b *inbox) next() (arrival, bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.list) == 0 {
		return arrival{}, false
	}
	a := b.list[0]
	b.list[0] = arrival{}
	if b.list = b.list[1:]; len(b.list) == 0 {
		b.list = nil
	}
	b.octets -= a.size()
	return a, true
}
