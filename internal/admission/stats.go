package admission

import (
	"sync/atomic"

	"github.com/atrium-rtc/atrium/internal/auth"
)

// Stats is a snapshot for metrics.
type Stats struct {
	Open     bool
	Accepted uint64                 // tokens
	Refused  map[auth.Reason]uint64 // tokens; every reason stands there from the start
	Revoked  int                    // tokens and users that are remembered as revoked
	Keys     Keys
}

type counters struct {
	accepted atomic.Uint64
	reasons  map[auth.Reason]*atomic.Uint64 // does not change
}

func newCounters() counters {
	reasons := make(map[auth.Reason]*atomic.Uint64)
	for _, reason := range auth.Reasons() {
		reasons[reason] = new(atomic.Uint64)
	}
	return counters{reasons: reasons}
}

func (c *counters) refused(reason auth.Reason) {
	if n := c.reasons[reason]; n != nil {
		n.Add(1)
	}
}

// Stats returns a snapshot.
func (c *Control) Stats() Stats {
	state := c.state.Load()
	now := Stats{
		Open: state.open, Accepted: c.counters.accepted.Load(), Refused: make(map[auth.Reason]uint64),
		Revoked: state.verifier.Revocations().Len(),
	}
	for reason, n := range c.counters.reasons {
		now.Refused[reason] = n.Load()
	}
	if state.keys != nil {
		now.Keys = state.keys()
	}
	return now
}
