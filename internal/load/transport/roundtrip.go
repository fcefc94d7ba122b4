package transport

import (
	"encoding/binary"
	"sync"
	"sync/atomic"
	"time"
)

const (
	stunHeader         = 20 // octets, RFC 8489 section 5
	stunBindingRequest = 0x0001
	stunBindingSuccess = 0x0101
)

// outstanding is how many requests wait for their response at most: a path of
// 400 ms has as many on its way while the agent checks every 50 ms.
const outstanding = 8

// roundTrip measures the path by the ICE checks that go over it anyway: from a
// binding request to the response with its transaction id. Any goroutine may
// call its methods.
type roundTrip struct {
	mu       sync.Mutex
	requests [outstanding]bindingRequest
	next     int

	latest atomic.Int64 // ns, 0 while unknown
}

type bindingRequest struct {
	transaction [12]byte
	sent        time.Time // zero once answered
}

// out looks at a STUN message that is sent.
func (r *roundTrip) out(b []byte, now time.Time) {
	if len(b) < stunHeader || binary.BigEndian.Uint16(b) != stunBindingRequest {
		return
	}
	r.mu.Lock()
	r.requests[r.next] = bindingRequest{[12]byte(b[8:stunHeader]), now}
	r.next = (r.next + 1) % outstanding
	r.mu.Unlock()
}

// in looks at a STUN message that arrived.
func (r *roundTrip) in(b []byte, now time.Time) {
	if len(b) < stunHeader || binary.BigEndian.Uint16(b) != stunBindingSuccess {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	for i := range r.requests {
		if q := &r.requests[i]; !q.sent.IsZero() && q.transaction == [12]byte(b[8:stunHeader]) {
			r.latest.Store(int64(max(now.Sub(q.sent), 1)))
			q.sent = time.Time{}
		}
	}
}

// duration returns the latest measurement, 0 while there is none.
func (r *roundTrip) duration() time.Duration { return time.Duration(r.latest.Load()) }
