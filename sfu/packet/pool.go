package packet

import (
	"sync"
	"sync/atomic"

	"github.com/atrium-rtc/atrium/internal/invariant"
)

// Pool recycles packets. Its methods may be called from any goroutine.
type Pool struct {
	free         sync.Pool
	made, reused atomic.Uint64

	_ [64]byte // packets are given back on other cores than they are taken on

	returned atomic.Uint64
}

// PoolStats is what a Pool has given out since the start.
type PoolStats struct {
	Made   uint64 // packets for which there was no used buffer
	Reused uint64 // packets in a buffer of another one
}

// NewPool returns an empty pool; it grows with demand and shrinks with garbage
// collections.
func NewPool() *Pool { return &Pool{} }

// Get returns an empty packet with a reference count of one, held by the caller.
func (p *Pool) Get() *Packet {
	pkt, ok := p.free.Get().(*Packet)
	if ok {
		p.reused.Add(1)
	} else {
		pkt = &Packet{pool: p}
		p.made.Add(1)
	}
	invariant.Check(pkt.refs.Load() == 0, "a pooled packet is still referenced")
	pkt.reset()
	pkt.refs.Store(1)
	return pkt
}

// InUse returns how many packets are out of the pool: a metric, and the leak
// test at the end of a simulation.
func (p *Pool) InUse() int64 {
	returned := p.returned.Load()                            // first: what is returned was taken before
	return int64(p.made.Load() + p.reused.Load() - returned) //nolint:gosec // as many as there are packets
}

// Stats returns a snapshot.
func (p *Pool) Stats() PoolStats { return PoolStats{Made: p.made.Load(), Reused: p.reused.Load()} }

func (p *Pool) put(pkt *Packet) {
	invariant.Poison(pkt.buf[:])
	p.returned.Add(1)
	p.free.Put(pkt)
}
