package room

import (
	"context"
	"time"

	"github.com/atrium-rtc/atrium/sfu"
)

// LocalTrack is one track of a stream that an application publishes: its codec, and the
// codec's parameters as in SDP.
type LocalTrack = sfu.LocalTrack

// LocalRequest asks to publish from Go.
type LocalRequest struct {
	// Stream is the id of the stream among the participant's; empty is DefaultStream.
	Stream string
	// Tracks are what will be sent: sound, a picture, or one of each.
	Tracks []LocalTrack
	// Keyframe, if not nil, is called when somebody needs a keyframe of the picture,
	// and again until one has come. It must not block; its panic is logged.
	Keyframe func()
}

// LocalMedia is implemented by a Media that takes packets from an application.
// PublishLocal is called under the rules of Publish, with a request that has no offer.
type LocalMedia interface {
	PublishLocal(ctx context.Context, req MediaRequest, local LocalRequest) (LocalPublication, error)
}

// LocalPublication is a Publication that an application feeds. The methods may be
// called from any goroutine; see LocalStream.
type LocalPublication interface {
	Publication
	WriteRTP(kind MediaKind, packet []byte) error
	WriteSample(kind MediaKind, data []byte, duration time.Duration) error
	Sync(kind MediaKind, timestamp uint32, at time.Time) error
	Done() <-chan struct{}
}

// LocalStream is a stream that an application publishes for a participant. Its methods
// may be called from any goroutine.
type LocalStream struct{ to LocalPublication }

// WriteRTP sends one RTP packet (RFC 3550 section 5.1) at once, to everybody who receives
// the stream: a sequence number, a timestamp in units of the codec's clock, the marker on
// the last packet of a picture, and the payload in the codec's RTP format, with 1,200
// octets at most. Payload type and SSRC are replaced. What a tap has as Raw may be given as
// it is. The packet is not kept.
//
// Errors are those of sfu.LocalPublication.WriteRTP: sfu.ErrClosed is how a writer learns
// that the stream has ended.
func (s *LocalStream) WriteRTP(kind MediaKind, packet []byte) error {
	return s.to.WriteRTP(kind, packet)
}

// WriteSample sends one encoded frame that lasts that long: an Opus packet, a frame of VP8
// or VP9 as in IVF, an access unit of H.264 with start codes, a temporal unit of AV1. It
// cuts the packets and counts the timestamps; pace is the caller's affair. A track is
// written to with either WriteSample or WriteRTP.
func (s *LocalStream) WriteSample(kind MediaKind, data []byte, duration time.Duration) error {
	return s.to.WriteSample(kind, data, duration)
}

// Sync says that a timestamp was sampled at a moment: what was sampled at the same moment
// is played together. Without it the moment of writing counts.
func (s *LocalStream) Sync(kind MediaKind, timestamp uint32, at time.Time) error {
	return s.to.Sync(kind, timestamp, at)
}

// Done is closed when the stream has ended, whyever.
func (s *LocalStream) Done() <-chan struct{} { return s.to.Done() }

// PublishLocal publishes a stream of the participant whose packets come from the
// application: a player, a bot, a bridge. Everybody sees it like any other stream. It ends
// with Unpublish, or with the participant. Policy.Publish is not asked, but what the
// participant may publish holds.
//
// Errors: those of Publish, with 302 for tracks that cannot be, and for a media server
// that takes none.
func (m *Manager) PublishLocal(ctx context.Context, id ParticipantID, req LocalRequest) (*LocalStream, error) {
	r, err := m.registry.roomOf(id)
	if err != nil {
		return nil, m.counters.refused(err)
	}
	stream := &LocalStream{}
	c := connection{kinds: localKinds(req.Tracks)}
	_, _, err = m.exchange(ctx, r, &c, exchange{
		id: id, role: Publisher, unanswered: true,
		reserve: func() error { return r.state.reservePublication(id, streamID(req.Stream), &c) },
		ask: func(ctx context.Context, ask MediaRequest) (link, error) {
			media, ok := m.media.(LocalMedia)
			if !ok {
				return nil, errNoLocal
			}
			made, err := media.PublishLocal(ctx, ask, req)
			stream.to = made
			return made, err
		},
		opened:   func(bool) { r.tellPublished(&c, "application") },
		sdpError: func(cause error) error { return refusePublishSDP(c.owner.user, cause) },
	})
	if err != nil {
		return nil, m.counters.refused(err)
	}
	return stream, nil
}

// localKinds returns the kinds of tracks.
func localKinds(tracks []LocalTrack) (kinds MediaKind) {
	for _, t := range tracks {
		if t.Codec.IsVideo() {
			kinds |= Video
		} else {
			kinds |= Audio
		}
	}
	return kinds
}
