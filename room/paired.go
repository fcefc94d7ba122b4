package room

import "context"

// PairedMedia is implemented by a Media that serves a participant on two connections: an
// Uplink with everything that it publishes, and a Downlink with everything that it
// receives (JoinRequest.Paired). The two functions do nothing but make a value; they are
// called on a room's goroutine.
type PairedMedia interface {
	NewUplink(UplinkRequest) Uplink
	NewDownlink(DownlinkRequest) Downlink
}

// UplinkRequest asks for a publishing connection.
type UplinkRequest struct {
	Room, User string // as in MediaRequest
	// Observer is told of Failed alone.
	Observer MediaObserver
}

// UplinkStream is a stream of the participant's, on one or two media sections of its offer.
type UplinkStream struct {
	ID string
	// MIDs name the sections (RFC 5888, a=mid), one of each kind at most.
	MIDs []string
	// Observer is told of SubscribedLayers alone.
	Observer MediaObserver
}

// Uplink is a publishing connection on which the client offers, again and again. Its methods
// may be called from any goroutine; Negotiate is under the rules of Media, and is not called
// twice at a time. All but Negotiate are called on the room's goroutine.
type Uplink interface {
	// Negotiate answers an offer. The streams are all that there are from here on: new ones
	// are published, those that are missing end, the others stay as they are, on the same
	// sections. published has the new ones, by id. New ICE credentials in the offer restart
	// ICE. An error leaves everything as it was; where that is not possible, the connection
	// fails.
	Negotiate(ctx context.Context, offer string, streams []UplinkStream) (answer string, published map[string]Publication, err error)
	AddICECandidate(ICECandidate) error
	// Close ends the connection with all its publications. Closing one of these ends no
	// other.
	Close()
}

// DownlinkRequest asks for a receiving connection.
type DownlinkRequest struct {
	Room, User, Session string // as in MediaRequest
	MaxBitrate          int64  // likewise
	Observer            DownlinkObserver
}

// DownlinkObserver hears of a receiving connection, under the rules of MediaObserver.
type DownlinkObserver interface {
	// Offered reports that an offer waits to be sent to the client, see
	// Downlink.Outstanding.
	Offered()
	// Ended reports that a subscription has ended because the client's answer does not take
	// it: it lacks the codec, say.
	Ended(s Subscription, cause error)
	// Failed is as in MediaObserver.
	Failed(reason string)
}

// DownlinkOffer is an offer of the server's, with all streams that are received by it.
type DownlinkOffer struct {
	Number  int
	SDP     string
	Streams []DownlinkStream
}

// DownlinkStream says on which media sections a subscription comes, sound first.
type DownlinkStream struct {
	Subscription Subscription
	MIDs         []string
}

// ReceiveRequest asks to receive a publication on a Downlink.
type ReceiveRequest struct {
	Publisher, Stream string // for log lines
	// Observer is told of Delivery and Verdict.
	Observer MediaObserver
}

// Downlink is a receiving connection on which the server offers: one offer at a time, and in
// the next one everything that has changed since. Its methods may be called from any
// goroutine; Subscribe and Complete are under the rules of Media, the others are called on
// the room's goroutine and do not block. A subscription is the same value wherever it is
// named, and values can be compared.
type Downlink interface {
	// Subscribe adds a publication of the same Media, with the next offer, for which it does
	// not wait. The subscription ends by its Close, with the publication or the connection.
	Subscribe(p Publication, req ReceiveRequest) (Subscription, error)
	// Complete takes the client's answer to the offer of that number. The same answer again
	// is fine.
	Complete(ctx context.Context, number int, answer string) error
	// Outstanding returns the offer that is not answered yet, if there is one.
	Outstanding() (DownlinkOffer, bool)
	// Restart begins ICE anew with the next offer.
	Restart()
	AddICECandidate(ICECandidate) error
	// Close ends the connection with all its subscriptions.
	Close()
}

// line is one of the two connections of a participant who has paired ones. The room's
// goroutine owns it; role, up and down do not change.
type line struct {
	owner     *member
	role      Role
	up        Uplink   // of the publisher's line
	down      Downlink // of the subscriber's
	observer  *lineObserver
	working   int      // calls of Media that are between their two visits to the room
	proven    bool     // the publisher's: an offer has been answered
	reserved  []string // streams that it is about to publish
	disturbed bool     // the publisher's: nothing comes from the client
	over      bool     // the line is dropped
	fate      error    // then: what callers are told who still work on it
	cancel    context.CancelCauseFunc
}

// close ends the connection of a line.
func (l *line) close() {
	if l.role == Publisher {
		l.up.Close()
	} else {
		l.down.Close()
	}
}

// addICECandidate gives the connection a candidate of its client.
func (l *line) addICECandidate(c ICECandidate) error {
	if l.role == Publisher {
		return l.up.AddICECandidate(c) //nolint:wrapcheck // for a log line
	}
	return l.down.AddICECandidate(c) //nolint:wrapcheck // likewise
}

// line returns the member's connection of that role; nil when there is none.
func (m *member) line(role Role) *line {
	if role == Publisher {
		return m.uplink
	}
	return m.downlink
}

// pairedMedia returns what makes paired connections, or nil.
func (m *Manager) pairedMedia() PairedMedia {
	media, _ := m.media.(PairedMedia)
	return media
}

// PairedConnections reports whether participants may have paired connections.
func (m *Manager) PairedConnections() bool { return m.pairedMedia() != nil }

// pairedMember returns the participant, if it has paired connections.
func (s *state) pairedMember(id ParticipantID) (*member, error) {
	m, err := s.member(id)
	switch {
	case err != nil:
		return nil, err
	case !m.paired:
		return nil, refuseUnpaired(m.user)
	}
	return m, nil
}

// unpaired refuses a participant who has paired connections.
func (s *state) unpaired(id ParticipantID) error {
	if m := s.ids[id]; m != nil && m.paired {
		return refusePaired(m.user)
	}
	return nil
}

// AddLineCandidate gives a remote candidate to the publishing or the receiving connection
// of a participant who has paired ones. One that comes before its connection or that Media
// cannot use is dropped: the client's checks of connectivity tell as much. Errors: 102, 203;
// 301 for who has no paired connections.
func (m *Manager) AddLineCandidate(ctx context.Context, id ParticipantID, role Role, c ICECandidate) error {
	return m.withParticipantRoom(ctx, id, func(r *room) error {
		who, err := r.state.pairedMember(id)
		if err != nil {
			return err
		}
		l := who.line(role)
		if l == nil {
			r.counters.remoteCandidatesDropped.Add(1)
			return nil
		}
		if err := l.addICECandidate(c); err != nil {
			r.log.Debug("candidate not used", "user", who.user, "connection", role, "error", err)
		}
		return nil
	})
}

// dropLine ends one of m's connections with everything on it; whoever works on it is told
// fate. The others hear what has ended.
func (r *room) dropLine(l *line, fate error) {
	if l == nil || l.over {
		return
	}
	m := l.owner
	switch l.role {
	case Publisher:
		for _, c := range m.published(l) {
			r.release(r.state.unpublish(m, m.publication(c.stream.id)))
			r.tellUnpublished(m, c.stream.id)
		}
	default:
		for _, c := range m.received() {
			r.release(r.state.drop(c))
			r.tellUnsubscribed(c)
		}
	}
	r.hangUp(l, fate)
	r.tellReach(m)
}

// hangUp closes the connection of a line on which nothing is any more.
func (r *room) hangUp(l *line, fate error) {
	if l == nil || l.over {
		return
	}
	l.over, l.fate = true, fate
	if l.role == Publisher {
		l.owner.uplink = nil
	} else {
		l.owner.downlink = nil
	}
	l.cancel(fate)
	l.close()
}

// hangUpAll closes both connections of somebody who is gone.
func (r *room) hangUpAll(m *member, fate error) {
	r.hangUp(m.uplink, fate)
	r.hangUp(m.downlink, fate)
}

// published lists what the member publishes on a line, in the order of its slots.
func (m *member) published(on *line) (list []*connection) {
	for _, at := range m.publish {
		if at.live != nil && at.live.line == on {
			list = append(list, at.live)
		}
	}
	return list
}

// received lists the member's live subscriptions, in no order.
func (m *member) received() (list []*connection) {
	for _, at := range m.receive {
		if at.live != nil {
			list = append(list, at.live)
		}
	}
	return list
}
