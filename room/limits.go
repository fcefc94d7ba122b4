package room

// Limits are those of Options that may change while there are rooms. 0 is no
// limit.
type Limits struct {
	MaxRooms         int
	MaxParticipants  int
	MaxSubscriptions int
}

// SetLimits changes the limits, of rooms there are as well. Nobody who is in loses
// a place: a limit that is exceeded already refuses the next one. It may be called
// from any goroutine.
func (m *Manager) SetLimits(l Limits) {
	m.registry.limit(l.MaxRooms)
	m.limits.Store(&limits{
		participants:  l.MaxParticipants,
		subscriptions: l.MaxSubscriptions,
		streams:       m.opts.MaxStreams,
		early:         earlyLimits{m.opts.MaxEarlyEndpoints, m.opts.MaxEarlyCandidates, m.opts.MaxNameBytes},
	})
}
