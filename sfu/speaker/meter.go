package speaker

import (
	"sync/atomic"
	"time"
)

// Meter follows one track. The goroutine that receives the track adds its
// packets; the zero value is ready.
type Meter struct {
	level    Level
	activity activity
	state    atomic.Uint64
}

// Add takes a packet.
func (m *Meter) Add(s Sample, now time.Time) {
	if m.level.skips(&s) {
		return
	}
	at := now.UnixNano()
	m.activity.add(m.level.add(&s, at), s.duration(), at)
	m.state.Store(uint64(pack(&m.level, &m.activity)))
}

// Snapshot returns the state of the track at now. Any goroutine.
func (m *Meter) Snapshot(now time.Time) Snapshot { return state(m.state.Load()).at(now) }
