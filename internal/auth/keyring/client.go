package keyring

import (
	"crypto/tls"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"syscall"

	"github.com/atrium-rtc/atrium/internal/special"
)

// Client returns an HTTP client for addresses of key sets. It connects to ordinary
// addresses of the internet, with private also to private networks and this
// machine, and to nothing else; it asks no proxy, keeps no connection and no
// cookie.
func Client(private bool) *http.Client {
	dialer := net.Dialer{
		Timeout: fetchTimeout,
		Control: func(_, address string, _ syscall.RawConn) error { return checkDestination(address, private) },
	}
	return &http.Client{Transport: &http.Transport{
		DialContext:            dialer.DialContext,
		DisableKeepAlives:      true,
		DisableCompression:     true,
		MaxResponseHeaderBytes: 16 << 10,
		TLSClientConfig:        &tls.Config{MinVersion: tls.VersionTLS12},
	}}
}

// checkDestination refuses special addresses. It is asked for each address that a
// name resolved to, right before the connection is made.
func checkDestination(address string, private bool) error {
	at, err := netip.ParseAddrPort(address)
	if err != nil {
		return fmt.Errorf("connect to %s: %w", address, err)
	}
	switch use := special.Purpose(at.Addr()); use {
	case special.Ordinary:
		return nil
	case special.Private, special.Shared, special.Loopback:
		if private {
			return nil
		}
		return fmt.Errorf("connect to %v: a %s address is not allowed here", at.Addr(), use)
	default:
		return fmt.Errorf("connect to %v: a %s address is never allowed here", at.Addr(), use)
	}
}
