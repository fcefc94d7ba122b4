package transport

import (
	"errors"
	"net/netip"
	"strings"
	"testing"
	"time"
)

// What a server names is not believed: a load test must not be turned against
// somebody else's address.
func TestAddressesThatMayNotBeReachedAreRefused(t *testing.T) {
	r := newRig(t)
	c := r.conn(Options{Audio: true, Reach: netip.Addr.IsLoopback})
	answer := r.answer(r.server(serverOptions{}), r.offer(c))
	const public = "candidate:9 1 udp 1 203.0.113.5 5000 typ host"
	if err := c.AddCandidate(public); !errors.Is(err, ErrForbidden) {
		t.Errorf("trickled: %v", err)
	}
	if _, err := c.Accept(strings.ReplaceAll(answer, " 127.0.0.1 ", " 203.0.113.5 ")); !errors.Is(err, ErrForbidden) {
		t.Errorf("an answer with nothing else: %v", err)
	}
	first := strings.Index(answer, "a=candidate:")
	mixed := answer[:first] + "a=" + public + "\r\n" + answer[first:]
	if _, err := c.Accept(mixed); err != nil {
		t.Errorf("an answer with another one besides: %v", err)
	}
}

// A check from there would make the address a candidate without a name.
func TestChecksFromAddressesThatMayNotBeReachedAreDropped(t *testing.T) {
	r := newRig(t)
	c := r.conn(Options{Audio: true, Reach: netip.Addr.IsLoopback})
	reader := &reader{c: c, handler: c.options.Handler}
	binding := make([]byte, 20) // a STUN header
	binding[1] = 1
	reader.dispatch(binding, netip.MustParseAddrPort("203.0.113.5:5000"), time.Now())
	if got := c.Stats().Rejected; got != 1 {
		t.Errorf("%d rejected from a foreign address, want 1", got)
	}
	reader.dispatch(binding, loopbackPort(5000), time.Now())
	if got := c.Stats().Rejected; got != 1 {
		t.Errorf("%d rejected after one from loopback, want still 1", got)
	}
}
