package load

import (
	"errors"
	"slices"
	"sync"

	"github.com/atrium-rtc/atrium/internal/load/session"
)

// event is what the session told its client.
type event struct {
	kind eventKind
	user string // whom it is about
	text string // the candidate, or the server's words
	err  error
	// The connection it is about, for answered and disconnected.
	sub  *subscription
	pub  *publication
	down *downlink

	offer session.Offer
}

type eventKind uint8

const (
	published eventKind = iota
	unpublished
	left
	candidate
	mediaError
	offered
	closed

	answered     // to a subscription; from a goroutine of the client
	disconnected // likewise
	retry        // a publisher that was not there
)

// errTooMuch is a server that told more than maxEvents at a time.
var errTooMuch = errors.New("the server told more than a client can take in")

// maxEvents bounds what waits for a client that waits for the server.
const maxEvents = 10_000

// mailbox carries events from a session's reader to its client, in order. The
// reader never waits for the client, which may be waiting for an answer that
// only the reader can bring. It implements session.Handler.
type mailbox struct {
	signal chan struct{} // has a value when there may be something to take

	mu      sync.Mutex
	waiting []event
	dropped int // of the server's events, because too many waited
}

var _ session.Handler = (*mailbox)(nil)

func newMailbox() *mailbox { return &mailbox{signal: make(chan struct{}, 1)} }

func (m *mailbox) put(e event) {
	m.mu.Lock()
	if own := e.kind >= answered; own || len(m.waiting) < maxEvents {
		m.waiting = append(m.waiting, e)
	} else {
		m.dropped++
	}
	m.mu.Unlock()
	select {
	case m.signal <- struct{}{}:
	default:
	}
}

// take returns what waits, in order. Beyond maxEvents what the server tells is
// lost, and counted.
func (m *mailbox) take() (all []event, dropped int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	all, dropped = m.waiting, m.dropped
	m.waiting, m.dropped = nil, 0
	return all, dropped
}

// tellsOf reports whether a publisher's departure waits to be taken.
func (m *mailbox) tellsOf(user string) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.ContainsFunc(m.waiting, func(e event) bool { return e.departs(user) })
}

// departs reports whether the event ends what a user publishes.
func (e event) departs(user string) bool {
	return (e.kind == unpublished || e.kind == left) && e.user == user
}

func (m *mailbox) Published(user string)       { m.put(event{kind: published, user: user}) }
func (m *mailbox) Unpublished(user string)     { m.put(event{kind: unpublished, user: user}) }
func (m *mailbox) Left(user string)            { m.put(event{kind: left, user: user}) }
func (m *mailbox) Candidate(user, text string) { m.put(event{kind: candidate, user: user, text: text}) }
func (m *mailbox) MediaError(text string)      { m.put(event{kind: mediaError, text: text}) }
func (m *mailbox) Offered(o session.Offer)     { m.put(event{kind: offered, offer: o}) }
func (m *mailbox) Closed(err error)            { m.put(event{kind: closed, err: err}) }
