//go:build unix && !linux

package udp

import (
	"net/netip"

	"golang.org/x/sys/unix"
)

// destination is where one call sends to, of the family that was set last.
type destination struct {
	v4 unix.SockaddrInet4
	v6 unix.SockaddrInet6
	to unix.Sockaddr
}

func (d *destination) set(to netip.AddrPort) {
	if a := to.Addr(); a.Is4() {
		d.v4.Addr, d.v4.Port = a.As4(), int(to.Port())
		d.to = &d.v4
	} else {
		d.v6.Addr, d.v6.Port = a.As16(), int(to.Port())
		d.to = &d.v6
	}
}

func (op *sendOp) do(fd uintptr) { op.err = unix.Sendto(int(fd), op.b, unix.MSG_DONTWAIT, op.to.to) }
