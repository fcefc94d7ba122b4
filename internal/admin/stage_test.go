package admin

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/atrium-rtc/atrium/internal/auth"
	"github.com/atrium-rtc/atrium/room"
	"github.com/atrium-rtc/atrium/sfu"
	"github.com/atrium-rtc/atrium/sfu/inspect"
	"github.com/atrium-rtc/atrium/sfu/speaker"
	"github.com/atrium-rtc/atrium/signaling"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// media answers every offer, and remembers who is muted.
type media struct {
	mu    sync.Mutex
	muted map[string]room.MediaKind
	felt  map[string]room.TrackQuality // by who receives
}

func (m *media) Publish(_ context.Context, req room.MediaRequest) (room.Publication, error) {
	return &stream{m, req.User}, nil
}

// stream is a publication and a subscription.
type stream struct {
	media *media
	user  string
}

func (s *stream) Subscribe(_ context.Context, req room.MediaRequest) (room.Subscription, error) {
	return &stream{s.media, req.User}, nil
}
func (s *stream) Answer() string                            { return "answer" }
func (s *stream) AddICECandidate(room.ICECandidate) error   { return nil }
func (s *stream) SetPreferredLayers(room.Layers)            {}
func (s *stream) SetVideoPreference(room.VideoPreference)   {}
func (s *stream) Reported(room.ReceiverStatistics)          {}
func (s *stream) Speech(time.Time) (speaker.Snapshot, bool) { return speaker.Snapshot{}, false }
func (s *stream) Close()                                    {}
func (s *stream) Received() inspect.Subscription {
	return inspect.Subscription{Tracks: []inspect.Reception{{Kind: "video"}}}
}

func (s *stream) Published() inspect.Publication {
	return inspect.Publication{Tracks: []inspect.Track{{Kind: "video", Codec: "VP8"}}}
}

func (s *stream) Mute(kinds room.MediaKind) {
	s.media.mu.Lock()
	defer s.media.mu.Unlock()
	s.media.muted[s.user] = kinds
}

func (s *stream) Quality() []room.TrackQuality {
	s.media.mu.Lock()
	defer s.media.mu.Unlock()
	return []room.TrackQuality{s.media.felt[s.user]}
}

// stage is a handler on rooms with fake media.
type stage struct {
	t           *testing.T
	rooms       *room.Manager
	media       *media
	sampler     *Sampler
	handler     http.Handler
	log         bytes.Buffer
	token       string
	draining    bool
	ending      bool
	revocations *auth.Revocations
}

func newStage(t *testing.T) *stage {
	s := &stage{t: t, media: &media{muted: map[string]room.MediaKind{}, felt: map[string]room.TrackQuality{}}}
	s.revocations = auth.NewVerifier(auth.VerifierOptions{}).Revocations()
	s.rooms = room.NewManager(s.media, room.Options{MaxRooms: 1000})
	t.Cleanup(func() {
		if err := s.rooms.Close(context.Background()); err != nil {
			t.Error(err)
		}
	})
	s.sampler = NewSampler(Sources{
		Rooms: s.rooms.Stats, Sessions: func() signaling.Stats { return signaling.Stats{} }, Media: func() sfu.Stats { return sfu.Stats{} },
	})
	var err error
	s.handler, err = NewHandler(Options{
		Version: "v1", Revision: "abc", Started: time.Now(), Rooms: s.rooms, Sampler: s.sampler, Drain: s,
		Revoke:   func(r auth.Revocation, now time.Time) (int, error) { return s.revocations.Revoke(r, now) },
		Presence: func(room.ParticipantID) signaling.Presence { return signaling.PresenceConnected },
		Access:   func() auth.Admin { return auth.Admin{Token: s.token} },
		Logger:   slog.New(slog.NewTextHandler(&s.log, nil)),
	})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func (s *stage) Draining() bool { return s.draining }

func (s *stage) SetDraining(on bool) error {
	if s.ending {
		return errors.New("the server is ending")
	}
	s.draining = on
	return nil
}

func (s *stage) join(name string, users ...string) {
	s.t.Helper()
	for _, user := range users {
		req := room.JoinRequest{ID: room.ParticipantID("secret of " + user), User: user, Room: name, AutoCreate: true}
		if _, err := s.rooms.Join(s.t.Context(), req); err != nil {
			s.t.Fatal(err)
		}
	}
}

func (s *stage) publish(user, stream string) {
	s.t.Helper()
	req := room.PublishRequest{Stream: stream, Offer: "o"}
	if _, err := s.rooms.Publish(s.t.Context(), room.ParticipantID("secret of "+user), req); err != nil {
		s.t.Fatal(err)
	}
}

// call publishes the first and lets the others receive it.
func (s *stage) call(name string, users ...string) {
	s.t.Helper()
	s.join(name, users...)
	s.publish(users[0], room.DefaultStream)
	for _, user := range users[1:] {
		req := room.SubscribeRequest{Publisher: users[0], Offer: "o"}
		if _, err := s.rooms.Subscribe(s.t.Context(), room.ParticipantID("secret of "+user), req); err != nil {
			s.t.Fatal(err)
		}
	}
}

// request is one of a program on this machine, with header lines "Name: value".
func request(method, path, body string, header ...string) *http.Request {
	r := httptest.NewRequest(method, "http://localhost:8081/admin/api/"+path, strings.NewReader(body))
	r.RemoteAddr = "127.0.0.1:5"
	if method == http.MethodPost {
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
	return r
}

func (s *stage) do(r *http.Request) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	s.handler.ServeHTTP(w, r)
	return w
}

// get decodes an answer into v.
func (s *stage) get(path string, v any) {
	s.t.Helper()
	w := s.do(request(http.MethodGet, path, ""))
	if w.Code != http.StatusOK {
		s.t.Fatalf("%s: %d %s", path, w.Code, w.Body)
	}
	if err := json.Unmarshal(w.Body.Bytes(), v); err != nil {
		s.t.Fatalf("%s: %v in %s", path, err, w.Body)
	}
}

// post expects a status, and a sentence for a person unless it is 200.
func (s *stage) post(path, body string, want int, header ...string) {
	s.t.Helper()
	w := s.do(request(http.MethodPost, path, body, header...))
	if w.Code != want {
		s.t.Errorf("%s %s: %d %s, want %d", path, body, w.Code, w.Body, want)
	}
	if want != http.StatusOK {
		wantProblem(s.t, w)
	}
}

func wantProblem(t *testing.T, w *httptest.ResponseRecorder) {
	t.Helper()
	var told struct {
		Title, Detail string
		Status        int
	}
	err := json.Unmarshal(w.Body.Bytes(), &told)
	if kind := w.Header().Get("Content-Type"); err != nil || kind != "application/problem+json" ||
		told.Status != w.Code || told.Title == "" || !strings.HasSuffix(told.Detail, ".") {
		t.Errorf("%d with %s %s: no problem that a person could read", w.Code, kind, w.Body)
	}
}
