package tcp

import (
	"net"
	"net/netip"
	"sync/atomic"
)

// Peer is the Mux as one ICE agent sees it: an ice.TCPMux of its own, so that
// what belongs to one connection can be told from the rest. The Mux does not
// keep it: there is nothing to close. Any goroutine may call its methods.
type Peer struct {
	mux    *Mux
	sealed atomic.Bool
	conns  []*conn // the agent's candidates, oldest first; Mux.mu
}

// Peer returns a new view of the Mux for one agent.
func (m *Mux) Peer() *Peer { return &Peer{mux: m} }

// GetConnByUfrag is the Mux's, for a candidate of this agent.
func (p *Peer) GetConnByUfrag(ufrag string, _ bool, local net.IP) (net.PacketConn, error) {
	c, err := p.mux.add(p, ufrag, local)
	if err != nil {
		return nil, err
	}
	return c, nil
}

// ConnOf returns what writes from a local candidate of this agent whatever is
// written, RTP after Seal too, and nil if there is no such candidate. After an
// ICE restart it is the newest one.
func (p *Peer) ConnOf(local netip.Addr) net.PacketConn {
	p.mux.mu.Lock()
	defer p.mux.mu.Unlock()
	for i := len(p.conns) - 1; i >= 0; i-- {
		if p.conns[i].local == local.Unmap() {
			return unsealed{p.conns[i]}
		}
	}
	return nil
}

// CloseIdle closes those candidates of this agent that no client has connected
// to, and returns how many they were: when a connection stands over another path
// they are memory for nothing, a read buffer of the agent's each above all.
func (p *Peer) CloseIdle() int {
	p.mux.mu.Lock()
	var idle []*conn
	for _, c := range p.conns {
		if c.size() == 0 {
			idle = append(idle, c)
		}
	}
	p.mux.mu.Unlock()
	for _, c := range idle {
		_ = c.Close()
	}
	return len(idle)
}

// RemoveConnByUfrag is the Mux's.
func (p *Peer) RemoveConnByUfrag(ufrag string) { p.mux.RemoveConnByUfrag(ufrag) }

// Close does nothing: the Mux outlives its peers.
func (p *Peer) Close() error { return nil }

// Seal refuses RTP from the agent from now on, with ErrSealed: somebody else
// holds the keys and writes to ConnOf, and two writers would use a nonce twice.
// A write that is under way may still pass. STUN, DTLS and RTCP always pass.
func (p *Peer) Seal() { p.sealed.Store(true) }
