package signaling

import (
	"crypto/sha256"
	"crypto/subtle"
	"net/http"
	"net/netip"
	"strings"
)

// authorizeAdmin returns 200, 401 or 403. With a token configured, the token
// decides. Without one it must be a program on this machine that asks, and not
// a web page through a browser on this machine, nor the world through a proxy
// on it.
func (s *Server) authorizeAdmin(r *http.Request) int {
	if token := s.opts.AdminToken; token != "" {
		scheme, sent, _ := strings.Cut(r.Header.Get("Authorization"), " ")
		want, got := sha256.Sum256([]byte(token)), sha256.Sum256([]byte(strings.TrimSpace(sent)))
		if !strings.EqualFold(scheme, "Bearer") || subtle.ConstantTimeCompare(want[:], got[:]) != 1 {
			return http.StatusUnauthorized
		}
		return http.StatusOK
	}
	if callerOf(r).IsLoopback() && addressesThisMachine(r.Host) && !forwarded(r) && !fromForeignPage(r) {
		return http.StatusOK
	}
	return http.StatusForbidden
}

// addressesThisMachine guards against a foreign name that was made to resolve
// to a loopback address (DNS rebinding).
func addressesThisMachine(host string) bool {
	name := host
	if i := strings.LastIndexByte(host, ':'); i > strings.LastIndexByte(host, ']') {
		name = host[:i]
	}
	name = strings.TrimSuffix(strings.TrimPrefix(name, "["), "]")
	if strings.EqualFold(name, "localhost") {
		return true
	}
	addr, err := netip.ParseAddr(name)
	return err == nil && addr.Unmap().IsLoopback()
}

// forwarded reports whether a proxy sent the request for somebody.
func forwarded(r *http.Request) bool {
	for _, h := range []string{"Forwarded", "X-Forwarded-For", "X-Real-Ip", "Via"} {
		if r.Header.Get(h) != "" {
			return true
		}
	}
	return false
}

// fromForeignPage reports whether a browser sent the request for a page that
// is not this server's own. "none" is an address typed by the user.
func fromForeignPage(r *http.Request) bool {
	if site := r.Header.Get("Sec-Fetch-Site"); site != "" && site != "none" && site != "same-origin" {
		return true
	}
	sent := r.Header.Values("Origin")
	if len(sent) == 0 {
		return false
	}
	origin, ok := canonicalOrigin(sent[0])
	scheme := "http://"
	if r.TLS != nil {
		scheme = "https://"
	}
	own, _ := canonicalOrigin(scheme + r.Host)
	return len(sent) > 1 || !ok || origin != own
}
