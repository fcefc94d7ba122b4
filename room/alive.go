package room

import (
	"context"
	"slices"
)

// Silent asks every room's goroutine to do nothing and returns the names of those
// that have not before ctx ends, sorted, and how many rooms there are. Rooms that
// end meanwhile are not silent. It may be called from any goroutine.
func (m *Manager) Silent(ctx context.Context) (silent []string, rooms int) {
	all := m.registry.all()
	pings := make([]*operation, len(all))
	for i, r := range all { // all are asked before any is waited for
		pings[i] = &operation{run: func() {}, done: make(chan struct{})}
		select {
		case r.mailbox <- pings[i]:
		default:
			pings[i] = nil // full: it answers when it takes the next one
		}
	}
	for i, r := range all {
		if !r.answered(ctx, pings[i]) {
			silent = append(silent, r.state.name)
		}
	}
	slices.Sort(silent)
	return silent, len(all)
}

// answered waits until the room has taken ping, which is nil where there was no
// room for it yet.
func (r *room) answered(ctx context.Context, ping *operation) bool {
	if ping == nil {
		return r.call(ctx, func() {}) == nil || r.ended()
	}
	select {
	case <-ping.done:
		return true
	case <-r.done:
		return true
	default:
	}
	select {
	case <-ping.done:
		return true
	case <-r.done:
		return true
	case <-ctx.Done():
		return !ping.claim() // the room has begun with it, or will find it settled
	}
}

// ended reports that the room's goroutine has.
func (r *room) ended() bool {
	select {
	case <-r.done:
		return true
	default:
		return false
	}
}
