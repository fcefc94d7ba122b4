//go:build !unix

package udp

import (
	"net"
	"net/netip"
)

// sender writes datagrams. On this system it may wait for room in the socket.
type sender struct{ conn *net.UDPConn }

func newSender(conn *net.UDPConn) (*sender, error) { return &sender{conn}, nil }

func (s *sender) send(b []byte, to netip.AddrPort) (int, error) {
	return s.conn.WriteToUDPAddrPort(b, to) //nolint:wrapcheck // as net.UDPConn says it
}
