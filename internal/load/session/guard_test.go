package session_test

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"

	"github.com/atrium-rtc/atrium/internal/load/session"
)

// names is a Resolver: each look-up of a host takes the next of its answers,
// and the last for ever.
type names map[string][][]netip.Addr

func (n names) LookupNetIP(_ context.Context, _, host string) ([]netip.Addr, error) {
	answers := n[host]
	if len(answers) == 0 {
		return nil, &net.DNSError{Err: "no such host", Name: host, IsNotFound: true}
	}
	if len(answers) > 1 {
		n[host] = answers[1:]
	}
	return answers[0], nil
}

func addrs(texts ...string) []netip.Addr {
	var all []netip.Addr
	for _, t := range texts {
		all = append(all, netip.MustParseAddr(t))
	}
	return all
}

func TestOnlyOnesOwnAddressesAreAllowed(t *testing.T) {
	resolver := names{
		"lan.example":    {addrs("192.168.1.2", "fd00::1")},
		"public.example": {addrs("192.0.2.1")},
		"mixed.example":  {addrs("10.0.0.1", "2001:db8::1")},
		"empty.example":  {nil},
	}
	for url, allowed := range map[string]bool{
		"ws://127.0.0.1:8080/room":       true,
		"ws://127.8.9.1/room":            true,
		"wss://[::1]/room":               true,
		"ws://10.1.2.3/room":             true,
		"ws://172.31.255.255/room":       true,
		"ws://172.32.0.1/room":           false,
		"ws://192.168.0.1/":              true,
		"ws://169.254.1.1/":              true,
		"ws://[fe80::1%25lo]/":           true,
		"ws://[fc00::1]/":                true,
		"ws://[::ffff:10.0.0.1]/":        true,
		"ws://[::ffff:8.8.8.8]/":         false,
		"ws://8.8.8.8/":                  false,
		"ws://0.0.0.0/":                  false,
		"ws://[2001:db8::1]/":            false,
		"ws://100.64.0.1/":               false,
		"https://lan.example/whip":       true,
		"https://public.example/whip":    false,
		"https://mixed.example:8443/":    false,
		"https://user@mixed.example/":    false,
		"https://10.0.0.1@mixed.example": false,
	} {
		err := session.NewDialer(session.Options{Resolver: resolver}).Allowed(t.Context(), url)
		var refused *session.AddressError
		switch {
		case allowed && err != nil:
			t.Errorf("%s: %v", url, err)
		case !allowed && !errors.As(err, &refused):
			t.Errorf("%s: got %v, want a refusal", url, err)
		case !allowed && !strings.Contains(err.Error(), "--i-am-allowed"):
			t.Errorf("%s: %q does not name the flag", url, err)
		}
		err = session.NewDialer(session.Options{Resolver: resolver, Anyway: true}).Allowed(t.Context(), url)
		if err != nil {
			t.Errorf("%s with --i-am-allowed: %v", url, err)
		}
	}
	for _, url := range []string{"ws://nowhere.example/", "ws://empty.example/", "ws:///room", "room", "ws://[::1/"} {
		err := session.NewDialer(session.Options{Resolver: resolver, Anyway: true}).Allowed(t.Context(), url)
		if err == nil {
			t.Errorf("%s has an address", url)
		}
	}
}

func TestAllowedNeedsNoDialer(t *testing.T) {
	if err := session.Allowed(t.Context(), "ws://127.0.0.1/room", false); err != nil {
		t.Error(err)
	}
	var refused *session.AddressError
	if err := session.Allowed(t.Context(), "ws://192.0.2.1/room", false); !errors.As(err, &refused) {
		t.Errorf("got %v", err)
	}
	if err := session.Allowed(t.Context(), "ws://192.0.2.1/room", true); err != nil {
		t.Error(err)
	}
}

func TestSecondAnswerOfTheResolverChangesNothing(t *testing.T) {
	srv := httptest.NewServer(http.NotFoundHandler())
	defer srv.Close()
	_, port, err := net.SplitHostPort(srv.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	d := session.NewDialer(session.Options{Resolver: names{
		"rebinding.example": {addrs("127.0.0.1"), addrs("192.0.2.1")},
	}})
	defer d.Close()
	url := "http://rebinding.example:" + port + "/{room}"
	if err := d.Allowed(t.Context(), url); err != nil {
		t.Fatal(err)
	}
	h := d.HTTP(session.Endpoints{WHIP: url}, session.Member{Room: "r", User: "ann"})
	_, err = h.Publish(t.Context(), "v=0")
	if got := session.Reason(err); got != "WHIP POST: 404 Not Found" {
		t.Errorf("the pinned address was not called: %v", err)
	}
}

func TestEveryAddressOfAHostIsTried(t *testing.T) {
	srv := httptest.NewServer(http.NotFoundHandler())
	defer srv.Close()
	_, port, err := net.SplitHostPort(srv.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	d := session.NewDialer(session.Options{Resolver: names{"two.example": {addrs("127.0.0.2", "127.0.0.1")}}})
	defer d.Close()
	h := d.HTTP(session.Endpoints{WHIP: "http://two.example:" + port}, session.Member{User: "ann"})
	if _, err = h.Publish(t.Context(), "v=0"); session.Reason(err) != "WHIP POST: 404 Not Found" {
		t.Errorf("got %v", err)
	}
}

func TestUnallowedServerIsNotDialled(t *testing.T) {
	d := session.NewDialer(session.Options{Resolver: names{"public.example": {addrs("192.0.2.1")}}})
	defer d.Close()
	r := d.Room("ws://public.example/room", session.Member{Room: "r", User: "ann"})
	_, err := r.Join(t.Context())
	var refused *session.AddressError
	if !errors.As(err, &refused) || session.Reason(err) != "dial: address needs --i-am-allowed" {
		t.Errorf("got %v", err)
	}
	<-r.Done()
}
