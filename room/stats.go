package room

import (
	"errors"
	"maps"
	"sync"
	"sync/atomic"
	"time"

	"github.com/atrium-rtc/atrium/internal/histogram"
)

// Stats is a snapshot for metrics. The numbers are of all rooms together, so
// their count does not grow with the rooms; each is right, though not all at
// the same instant.
type Stats struct {
	// What there is now.
	Rooms, Participants, Publications, Subscriptions int
	// Commands wait for the goroutine of their room, each with its caller.
	Commands int
	MaxRooms int // the limit in force; 0 is none

	// What has happened since NewManager.
	RoomsCreated, RoomsEnded uint64
	Joins                    uint64
	Leaves                   map[LeaveReason]uint64
	Messages                 uint64
	// Errors are the refusals by code, of which those that rooms use are always
	// there; 0 counts errors that are no *Error, as of a caller whose context ended.
	Errors map[Code]uint64
	// MediaFailures are live connections that the media plane lost.
	MediaFailures uint64
	// HandlerPanics are panics of the application's handlers and callbacks.
	HandlerPanics uint64
	// RemoteCandidatesDropped came before their connection and beyond the limits
	// of Options; LocalCandidatesDropped came faster than the room could pass
	// them on.
	RemoteCandidatesDropped, LocalCandidatesDropped uint64

	// Negotiations has a number for each role and outcome.
	Negotiations map[NegotiationOutcome]uint64
	// JoinSeconds is how long joins that succeeded took, NegotiationSeconds how long
	// answered negotiations took, from the offer to the answer, for each role.
	JoinSeconds        histogram.Snapshot
	NegotiationSeconds map[Role]histogram.Snapshot
}

// counters are written by rooms and callers and read by Stats.
type counters struct {
	tally
	commands atomic.Int64

	roomsCreated, roomsEnded, joins, messages       atomic.Uint64
	mediaFailures, handlerPanics                    atomic.Uint64
	remoteCandidatesDropped, localCandidatesDropped atomic.Uint64

	joinSeconds  *histogram.Histogram
	negotiations negotiationCounters

	mu     sync.Mutex // of the maps, which are written rarely
	leaves map[LeaveReason]uint64
	errors map[Code]uint64
}

// latencyBounds are the classic buckets, in seconds, of what a client waits for.
func latencyBounds() []float64 {
	return []float64{0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5}
}

// Stats returns a snapshot.
func (m *Manager) Stats() Stats {
	c := &m.counters
	rooms, most := m.registry.size()
	s := Stats{
		Rooms:                   rooms,
		MaxRooms:                most,
		Participants:            int(c.participants.Load()),
		Publications:            int(c.publications.Load()),
		Subscriptions:           int(c.subscriptions.Load()),
		RoomsCreated:            c.roomsCreated.Load(),
		RoomsEnded:              c.roomsEnded.Load(),
		Joins:                   c.joins.Load(),
		Leaves:                  map[LeaveReason]uint64{LeftByRequest: 0, LeftByEvict: 0, LeftByClose: 0},
		Commands:                int(c.commands.Load()),
		Messages:                c.messages.Load(),
		Errors:                  make(map[Code]uint64),
		MediaFailures:           c.mediaFailures.Load(),
		HandlerPanics:           c.handlerPanics.Load(),
		RemoteCandidatesDropped: c.remoteCandidatesDropped.Load(),
		LocalCandidatesDropped:  c.localCandidatesDropped.Load(),
		JoinSeconds:             c.joinSeconds.Snapshot(),
	}
	s.Negotiations, s.NegotiationSeconds = c.negotiations.snapshot()
	for _, code := range refusalCodes() {
		s.Errors[code] = 0
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	maps.Copy(s.Leaves, c.leaves)
	maps.Copy(s.Errors, c.errors)
	return s
}

// refusalCodes are those that rooms raise by themselves, and 0.
func refusalCodes() []Code {
	return []Code{
		0, CodeUserNotFound, CodeUserClosed, CodeUserExists, CodeUserNotStreaming,
		CodeRoomGeneric, CodeRoomNotFound, CodeRoomClosed, CodeRoomNotCreated,
		CodeMediaGeneric, CodeSDP, CodeMediaEndpoint, CodeMuteFailed, CodeGeneric,
	}
}

func (c *counters) joined() {
	c.joins.Add(1)
	c.participants.Add(1)
}

// entered counts a join that succeeded, and how long it took.
func (c *counters) entered(began time.Time) { c.joinSeconds.ObserveDuration(time.Since(began)) }

func (c *counters) left(why LeaveReason, n int) {
	c.participants.Add(-int64(n))
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.leaves == nil {
		c.leaves = make(map[LeaveReason]uint64)
	}
	c.leaves[why] += uint64(n)
}

func (c *counters) opened(conn *connection) { c.tally.of(conn).Add(1) }
func (c *counters) closed(conn *connection) { c.tally.of(conn).Add(-1) }

// tally is how much there is now, in one room or in all.
type tally struct{ participants, publications, subscriptions atomic.Int64 }

func (t *tally) of(conn *connection) *atomic.Int64 {
	if conn.source == nil {
		return &t.publications
	}
	return &t.subscriptions
}

// refused counts an error on its way to the caller.
func (c *counters) refused(err error) error {
	if err == nil {
		return nil
	}
	var code Code
	if known := (*Error)(nil); errors.As(err, &known) {
		code = known.Code
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.errors == nil {
		c.errors = make(map[Code]uint64)
	}
	c.errors[code]++
	return err
}
