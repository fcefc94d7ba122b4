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

	mu       sync.Mutex
	sessions map[string]*session
}

// session is where the subscribers of one session are.
type session struct{ shard, subscribers int }

// Config configures an Engine.
type Config struct {
	Shards int // at least one
	// Queue returns what each shard flushes; nil, or a nil Queue, is for sealers
	// that send at once.
	Queue func(shard int) Queue
	// NoEstimation sends without regard to what the links carry, and NoPacing as
	// soon as packets come.
	NoEstimation, NoPacing bool
	// Loudest is how many of a room are heard at a time; 0 is all.
	Loudest int
}

// NewEngine starts the shards.
func NewEngine(cfg Config) *Engine {
	n := max(1, cfg.Shards)
	e := &Engine{load: make([]atomic.Int64, n), sessions: make(map[string]*session)}
	for i := range n {
		s := newShard(i)
		s.estimates, s.paces = !cfg.NoEstimation, !cfg.NoPacing && !cfg.NoEstimation
		s.loudest = cfg.Loudest
		if cfg.Queue != nil {
			s.queue = cfg.Queue(i)
		}
		e.shards = append(e.shards, s)
		go s.run()
	}
	return e
}

// NewSubscriber adds a subscriber, on the shard that has fewest. Those of one
// session share a shard and, as far as they are at one address, an estimate of what
// the link to it carries; an empty session is one of its own.
func (e *Engine) NewSubscriber(name string, w ReportWriter) *Subscriber {
	shard := e.enter(name)
	return newSubscriber(e.shards[shard], name, w, func() { e.exit(name, shard) })
}

// enter finds a place for a subscriber.
func (e *Engine) enter(name string) (shard int) {
	e.mu.Lock()
	defer e.mu.Unlock()
	for i := range e.load {
		if e.load[i].Load() < e.load[shard].Load() {
			shard = i
		}
	}
	if name != "" {
		in := e.sessions[name]
		if in == nil {
			in = &session{shard: shard}
			e.sessions[name] = in
		}
		in.subscribers++
		shard = in.shard
	}
	e.load[shard].Add(1)
	return shard
}

// exit gives the place back.
func (e *Engine) exit(name string, shard int) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.load[shard].Add(-1)
	if in := e.sessions[name]; in != nil {
		if in.subscribers--; in.subscribers == 0 {
			delete(e.sessions, name)
		}
	}
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
