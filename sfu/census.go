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

	peers                  map[*Peer]publisher // nil for one that does not publish
	locals                 map[*LocalPublication]bool
	connections, published uint64 // ever made

	// What publishers sent is counted where it comes in, and added to the past when
	// nothing comes any more: so the sum of both never goes back.
	counting map[*ingress.Receiver]bool
	past     ingress.Totals
}

// publisher is what a connection publishes with: a Publication, or an Uplink with any number
// of them.
type publisher interface {
	published() []*Track
	receiving() *ingress.Receiver
}

func newCensus() census {
	return census{peers: make(map[*Peer]publisher), locals: make(map[*LocalPublication]bool), counting: make(map[*ingress.Receiver]bool)}
}

// adopt counts a peer until it is torn down; publishes is what it is the connection
// of, nil if that does not publish.
func (c *census) adopt(p *Peer, publishes publisher) error {
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
	if publishes != nil {
		c.note(p, publishes)
	}
	return nil
}

// promote notes what a peer publishes that was adopted before that was known. It runs on
// the peer's goroutine.
func (c *census) promote(p *Peer, publishes publisher) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if _, known := c.peers[p]; known {
		c.note(p, publishes)
	}
}

func (c *census) note(p *Peer, publishes publisher) {
	c.peers[p] = publishes
	c.published++
	receiver := publishes.receiving()
	c.counting[receiver] = true
	p.onCut = func() { c.bury(receiver) }
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
	c.locals[l], c.counting[l.receiver] = true, true
	return nil
}

func (c *census) buryLocal(l *LocalPublication) {
	c.bury(l.receiver)
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.locals, l)
}

// bury keeps what a publisher has counted.
func (c *census) bury(r *ingress.Receiver) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.counting[r] {
		delete(c.counting, r)
		r.AddTo(&c.past)
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
	for _, publishes := range c.peers {
		if publishes != nil {
			st.Publications++
			st.addTracks(publishes.published())
		}
	}
	for l := range c.locals {
		st.Local++
		st.addTracks(l.published())
	}
	st.Ingress = c.past
	for receiver := range c.counting {
		receiver.AddTo(&st.Ingress)
	}
}

func (p *Publication) published() []*Track { return p.tracks }

func (p *Publication) receiving() *ingress.Receiver { return p.receiver }
