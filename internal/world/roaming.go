package world

import (
	"context"
	"net"
	"sync/atomic"

	"github.com/pion/transport/v4"

	"github.com/atrium-rtc/atrium/internal/testnet"
)

// roaming is a client's way to the network, which changes when the client comes
// to another place. Sockets stay where they were opened.
type roaming struct {
	transport.Net // only to be complete: all that is used is below
	at            atomic.Pointer[testnet.Host]
}

func newRoaming(h *testnet.Host) *roaming {
	r := &roaming{Net: h.Net()}
	r.at.Store(h)
	return r
}

func (r *roaming) now() transport.Net { return r.at.Load().Net() }

func (r *roaming) dial(ctx context.Context, network, address string) (net.Conn, error) {
	return r.at.Load().Dial(ctx, network, address)
}

// What ICE agents ask of a network.

func (r *roaming) Interfaces() ([]*transport.Interface, error) { return r.now().Interfaces() }

func (r *roaming) ListenUDP(network string, addr *net.UDPAddr) (transport.UDPConn, error) {
	return r.now().ListenUDP(network, addr)
}

func (r *roaming) ListenPacket(network, address string) (net.PacketConn, error) {
	return r.now().ListenPacket(network, address)
}
