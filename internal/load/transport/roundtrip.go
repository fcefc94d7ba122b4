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

// roundTrip measures the path by the ICE checks that go over it anyway: from a
// binding request to the response with its transaction id. Any goroutine may
// call its methods.
type roundTrip struct {
	mu      sync.Mutex
	request [12]byte // transaction id of the latest request
	sent    time.Time

	latest atomic.Int64 // ns, 0 while unknown
}

// out looks at a STUN message that is sent.
func (r *roundTrip) out(b []byte, now time.Time) {
	if len(b) < stunHeader || binary.BigEndian.Uint16(b) != stunBindingRequest {
		return
	}
	r.mu.Lock()
	copy(r.request[:], b[8:])
	r.sent = now
	r.mu.Unlock()
}

// in looks at a STUN message that arrived.
func (r *roundTrip) in(b []byte, now time.Time) {
	if len(b) < stunHeader || binary.BigEndian.Uint16(b) != stunBindingSuccess {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.sent.IsZero() || [12]byte(b[8:stunHeader]) != r.request {
		return
	}
	r.latest.Store(int64(max(now.Sub(r.sent), 1)))
	r.sent = time.Time{}
}

// duration returns the latest measurement, 0 while there is none.
func (r *roundTrip) duration() time.Duration { return time.Duration(r.latest.Load()) }
