package room

import (
	"context"
	"errors"
	"sync/atomic"
	"time"

	"github.com/atrium-rtc/atrium/internal/histogram"
)

// Role is what a connection is for.
type Role string

// The two sides of a stream.
const (
	Publisher  Role = "publisher"
	Subscriber Role = "subscriber"
)

// Outcome is how a negotiation ended.
type Outcome string

// A negotiation is Refused because of what the client asked for, of a limit, or
// because nobody wants the answer any more; it is Failed when the fault is ours.
const (
	Answered Outcome = "answered"
	Refused  Outcome = "refused"
	Failed   Outcome = "failed"
)

// NegotiationOutcome labels a count of negotiations.
type NegotiationOutcome struct {
	Role    Role
	Outcome Outcome
}

// outcomeOf tells whose fault the cause of a failed negotiation is. What is known to
// be the client's is an *Error: of a room, or of Media.
func outcomeOf(cause error) Outcome {
	if refused := (*Error)(nil); errors.As(cause, &refused) || errors.Is(cause, context.Canceled) {
		return Refused
	}
	return Failed
}

// negotiationCounters count the negotiations of each role. The maps do not change.
type negotiationCounters struct {
	seconds  map[Role]*histogram.Histogram
	outcomes map[NegotiationOutcome]*atomic.Uint64
}

func newNegotiationCounters() negotiationCounters {
	n := negotiationCounters{map[Role]*histogram.Histogram{}, map[NegotiationOutcome]*atomic.Uint64{}}
	for _, role := range []Role{Publisher, Subscriber} {
		n.seconds[role] = histogram.New(latencyBounds()...)
		for _, outcome := range []Outcome{Answered, Refused, Failed} {
			n.outcomes[NegotiationOutcome{role, outcome}] = new(atomic.Uint64)
		}
	}
	return n
}

// ended counts a negotiation; trace is its trace, as an example; "" is none.
func (n *negotiationCounters) ended(role Role, outcome Outcome, took time.Duration, trace string) {
	n.outcomes[NegotiationOutcome{role, outcome}].Add(1)
	if outcome == Answered {
		n.seconds[role].ObserveTraced(took.Seconds(), trace, time.Now())
	}
}

func (n *negotiationCounters) snapshot() (map[NegotiationOutcome]uint64, map[Role]histogram.Snapshot) {
	outcomes := make(map[NegotiationOutcome]uint64, len(n.outcomes))
	for key, count := range n.outcomes {
		outcomes[key] = count.Load()
	}
	seconds := make(map[Role]histogram.Snapshot, len(n.seconds))
	for role, took := range n.seconds {
		seconds[role] = took.Snapshot()
	}
	return outcomes, seconds
}
