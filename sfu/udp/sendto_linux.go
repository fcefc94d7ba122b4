package udp

import "net/netip"

// destination is where one call sends to.
type destination struct{ sockaddr }

func (d *destination) set(to netip.AddrPort) { d.sockaddr = sockaddrOf(to) }

func (op *sendOp) do(fd uintptr) {
	op.err = nil
	if errno := sendto(fd, op.b, &op.to.sockaddr); errno != 0 {
		op.err = errno
	}
}
