package transport

import (
	"testing"
	"time"
)

// binding makes a STUN message with a transaction id of its own.
func binding(kind uint16, transaction byte) []byte {
	b := make([]byte, stunHeader)
	b[0], b[1], b[8] = byte(kind>>8), byte(kind), transaction
	return b
}

func TestRoundTripIsFromARequestToItsResponse(t *testing.T) {
	var r roundTrip
	start := time.Unix(1000, 0)
	after := func(ms int) time.Time { return start.Add(time.Duration(ms) * time.Millisecond) }
	expect := func(want time.Duration, why string) {
		t.Helper()
		if got := r.duration(); got != want {
			t.Errorf("%s: %v, want %v", why, got, want)
		}
	}
	r.out(binding(stunBindingRequest, 1), start)
	r.out(binding(stunBindingRequest, 2), after(50))
	r.in(binding(stunBindingSuccess, 9), after(60))
	r.in(binding(stunBindingRequest, 1), after(60))
	r.in([]byte{1, 1}, after(60))
	expect(0, "nothing of ours came back")
	r.in(binding(stunBindingSuccess, 1), after(120))
	expect(120*time.Millisecond, "the earlier request")
	r.in(binding(stunBindingSuccess, 2), after(130))
	expect(80*time.Millisecond, "the later one")
	r.in(binding(stunBindingSuccess, 1), after(900))
	expect(80*time.Millisecond, "a response repeated")
	r.out(binding(stunBindingSuccess, 3), after(1000))
	r.in(binding(stunBindingSuccess, 3), after(1001))
	expect(80*time.Millisecond, "a response of our own")
	for n := range byte(outstanding + 1) {
		r.out(binding(stunBindingRequest, 100+n), after(2000))
	}
	r.in(binding(stunBindingSuccess, 100), after(3000))
	expect(80*time.Millisecond, "a request forgotten")
	r.in(binding(stunBindingSuccess, 101), after(2000))
	expect(1, "no time at all is still known")
}
