package room

import (
	"context"
	"encoding/json"
	"slices"
	"time"
)

// member is one participant as the room's state sees it.
type member struct {
	id      ParticipantID
	user    string
	publish []*slot              // by time of reservation; no empty slots
	receive map[streamName]*slot // no empty slots
	streams []StreamInfo         // snapshot of what is live in publish
	early   earlyCandidates
	aware   bool      // knows who speaks
	since   time.Time // it is in the room

	grants   Grants
	identity string
	metadata json.RawMessage
	hand     time.Time          // is up since; zero: it is not
	silenced map[string]silence // streams that moderators muted

	unheard     bool // its signaling hears nothing of it
	unreachable bool // as others were told

	nextVerdicts time.Time // it may be told of changed verdicts again

	paired           bool  // its connections are an uplink and a downlink
	uplink, downlink *line // nil while there is none
}

func newMember(id ParticipantID, user string) *member {
	return &member{
		id: id, user: user, receive: make(map[streamName]*slot), early: make(earlyCandidates),
		grants: DefaultGrants(),
	}
}

// places counts what the member publishes or is about to.
func (m *member) places() int {
	if m.uplink != nil {
		return len(m.publish) + len(m.uplink.reserved)
	}
	return len(m.publish)
}

// reserves reports whether the member's uplink is about to publish a stream of that id.
func (m *member) reserves(id string) bool {
	return m.uplink != nil && slices.Contains(m.uplink.reserved, id)
}

// slot returns where the connection for a stream is or will be; nil when nothing
// has been asked for. A stream of the member's own means the publication.
func (m *member) slot(of streamName) *slot {
	if of.user == m.user {
		return m.publication(of.id)
	}
	return m.receive[of]
}

// receivesOf reports a live subscription to any stream of publisher.
func (m *member) receivesOf(publisher *member) bool {
	for _, from := range publisher.publish {
		if at := m.receive[from.stream]; at != nil && at.live != nil {
			return true
		}
	}
	return false
}

// receives reports a live subscription; loopback is not one.
func (m *member) receives() bool {
	for _, s := range m.receive {
		if s.live != nil {
			return true
		}
	}
	return false
}

// slot is the place of one connection: the live one, and the one that is being
// negotiated and will take its place. A publication is never replaced, so its
// slot holds at most one of the two.
type slot struct {
	stream        streamName
	live, pending *connection
}

func (s *slot) empty() bool { return s.live == nil && s.pending == nil }

// phase is the life of a connection; it only grows.
type phase uint8

const (
	negotiating phase = iota // reserved; Media is making the answer on the caller's goroutine
	live
	ended
)

// link is what publications and subscriptions have in common.
type link interface {
	Answer() string
	AddICECandidate(ICECandidate) error
	Mute(MediaKind)
	Close()
}

// connection is one publication or subscription from reservation to release.
// The room's goroutine owns it. cancel and observer are set before the room
// sees it.
type connection struct {
	owner     *member
	stream    streamName  // that is published or received
	source    *connection // the publication received; nil for a publication
	phase     phase
	fate      error     // once ended during the negotiation: what the negotiating caller is told
	kinds     MediaKind // that the offer of a publication would send
	muted     MediaKind
	silenced  MediaKind         // by a moderator
	off       MediaKind         // of a publication: its owner sends nothing of these
	line      *line             // that carries it, of a participant with paired connections
	mids      []string          // of a publication there: its media sections
	paused    PauseReason       // told to the owner of a subscription; empty: its video is delivered
	estimate  int64             // that was told with it
	layers    []SubscribedLayer // told to the owner of a publication last
	verdict   MediaVerdict      // on a subscription, and as it was told
	told      Verdict
	link      link      // from live on
	since     time.Time // it is live
	restarts  int       // of ICE, under way
	taps      []tapped  // on a live publication
	proposal  *proposal // by which a publication is negotiated that we offered
	disturbed bool      // a publication: nothing comes from the client
	observer  *observer
	cancel    context.CancelCauseFunc
}

// end moves c to its last phase. A caller still negotiating will be told fate.
func (c *connection) end(fate error) *connection {
	if c.phase == negotiating {
		c.fate = fate
	}
	c.phase = ended
	return c
}

// publication returns what a subscriber subscribes to, of a live connection
// without a source.
func (c *connection) publication() Publication {
	p, _ := c.link.(Publication)
	return p
}

// subscription returns what a subscriber receives, of a live connection with a
// source.
func (c *connection) subscription() Subscription {
	s, _ := c.link.(Subscription)
	return s
}
