package auth

import (
	"errors"
	"net/netip"
	"testing"
)

func TestAQuotaBoundsAllAndEachNetwork(t *testing.T) {
	full, networkFull := errors.New("full"), errors.New("network full")
	one, other := netip.MustParsePrefix("192.0.2.1/32"), netip.MustParsePrefix("2001:db8::/64")
	var q Quota
	take := func(from netip.Prefix, want error) {
		t.Helper()
		if err := q.Take(from, full, networkFull); !errors.Is(err, want) {
			t.Errorf("%v: %v, want %v, with %d taken", from, err, want, q.Taken())
		}
	}
	for range 5 {
		take(one, nil)
	}
	q.Limit(6, 4)
	take(one, networkFull)
	take(other, nil)
	take(other, full)
	q.Give(one)
	take(one, networkFull)
	take(other, nil)
	for range 4 {
		q.Give(one)
	}
	if _, kept := q.byNetwork[one]; kept || q.Taken() != 2 {
		t.Errorf("%d taken, the network that holds none is remembered: %v", q.Taken(), kept)
	}
}
