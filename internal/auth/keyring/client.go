package keyring

import (
	"crypto/tls"
	"net"
	"net/http"

	"github.com/atrium-rtc/atrium/internal/special"
)

// Client returns an HTTP client for addresses of key sets. It connects to ordinary
// addresses of the internet, with private also to private networks and this
// machine, and to nothing else; it asks no proxy, keeps no connection and no
// cookie.
func Client(private bool) *http.Client {
	uses := []special.Use{special.Ordinary}
	if private {
		uses = append(uses, special.Private, special.Shared, special.Loopback)
	}
	dialer := net.Dialer{
		Timeout: fetchTimeout,
		Control: special.Only(uses...),
	}
	return &http.Client{Transport: &http.Transport{
		DialContext:            dialer.DialContext,
		DisableKeepAlives:      true,
		DisableCompression:     true,
		MaxResponseHeaderBytes: 16 << 10,
		TLSClientConfig:        &tls.Config{MinVersion: tls.VersionTLS12},
	}}
}
