package egress

import (
	"sync"
	"sync/atomic"
)

// Engine runs the forwarding shards. Its methods may be called from any
// goroutine.
type Engine struct {
	shards []*Shard
	load   []atomic.Int64 // subscribers by shard
	once   sync.Once
}

// NewEngine starts n shards, at least one. queue returns what each of them
// flushes; nil, or a nil Queue, is for sealers that send at once.
func NewEngine(n int, queue func(shard int) Queue) *Engine {
	n = max(1, n)
	e := &Engine{load: make([]atomic.Int64, n)}
	for i := range n {
		s := newShard(i)
		if queue != nil {
			s.queue = queue(i)
		}
		e.shards = append(e.shards, s)
		go s.run()
	}
	return e
}

// NewSubscriber adds a subscriber, on the shard that has fewest.
func (e *Engine) NewSubscriber(w ReportWriter) *Subscriber {
	best := 0
	for i := range e.load {
		if e.load[i].Load() < e.load[best].Load() {
			best = i
		}
	}
	e.load[best].Add(1)
	return newSubscriber(e.shards[best], w, func() { e.load[best].Add(-1) })
}

// Close ends all shards and waits for them. Subscribers send nothing more.
func (e *Engine) Close() {
	e.once.Do(func() {
		for _, s := range e.shards {
			s.command(func() { s.stop = true })
		}
	})
	for _, s := range e.shards {
		<-s.done
	}
}

// Stats returns a snapshot.
func (e *Engine) Stats() Stats {
	var st Stats
	for i, s := range e.shards {
		st.Subscribers += int(e.load[i].Load())
		s.stats.addTo(&st)
		st.MailboxDrops += s.box.drops.Load()
	}
	return st
}
