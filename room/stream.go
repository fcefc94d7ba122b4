package room

// DefaultStream is the id of the stream that Kurento's clients publish, and what an
// empty id stands for.
const DefaultStream = "webcam"

// ScreenStream is the id of a shared screen, which takes a permission of its own.
const ScreenStream = "screen"

// maxStreamID bounds a stream's id, in octets.
const maxStreamID = 64

// StreamInfo is a snapshot of one live stream of a participant.
type StreamInfo struct {
	// ID tells the stream from its publisher's others; see ValidStream.
	ID    string
	Muted MediaKind // kinds that nobody gets, by a moderator or the application
	Off   MediaKind // kinds that its publisher says it sends nothing of, see Manager.SetOff
}

// streamID fills in the stream that an empty id stands for.
func streamID(id string) string {
	if id == "" {
		return DefaultStream
	}
	return id
}

// ValidStream reports whether id may name a stream: 1 to 64 octets of letters, digits
// and hyphens. An underscore may not be in it:
// "<user>_<stream>" would have several meanings.
func ValidStream(id string) bool {
	for i := range len(id) {
		switch c := id[i]; {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9', c == '-':
		default:
			return false
		}
	}
	return len(id) > 0 && len(id) <= maxStreamID
}

// streamName names a stream in a room: whose it is, and which of theirs.
type streamName struct{ user, id string }

// usual reports that it is the only stream that Kurento's clients know.
func (n streamName) usual() bool { return n.id == DefaultStream }

// noteStreams renews the snapshot of the member's live streams. It is made anew, and
// not changed, because those who were told of the old one still have it.
func (m *member) noteStreams() {
	m.streams = nil
	for _, at := range m.publish {
		if at.live != nil {
			m.streams = append(m.streams, StreamInfo{at.stream.id, at.live.muted | at.live.silenced, at.live.off})
		}
	}
}

// publication returns where the stream of that id is published or about to be; nil
// when it is neither.
func (m *member) publication(id string) *slot {
	for _, at := range m.publish {
		if at.stream.id == id {
			return at
		}
	}
	return nil
}

// live returns the publication of the stream of that id, if it is live.
func (m *member) live(id string) *connection {
	if at := m.publication(id); at != nil {
		return at.live
	}
	return nil
}

// Publishes reports whether the participant had a live stream of that id, "" being
// DefaultStream, when the snapshot was made.
func (p ParticipantInfo) Publishes(stream string) bool {
	for _, s := range p.Streams {
		if s.ID == streamID(stream) {
			return true
		}
	}
	return false
}
