package sfu

import (
	"maps"
	"slices"
	"sync"
)

// subscriptionSet are the subscriptions to one publication, and its muted kinds.
type subscriptionSet struct {
	mu     sync.Mutex
	set    map[*Subscription]struct{}
	muted  Kind
	closed bool
}

// add returns false when the publication is closed.
func (l *subscriptionSet) add(s *Subscription) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		return false
	}
	if l.set == nil {
		l.set = make(map[*Subscription]struct{})
	}
	l.set[s] = struct{}{}
	s.published.Store(uint32(l.muted))
	return true
}

func (l *subscriptionSet) remove(s *Subscription) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.set, s)
}

func (l *subscriptionSet) mute(kinds Kind) {
	for _, s := range l.mark(kinds) {
		s.applyMute()
	}
}

func (l *subscriptionSet) mark(kinds Kind) []*Subscription {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.muted = kinds
	for s := range l.set {
		s.published.Store(uint32(kinds))
	}
	return slices.Collect(maps.Keys(l.set))
}

func (l *subscriptionSet) close() []*Subscription {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.closed = true
	return slices.Collect(maps.Keys(l.set))
}
