package session

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"sync"
)

// Resolver finds the addresses of a host; *net.Resolver is one.
type Resolver interface {
	LookupNetIP(ctx context.Context, network, host string) ([]netip.Addr, error)
}

// AddressError is the guard's refusal to call a host.
type AddressError struct {
	Host string
	Addr netip.Addr
}

// Error names the address and the way out.
func (e *AddressError) Error() string {
	return fmt.Sprintf("%s is %s, which is neither loopback, private nor link-local: "+
		"if you may put load on it, say so with --i-am-allowed", e.Host, e.Addr)
}

// Allowed reports whether the generator may call the URL: all addresses of its
// host must be OwnAddress, unless anyway (--i-am-allowed). The error is an
// *AddressError, or says why the URL has no addresses. A Dialer asks the same
// for every connection it makes.
func Allowed(ctx context.Context, rawURL string, anyway bool) error {
	return newGuard(anyway, net.DefaultResolver).allow(ctx, rawURL)
}

// OwnAddress reports whether an address can only be the operator's own:
// loopback, private (RFC 1918, RFC 4193) or link-local. It answers for media
// too, whose addresses the server names in its candidates.
func OwnAddress(a netip.Addr) bool {
	return a.IsLoopback() || a.IsPrivate() || a.IsLinkLocalUnicast()
}

// guard resolves hosts, refuses those that are not the operator's own, and
// pins what it found: the name server's next answer changes nothing.
type guard struct {
	anyway   bool
	resolver Resolver

	mu     sync.Mutex
	pinned map[string][]netip.Addr
}

func newGuard(anyway bool, r Resolver) *guard {
	return &guard{anyway: anyway, resolver: r, pinned: make(map[string][]netip.Addr)}
}

func (g *guard) allow(ctx context.Context, rawURL string) error {
	u, err := url.Parse(rawURL)
	if err != nil {
		return err
	}
	if u.Hostname() == "" {
		return fmt.Errorf("%q names no host", rawURL)
	}
	_, err = g.addresses(ctx, u.Hostname())
	return err
}

// addresses returns where a host may be called.
func (g *guard) addresses(ctx context.Context, host string) ([]netip.Addr, error) {
	g.mu.Lock()
	known := g.pinned[host]
	g.mu.Unlock()
	if known != nil {
		return known, nil
	}
	found, err := g.resolve(ctx, host)
	if err != nil {
		return nil, err
	}
	for _, a := range found {
		if !g.anyway && !OwnAddress(a) {
			return nil, &AddressError{Host: host, Addr: a}
		}
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if known := g.pinned[host]; known != nil {
		return known, nil // another dial was faster, and its answer counts
	}
	g.pinned[host] = found
	return found, nil
}

func (g *guard) resolve(ctx context.Context, host string) ([]netip.Addr, error) {
	if a, err := netip.ParseAddr(host); err == nil {
		return []netip.Addr{a}, nil
	}
	found, err := g.resolver.LookupNetIP(ctx, "ip", host)
	if err == nil && len(found) == 0 {
		err = &net.DNSError{Err: "no addresses", Name: host, IsNotFound: true}
	}
	return found, err
}

// dial connects to the first address of host:port that answers.
func (g *guard) dial(ctx context.Context, network, address string) (net.Conn, error) {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return nil, err
	}
	found, err := g.addresses(ctx, host)
	if err != nil {
		return nil, err
	}
	var failures []error
	for _, a := range found {
		conn, err := new(net.Dialer).DialContext(ctx, network, net.JoinHostPort(a.Unmap().String(), port))
		if err == nil {
			return conn, nil
		}
		failures = append(failures, err)
	}
	return nil, errors.Join(failures...)
}
