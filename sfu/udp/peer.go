package udp

import (
	"net"
	"sync/atomic"
)

// Lengths of an agent's queue, in datagrams, for PeerConfig.QueueLength.
const (
	// ShortQueue is enough for a subscriber: checks and receiver reports.
	ShortQueue = 64
	// DeepQueue is for a publisher: a second of a 10 Mbit/s stream.
	DeepQueue = 1024
)

// PeerConfig says what one ICE agent wants of the Mux.
type PeerConfig struct {
	// QueueLength is how many datagrams wait for the agent before more are
	// dropped, for each of its candidates: DeepQueue for publishers, ShortQueue
	// for subscribers. 0 is the Mux's.
	QueueLength int
	// Take, when not nil, is offered every RTP and RTCP datagram (internal/demux)
	// of an address that the agent has learned, before it is queued for the
	// agent; true means it was consumed. It is called on a socket's reader
	// goroutine, on several at the same time when the peer's address changes; it
	// must not block nor keep b, and may write to it only if it consumes it.
	Take func(b []byte) bool
	// Admit, when not nil, is asked of every DTLS datagram of an address that the agent
	// has learned; false drops it. Sent is shown every one that the agent writes. They
	// are called on readers' and the agent's goroutines, must not block nor keep b.
	Admit func(b []byte) bool
	Sent  func(b []byte)
}

// Peer is the Mux as one ICE agent sees it: an ice.UDPMux of its own, so that
// what belongs to one connection can be told from the rest. The Mux does not
// keep it: there is nothing to close. Any goroutine may call its methods.
type Peer struct {
	mux         *Mux
	queueLength int
	take, admit func(b []byte) bool
	sent        func(b []byte)
	queue       atomic.Pointer[Queue]
	sealed      atomic.Bool
}

// Peer returns a new view of the Mux for one agent.
func (m *Mux) Peer(cfg PeerConfig) *Peer {
	if cfg.QueueLength <= 0 {
		cfg.QueueLength = m.queueLength
	}
	return &Peer{mux: m, queueLength: cfg.QueueLength, take: cfg.Take, admit: cfg.Admit, sent: cfg.Sent}
}

// GetListenAddresses is the Mux's.
func (p *Peer) GetListenAddresses() []net.Addr { return p.mux.GetListenAddresses() }

// GetConn is the Mux's GetConn, for a candidate of this agent.
func (p *Peer) GetConn(ufrag string, addr net.Addr) (net.PacketConn, error) {
	return p.mux.getConn(p, ufrag, addr)
}

// RemoveConnByUfrag is the Mux's.
func (p *Peer) RemoveConnByUfrag(ufrag string) { p.mux.RemoveConnByUfrag(ufrag) }

// Close does nothing: the Mux outlives its peers.
func (p *Peer) Close() error { return nil }

// SetQueue makes RTP that the agent writes go through a shard's queue: from
// then on RTP may be written on that shard's goroutine only. nil sends it at
// once again. STUN, DTLS and RTCP are always sent at once.
func (p *Peer) SetQueue(q *Queue) { p.queue.Store(q) }

// Seal refuses RTP from the agent from now on, with ErrSealed: somebody else
// holds the keys and writes to a Queue, and two writers would use a nonce
// twice. A write that is under way may still pass, so call it where the agent's
// RTP is written. STUN, DTLS and RTCP always pass.
func (p *Peer) Seal() { p.sealed.Store(true) }
