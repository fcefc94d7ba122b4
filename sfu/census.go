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
	locals                 map[*LocalPublication]bool
	connections, published uint64 // ever made

	// What publishers sent is counted where it comes in, and added to the past when
	// nothing comes any more: so the sum of both never goes back.
	counting map[*Publication]bool
	past     ingress.Totals
}

func newCensus() census {
	return census{peers: make(map[*Peer]*Publication), locals: make(map[*LocalPublication]bool), counting: make(map[*Publication]bool)}
}

// adopt counts a peer until it is torn down; publication is what it is the connection
// of, if that publishes.
func (c *census) adopt(p *Peer, publication *Publication) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return fmt.Errorf("media engine: %w", ErrClosed)
	}
	c.connections++
	closed := p.onClosed
	p.onClosed = func() {
		closed()
		c.forget(p)
	}
	c.peers[p] = nil
	if publication != nil {
		c.note(p, publication)
	}
	return nil
}

// promote notes what a peer publishes that was adopted before that was known. It runs on
// the peer's goroutine.
func (c *census) promote(p *Peer, publication *Publication) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if _, known := c.peers[p]; known {
		c.note(p, publication)
	}
}

func (c *census) note(p *Peer, publication *Publication) {
	c.peers[p] = publication
	c.published++
	c.counting[publication] = true
	p.onCut = func() { c.bury(publication) }
}

func (c *census) forget(p *Peer) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.peers, p)
}

// adoptLocal counts a publication without a connection, until buryLocal.
func (c *census) adoptLocal(l *LocalPublication) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return fmt.Errorf("media engine: %w", ErrClosed)
	}
	c.locals[l], c.counting[l.Publication] = true, true
	return nil
}

func (c *census) buryLocal(l *LocalPublication) {
	c.bury(l.Publication)
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.locals, l)
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

// close refuses all that is new and returns what there is.
func (c *census) close() ([]*Peer, []*LocalPublication) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.closed = true
	return slices.Collect(maps.Keys(c.peers)), slices.Collect(maps.Keys(c.locals))
}

func (c *census) addTo(st *Stats) {
	c.mu.Lock()
	defer c.mu.Unlock()
	st.Peers, st.Connections, st.Published = len(c.peers), c.connections, c.published
	for _, publication := range c.peers {
		if publication != nil {
			st.Publications++
			st.addTracks(publication)
		}
	}
	for l := range c.locals {
		st.Local++
		st.addTracks(l.Publication)
	}
	st.Ingress = c.past
	for publication := range c.counting {
		publication.receiver.AddTo(&st.Ingress)
	}
}
