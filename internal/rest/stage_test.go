package rest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"math"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/atrium-rtc/atrium/internal/admission"
	"github.com/atrium-rtc/atrium/internal/auth"
	"github.com/atrium-rtc/atrium/internal/feed"
	"github.com/atrium-rtc/atrium/room"
	"github.com/atrium-rtc/atrium/sfu"
	"github.com/atrium-rtc/atrium/sfu/inspect"
	"github.com/atrium-rtc/atrium/sfu/speaker"
	"github.com/atrium-rtc/atrium/signaling"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// media answers every offer.
type fakeMedia struct{}

func (fakeMedia) Publish(context.Context, room.MediaRequest) (room.Publication, error) {
	return fakeStream{}, nil
}

// fakeStream is a publication and a subscription.
type fakeStream struct{}

func (fakeStream) Subscribe(context.Context, room.MediaRequest) (room.Subscription, error) {
	return fakeStream{}, nil
}
func (fakeStream) Answer() string                            { return "answer" }
func (fakeStream) AddICECandidate(room.ICECandidate) error   { return nil }
func (fakeStream) SetPreferredLayers(room.Layers)            {}
func (fakeStream) SetVideoPreference(room.VideoPreference)   {}
func (fakeStream) Reported(room.ReceiverStatistics)          {}
func (fakeStream) Mute(room.MediaKind)                       {}
func (fakeStream) Speech(time.Time) (speaker.Snapshot, bool) { return speaker.Snapshot{}, false }
func (fakeStream) Close()                                    {}
func (fakeStream) Received() inspect.Subscription {
	return inspect.Subscription{
		Transport: inspect.Transport{Connected: true, Protocol: "udp", Family: "ipv4", Local: "host", Remote: "srflx"},
		Tracks:    []inspect.Reception{{Kind: "video", Score: 3.5, Cause: "downlink", Layer: &inspect.Layer{Width: 320, Height: 180}}},
	}
}

func (fakeStream) Published() inspect.Publication {
	return inspect.Publication{Tracks: []inspect.Track{{
		Kind: "video", Codec: "VP9", Encodings: []inspect.Encoding{{RID: "h", Width: 640, Height: 360, SpatialLayers: []inspect.Size{{Width: 320, Height: 180}}}},
	}}}
}

func (fakeStream) Quality() []room.TrackQuality {
	return []room.TrackQuality{{Kind: room.Video, Score: 3.5, Cause: room.CauseDownlink}}
}

// theDocument is made once: hundreds of stages have it.
var theDocument = sync.OnceValues(newDocument)

const secret = "0123456789abcdef0123456789abcdef"

// stage is the API on rooms with fake media.
type stage struct {
	t        *testing.T
	rooms    *room.Manager
	admitted *admission.Control
	feed     *feed.Feed
	handler  http.Handler
	log      bytes.Buffer
	token    string // the administrators'
	draining bool
	ending   bool
}

// newStage makes a server that asks for tokens.
func newStage(t *testing.T, change ...func(*Options)) *stage {
	t.Helper()
	s := &stage{t: t, rooms: room.NewManager(fakeMedia{}, room.Options{MaxRooms: 5})}
	key, err := auth.NewSecretKey("", []byte(secret))
	if err != nil {
		t.Fatal(err)
	}
	keys, err := auth.NewKeySet(key)
	if err != nil {
		t.Fatal(err)
	}
	s.admitted = admission.New(admission.Options{Tokens: &auth.VerifierOptions{Keys: func() *auth.KeySet { return keys }, MaxRevocations: 2}})
	s.feed = feed.New(feed.Options{})
	s.rooms.Handle(s.feed)
	t.Cleanup(func() {
		if err := s.rooms.Close(context.Background()); err != nil {
			t.Error(err)
		}
		s.feed.Close()
	})
	opts := Options{
		Version: "v1", Revision: "abc", Started: time.Now(), Rooms: s.rooms, Drain: s, Admission: s.admitted,
		Presence: func(room.ParticipantID) signaling.Presence { return signaling.PresenceConnected },
		Sessions: func() signaling.Stats { return signaling.Stats{} },
		Media:    func() sfu.Stats { return sfu.Stats{} },
		Usage:    func() Usage { return Usage{CPU: math.NaN()} },
		Access:   func() auth.Admin { return auth.Admin{Token: s.token} },
		Events:   feed.NewHandler(s.feed, feed.HandlerOptions{}),
		Logger:   slog.New(slog.NewTextHandler(&s.log, nil)),
	}
	for _, f := range change {
		f(&opts)
	}
	doc, err := theDocument()
	s.must(err)
	s.handler = newHandler(opts, doc)
	return s
}

// open is a server that asks nobody for a token.
func open(o *Options) { o.Admission = admission.New(admission.Options{}) }

func (s *stage) Draining() bool { return s.draining }

func (s *stage) SetDraining(on bool) error {
	if s.ending {
		return errors.New("the server is ending")
	}
	s.draining = on
	return nil
}

// furnish makes room standup, in which ann publishes to bob, and room lobby, before which
// cid waits.
func (s *stage) furnish() *stage {
	s.t.Helper()
	s.must(s.rooms.CreateRoom("standup", room.Settings{ChatHistory: 10, MuteOnEntry: room.Audio, MaxDuration: time.Hour, Metadata: json.RawMessage(`{"a":1}`)}))
	s.must(s.rooms.CreateRoom("lobby", room.Settings{Lobby: true}))
	all := room.Grants{Role: "moderator", Permissions: auth.DefaultRoles()["moderator"]}
	s.join(room.JoinRequest{User: "ann", Room: "standup", Identity: "u-17", Metadata: json.RawMessage(`{"b":2}`), Grants: &all})
	s.join(room.JoinRequest{User: "bob", Room: "standup"})
	ctx := s.t.Context()
	_, err := s.rooms.Publish(ctx, "secret of ann", room.PublishRequest{Offer: "m=video 9 x 96\r\n"})
	s.must(err)
	_, err = s.rooms.Subscribe(ctx, "secret of bob", room.SubscribeRequest{Publisher: "ann", Offer: "o"})
	s.must(err)
	s.must(s.rooms.RaiseHand(ctx, "secret of ann", true))
	s.must(s.rooms.Moderate("standup").Message(ctx, "hello"))
	s.must(s.rooms.Moderate("standup").Ban(ctx, "eve", time.Hour, "no"))
	if _, err := s.rooms.Join(ctx, room.JoinRequest{ID: "secret of cid", User: "cid", Room: "lobby"}); !errors.Is(err, room.ErrWaiting) {
		s.t.Fatal(err)
	}
	return s
}

func (s *stage) must(err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
}

func (s *stage) join(req room.JoinRequest) {
	s.t.Helper()
	req.ID, req.AutoCreate = room.ParticipantID("secret of "+req.User), true
	_, err := s.rooms.Join(s.t.Context(), req)
	s.must(err)
}

// tokenFor makes a token with the permission admin.
func (s *stage) tokenFor(room, role string) string {
	s.t.Helper()
	now := time.Now()
	token, err := s.admitted.Issue(auth.Claims{
		ID: "jti", Subject: "backend", Issued: now, Expires: now.Add(time.Minute), Access: auth.Access{Room: room, Role: role},
	})
	s.must(err)
	return token
}

// ask sends a request of a program on this machine, with header lines "Name: value".
func (s *stage) ask(method, path, body string, header ...string) *httptest.ResponseRecorder {
	s.t.Helper()
	ctx, cancel := context.WithCancel(s.t.Context())
	defer cancel()
	if strings.HasPrefix(path, "/events") {
		cancel() // the stream begins and ends
	}
	r := httptest.NewRequestWithContext(ctx, method, "http://localhost:8081"+prefix+path, strings.NewReader(body))
	r.RemoteAddr = "127.0.0.1:5"
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	for _, line := range header {
		name, value, _ := strings.Cut(line, ": ")
		switch name {
		case "Remote":
			r.RemoteAddr = value
		case "Host":
			r.Host = value
		default:
			r.Header.Set(name, value)
		}
	}
	w := httptest.NewRecorder()
	s.handler.ServeHTTP(w, r)
	return w
}

// want asks and expects a status, and the answer in into unless that is nil.
func (s *stage) want(status int, method, path, body string, into any, header ...string) {
	s.t.Helper()
	w := s.ask(method, path, body, header...)
	if w.Code != status {
		s.t.Errorf("%s %s %s: %d %s, want %d", method, path, body, w.Code, w.Body, status)
		return
	}
	if into != nil {
		s.must(json.Unmarshal(w.Body.Bytes(), into))
	}
}
