package load

import (
	"sync"

	"github.com/atrium-rtc/atrium/internal/load/session"
)

// event is what the session told its client.
type event struct {
	kind eventKind
	user string // whom it is about
	text string // the candidate, or the server's words
	err  error
}

type eventKind uint8

const (
	published eventKind = iota
	unpublished
	left
	candidate
	mediaError
	closed
)

// mailbox carries events from a session's reader to its client, in order. The
// reader never waits for the client, which may be waiting for an answer that
// only the reader can bring. It implements session.Handler.
type mailbox struct {
	signal chan struct{} // has a value when there may be something to take

	mu      sync.Mutex
	waiting []event
}

var _ session.Handler = (*mailbox)(nil)

func newMailbox() *mailbox { return &mailbox{signal: make(chan struct{}, 1)} }

func (m *mailbox) put(e event) {
	m.mu.Lock()
	m.waiting = append(m.waiting, e)
	m.mu.Unlock()
	select {
	case m.signal <- struct{}{}:
	default:
	}
}

// take returns what waits, in order.
func (m *mailbox) take() []event {
	m.mu.Lock()
	defer m.mu.Unlock()
	all := m.waiting
	m.waiting = nil
	return all
}

func (m *mailbox) Published(user string)       { m.put(event{kind: published, user: user}) }
func (m *mailbox) Unpublished(user string)     { m.put(event{kind: unpublished, user: user}) }
func (m *mailbox) Left(user string)            { m.put(event{kind: left, user: user}) }
func (m *mailbox) Candidate(user, text string) { m.put(event{kind: candidate, user: user, text: text}) }
func (m *mailbox) MediaError(text string)      { m.put(event{kind: mediaError, text: text}) }
func (m *mailbox) Closed(err error)            { m.put(event{kind: closed, err: err}) }
