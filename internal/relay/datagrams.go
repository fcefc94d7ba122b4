package relay

import (
	"net"
	"net/netip"
	"sync/atomic"
	"time"
)

// datagrams is a UDP socket that clients talk to. It drops requests that come too
// fast, and nothing else: what is relayed is no request.
type datagrams struct {
	net.PacketConn
	pace   pace          // of the reader
	most   *atomic.Int64 // requests of a network in a second
	now    func() time.Time
	refuse func(Refusal)
}

// ReadFrom implements net.PacketConn for one reader.
func (d *datagrams) ReadFrom(b []byte) (int, net.Addr, error) {
	for {
		n, addr, err := d.PacketConn.ReadFrom(b)
		if err != nil || !isRequest(b[:n]) ||
			d.pace.admit(networkOf(addrPortOf(addr).Addr()), int(d.most.Load()), d.now()) {
			return n, addr, err //nolint:wrapcheck // of the socket
		}
		d.refuse(RefusedPace)
	}
}

// addrPortOf returns the address of a TCP or UDP socket, the zero one for others.
func addrPortOf(a net.Addr) netip.AddrPort {
	if known, ok := a.(interface{ AddrPort() netip.AddrPort }); ok {
		return plain(known.AddrPort())
	}
	return netip.AddrPort{}
}
