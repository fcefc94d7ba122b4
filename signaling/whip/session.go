package whip

import (
	"context"
	"crypto/rand"
	"encoding/base32"
	"log/slog"
	"net/netip"
	"strings"
	"sync"

	"github.com/atrium-rtc/atrium/internal/admission"
	"github.com/atrium-rtc/atrium/room"
)

// session is one participant with one connection.
type session struct {
	kind       kind
	id         room.ParticipantID // the secret in its URL; also the participant's id
	room, user string
	endpoint   string // who publishes: user itself, or who is played
	stream     string // which of the publisher's streams
	network    netip.Prefix
	pass       admission.Admitted
	detach     func() // from the pass: nobody is told any more that it was revoked
	log        *slog.Logger

	mu    sync.Mutex // held while ICE is being changed
	tag   string     // of the present ICE session, as in an ETag
	ufrag string     // of the client in it
}

// secret returns 130 random bits as 26 digits of base 32.
func secret() string {
	var b [17]byte
	_, _ = rand.Read(b[:]) // never fails, see crypto/rand
	return strings.ToLower(base32.HexEncoding.EncodeToString(b[:]))[:26]
}

// newTag returns a strong entity tag (RFC 9110 section 8.8.3) for an ICE session.
func newTag() string { return `"` + secret()[:13] + `"` }

// path is the URL of the session.
func (s *session) path() string { return "/" + string(s.kind) + "/session/" + string(s.id) }

// open brings the session's participant into the room and negotiates its
// connection. What it has done when it fails is undone by the caller.
func (s *Server) open(ctx context.Context, session *session, offer string, want wishes) (string, error) {
	session.tag, session.ufrag = newTag(), valueOf(offer, ufragLine)
	join := session.pass.Join
	join.ID = session.id
	if session.kind == whip {
		join.AutoCreate = s.opts.Load().AutoCreate
		if _, err := s.manager.Join(ctx, join); err != nil {
			return "", err
		}
		answer, err := s.manager.Publish(ctx, session.id, room.PublishRequest{Stream: session.stream, Offer: offer, Whole: true})
		return finish(answer, offer, session.kind), err
	}
	if _, err := s.manager.Join(ctx, join); err != nil {
		return "", err
	}
	answer, err := s.manager.Subscribe(ctx, session.id, room.SubscribeRequest{Publisher: session.endpoint, Stream: session.stream, Offer: offer})
	if err == nil {
		err = s.limit(ctx, session, want)
	}
	return finish(answer, offer, session.kind), err
}

// publisher returns whose stream is to be played: the one that was named, or of those
// who publish it the current speaker. It is asked before the player joins, so that one who waits for a
// publisher and asks again and again does not come and go in the room.
func (s *Server) publisher(ctx context.Context, name, user, stream string) (string, error) {
	if user == "" {
		who, err := s.manager.MainSpeaker(ctx, name, stream)
		return who.User, err
	}
	who, err := s.manager.Find(ctx, name, user)
	if err == nil && !who.Publishes(stream) {
		err = room.ErrUserNotStreaming
	}
	return user, err
}
