package sfu

import (
	"net"
	"net/netip"
	"sync"
	"sync/atomic"

	"github.com/pion/ice/v4"

	"github.com/atrium-rtc/atrium/internal/demux"
	"github.com/atrium-rtc/atrium/sfu/udp"
)

// peerTCP is the ICE-TCP mux as the agent of one connection sees it, so that the
// connection's shard can write where the agent would.
type peerTCP struct {
	ice.TCPMux
	sealed atomic.Bool

	mu    sync.Mutex
	conns map[netip.Addr]net.PacketConn // by the local candidate's address
}

// GetConnByUfrag implements ice.TCPMux.
func (m *peerTCP) GetConnByUfrag(ufrag string, isIPv6 bool, local net.IP) (net.PacketConn, error) {
	conn, err := m.TCPMux.GetConnByUfrag(ufrag, isIPv6, local)
	if err != nil {
		return nil, err //nolint:wrapcheck // for the agent
	}
	if addr, ok := netip.AddrFromSlice(local); ok {
		m.mu.Lock()
		if m.conns == nil {
			m.conns = make(map[netip.Addr]net.PacketConn)
		}
		m.conns[addr.Unmap()] = conn
		m.mu.Unlock()
	}
	return sealedConn{conn, &m.sealed}, nil
}

// connOf returns the connections to a local candidate, nil when there is none.
func (m *peerTCP) connOf(local netip.Addr) net.PacketConn {
	if m == nil {
		return nil
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.conns[local]
}

// seal refuses RTP from the agent from now on.
func (m *peerTCP) seal() { m.sealed.Store(true) }

// sealedConn is what the agent writes to.
type sealedConn struct {
	net.PacketConn
	sealed *atomic.Bool
}

// WriteTo refuses RTP when the connection's keys are somebody else's.
func (c sealedConn) WriteTo(b []byte, to net.Addr) (int, error) {
	if c.sealed.Load() && demux.Of(b) == demux.RTP {
		return 0, udp.ErrSealed
	}
	return c.PacketConn.WriteTo(b, to) //nolint:wrapcheck // for the agent
}
