package auth

import (
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"net/http"
	"net/netip"
	"strings"
)

// The reasons for which a request is refused.
var (
	// ErrNoToken says that the request does not carry the administrators' token.
	ErrNoToken = errors.New("this needs the token of the administrators")
	// ErrNotLocal says that there is no such token, and that the request does not
	// come directly from a program on this machine.
	ErrNotLocal = errors.New("this is for programs on this machine, unless an admin.token is configured")
)

// Admin tells administrators from others. The zero value has no token. Its
// methods may be called from any goroutine.
type Admin struct {
	// Token is the bearer token (RFC 6750 section 2.1) of administrators. Without
	// one only callers on this machine are.
	Token string
}

// Check returns nil for a request of an administrator, else ErrNoToken or
// ErrNotLocal. With a token, the token decides. Without one it must be a program
// on this machine that asks, and not a web page through a browser on this
// machine, nor the world through a proxy on it.
func (a Admin) Check(r *http.Request) error {
	if a.Token != "" {
		scheme, sent, _ := strings.Cut(r.Header.Get("Authorization"), " ")
		want, got := sha256.Sum256([]byte(a.Token)), sha256.Sum256([]byte(strings.TrimSpace(sent)))
		if !strings.EqualFold(scheme, "Bearer") || subtle.ConstantTimeCompare(want[:], got[:]) != 1 {
			return ErrNoToken
		}
		return nil
	}
	if Caller(r).IsLoopback() && addressesThisMachine(r.Host) && !Forwarded(r) && !fromForeignPage(r) {
		return nil
	}
	return ErrNotLocal
}

// Refuse writes the header that goes with an error of Check (RFC 6750 section 3)
// and returns the status: 401 or 403.
func Refuse(h http.Header, err error) (status int) {
	if errors.Is(err, ErrNoToken) {
		h.Set("WWW-Authenticate", `Bearer realm="atrium"`)
		return http.StatusUnauthorized
	}
	return http.StatusForbidden
}

// Caller returns the address at the other end of the request's connection.
func Caller(r *http.Request) netip.Addr {
	at, _ := netip.ParseAddrPort(r.RemoteAddr)
	return at.Addr().Unmap().WithZone("")
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

// Forwarded reports whether a proxy says that it sent the request for somebody. A proxy
// need not say so.
func Forwarded(r *http.Request) bool {
	for _, h := range []string{"Forwarded", "X-Forwarded-For", "X-Real-Ip", "Via"} {
		if r.Header.Get(h) != "" {
			return true
		}
	}
	return false
}
