//go:build !linux

package udp

import "net/netip"

// sockaddr is an address as the kernel reads it, where we talk to it directly.
type sockaddr struct{}

func sockaddrOf(netip.AddrPort) sockaddr { return sockaddr{} }
