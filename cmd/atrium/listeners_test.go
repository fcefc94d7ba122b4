package main

import (
	"net"
	"strings"
	"testing"
)

func closeAll(t *testing.T, listeners []net.Listener) {
	t.Helper()
	for _, listener := range listeners {
		if err := listener.Close(); err != nil {
			t.Error(err)
		}
	}
}

func TestLocalhostMeansEveryLoopbackAddressOnOnePort(t *testing.T) {
	listeners, err := listen(t.Context(), "http.listen", "localhost:0")
	if err != nil {
		t.Fatal(err)
	}
	defer closeAll(t, listeners)
	_, port, _ := net.SplitHostPort(listeners[0].Addr().String())
	for _, listener := range listeners {
		host, other, err := net.SplitHostPort(listener.Addr().String())
		if err != nil || other != port || !net.ParseIP(host).IsLoopback() {
			t.Errorf("listens on %s, want a loopback address and port %s", listener.Addr(), port)
		}
	}
	if hasIPv6Loopback(t) && len(listeners) != 2 {
		t.Errorf("%d listeners, want one for 127.0.0.1 and one for ::1", len(listeners))
	}
}

func hasIPv6Loopback(t *testing.T) bool {
	t.Helper()
	listeners, err := listen(t.Context(), "http.listen", "[::1]:0")
	closeAll(t, listeners)
	return err == nil
}

func TestEmptyHostMeansEveryAddress(t *testing.T) {
	listeners, err := listen(t.Context(), "http.listen", ":0")
	if err != nil {
		t.Fatal(err)
	}
	defer closeAll(t, listeners)
	if host, _, _ := net.SplitHostPort(listeners[0].Addr().String()); !net.ParseIP(host).IsUnspecified() {
		t.Errorf("listens on %s, want all addresses", listeners[0].Addr())
	}
}

func TestTakenPortIsAnErrorThatNamesTheKey(t *testing.T) {
	first, err := listen(t.Context(), "http.listen", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer closeAll(t, first)
	_, port, _ := net.SplitHostPort(first[0].Addr().String())
	for _, host := range []string{"localhost", "127.0.0.1"} {
		address := net.JoinHostPort(host, port)
		again, err := listen(t.Context(), "tls.acme.http_listen", address)
		if err == nil {
			closeAll(t, again)
			t.Fatalf("listening on %s twice succeeded", address)
		}
		for _, part := range []string{"another program", address, "tls.acme.http_listen", "--tls.acme.http-listen"} {
			if !strings.Contains(err.Error(), part) {
				t.Errorf("error %q does not say %q", err, part)
			}
		}
	}
}

func TestHalfOfLocalhostIsNotKeptWhenTheOtherHalfIsTaken(t *testing.T) {
	if !hasIPv6Loopback(t) {
		t.Skip("this machine has no IPv6 loopback address, so localhost has no second half")
	}
	second, err := listen(t.Context(), "http.listen", "[::1]:0")
	if err != nil {
		t.Fatal(err)
	}
	defer closeAll(t, second)
	_, port, _ := net.SplitHostPort(second[0].Addr().String())
	if both, err := listen(t.Context(), "http.listen", "localhost:"+port); err == nil {
		closeAll(t, both)
		t.Fatal("listening on localhost succeeded with ::1 taken")
	}
	first, err := listen(t.Context(), "http.listen", "127.0.0.1:"+port)
	if err != nil {
		t.Fatalf("127.0.0.1 is still held: %v", err)
	}
	closeAll(t, first)
}
