package sfu

import (
	"fmt"
	"maps"
	"slices"
	"sync"

	"github.com/atrium-rtc/atrium/sfu/ingress"
)

// census knows the connections that there are, and what those of the past have counted.
// Its methods may be called from any goroutine.
type census struct {
	mu     sync.Mutex
	closed bool

	peers                  map[*Peer]*Publication // nil for a subscription
	connections, published uint64                 // ever made

	// What publishers sent is counted where it comes in, and added to the past when
	// nothing comes any more: so the sum of both never goes back.
	counting map[*Publication]bool
	past     ingress.Totals
}

func newCensus() census {
	return census{peers: make(map[*Peer]*Publication), counting: make(map[*Publication]bool)}
}

// adopt counts a peer until it is torn down; publication is what it is the connection
// of, if that publishes.
func (c *census) adopt(p *Peer, publication *Publication) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return fmt.Errorf("media engine: %w", ErrClosed)
	}
	c.peers[p] = publication
	c.connections++
	closed := p.onClosed
	p.onClosed = func() {
		closed()
		c.forget(p)
	}
	if publication != nil {
		c.published++
		c.counting[publication] = true
		p.onCut = func() { c.bury(publication) }
	}
	return nil
}

func (c *census) forget(p *Peer) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.peers, p)
}

// bury keeps what a publication has counted.
func (c *census) bury(p *Publication) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.counting[p] {
		delete(c.counting, p)
		p.receiver.AddTo(&c.past)
	}
}

// close refuses further peers and returns those that there are.
func (c *census) close() []*Peer {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.closed = true
	return slices.Collect(maps.Keys(c.peers))
}

func (c *census) addTo(st *Stats) {
	c.mu.Lock()
	defer c.mu.Unlock()
	st.Peers, st.Connections, st.Published = len(c.peers), c.connections, c.published
	for _, publication := range c.peers {
		if publication == nil {
			continue
		}
		st.Publications++
		for _, t := range publication.tracks {
			st.Tracks[t.Codec()]++
		}
	}
	st.Ingress = c.past
	for publication := range c.counting {
		publication.receiver.AddTo(&st.Ingress)
	}
}
