package sfu

import (
	"maps"
	"slices"
	"sync"
)

// follower is what a publication mutes and ends: a subscription or a tap.
type follower interface {
	setPublished(muted Kind) // kinds that the publication has muted
	applyMute()
	unpublished()
}

// subscriptionSet are the subscriptions to one publication and the taps on it, and its
// muted kinds.
type subscriptionSet struct {
	mu     sync.Mutex
	set    map[follower]struct{}
	muted  Kind
	closed bool
}

// add returns false when the publication is closed.
func (l *subscriptionSet) add(s follower) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed {
		return false
	}
	if l.set == nil {
		l.set = make(map[follower]struct{})
	}
	l.set[s] = struct{}{}
	s.setPublished(l.muted)
	return true
}

func (l *subscriptionSet) remove(s follower) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.set, s)
}

func (l *subscriptionSet) mute(kinds Kind) {
	for _, s := range l.mark(kinds) {
		s.applyMute()
	}
}

func (l *subscriptionSet) mark(kinds Kind) []follower {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.muted = kinds
	for s := range l.set {
		s.setPublished(kinds)
	}
	return slices.Collect(maps.Keys(l.set))
}

func (l *subscriptionSet) close() []follower {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.closed = true
	return slices.Collect(maps.Keys(l.set))
}
