package packet

import (
	"sync"
	"sync/atomic"

	"github.com/atrium-rtc/atrium/internal/invariant"
)

// Pool recycles packets. Its methods may be called from any goroutine.
type Pool struct {
	free  sync.Pool
	inUse atomic.Int64
}

// NewPool returns an empty pool; it grows with demand and shrinks with garbage
// collections.
func NewPool() *Pool { return &Pool{} }

// Get returns an empty packet with a reference count of one, held by the caller.
func (p *Pool) Get() *Packet {
	pkt, ok := p.free.Get().(*Packet)
	if !ok {
		pkt = &Packet{pool: p}
	}
	invariant.Check(pkt.refs.Load() == 0, "a pooled packet is still referenced")
	pkt.reset()
	pkt.refs.Store(1)
	p.inUse.Add(1)
	return pkt
}

// InUse returns how many packets are out of the pool: a metric, and the leak
// test at the end of a simulation.
func (p *Pool) InUse() int64 { return p.inUse.Load() }

func (p *Pool) put(pkt *Packet) {
	invariant.Poison(pkt.buf[:])
	p.inUse.Add(-1)
	p.free.Put(pkt)
}
