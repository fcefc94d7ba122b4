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
	// ID is the stream's among those of its publisher: 1 to 64 octets of letters,
	// digits and hyphens, with DefaultStream for Kurento's clients.
	ID    string
	Muted MediaKind // kinds that nobody gets
}

// streamID fills in the stream that an empty id stands for.
func streamID(id string) string {
	if id == "" {
		return DefaultStream
	}
	return id
}

// validStream reports whether id may name a stream. An underscore may not be in it:
// "<user>_<stream>" would have several meanings.
func validStream(id string) bool {
	for i := range len(id) {
		switch c := id[i]; {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9', c == '-':
		default:
			return false
		}
	}
	return len(id) > 0 && len(id) <= maxStreamID
}

// Publishes reports whether the participant had a live stream of that id.
func (p ParticipantInfo) Publishes(stream string) bool {
	for _, s := range p.Streams {
		if s.ID == streamID(stream) {
			return true
		}
	}
	return false
}
