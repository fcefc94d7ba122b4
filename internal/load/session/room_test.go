package session_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"github.com/atrium-rtc/atrium/internal/load/session"
	"github.com/atrium-rtc/atrium/room"
	"github.com/atrium-rtc/atrium/sfu/inspect"
	"github.com/atrium-rtc/atrium/sfu/speaker"
	"github.com/atrium-rtc/atrium/signaling"
	"github.com/atrium-rtc/atrium/signaling/rpc"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// patience is against a broken test, not a measure.
const patience = time.Minute

// media answers every offer with "answer to <offer>" and one candidate, but
// "refuse" not at all.
type media struct {
	mu        sync.Mutex
	observers map[string]room.MediaObserver // by user
	layers    []room.Layers
}

type stream struct {
	*media
	offer string
}

func (m *media) Publish(_ context.Context, req room.MediaRequest) (room.Publication, error) {
	return m.answer(req)
}

func (m *media) answer(req room.MediaRequest) (*stream, error) {
	if req.Offer == "refuse" {
		return nil, errors.New("no common codec")
	}
	m.mu.Lock()
	m.observers[req.User] = req.Observer
	m.mu.Unlock()
	req.Observer.ICECandidate(room.ICECandidate{Candidate: "candidate:" + req.Offer, SDPMid: "0"})
	return &stream{m, req.Offer}, nil
}

func (m *media) observer(user string) room.MediaObserver {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.observers[user]
}

func (m *media) preferred() []room.Layers {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.layers
}

func (s *stream) Answer() string                          { return "answer to " + s.offer }
func (s *stream) AddICECandidate(room.ICECandidate) error { return nil }
func (s *stream) Mute(room.MediaKind)                     {}
func (s *stream) Close()                                  {}

func (s *stream) Speech(time.Time) (speaker.Snapshot, bool) { return speaker.Snapshot{}, false }
func (s *stream) SetVideoPreference(room.VideoPreference)   {}
func (s *stream) Quality() []room.TrackQuality              { return nil }
func (s *stream) Published() inspect.Publication            { return inspect.Publication{} }
func (s *stream) Received() inspect.Subscription            { return inspect.Subscription{} }
func (s *stream) Reported(room.ReceiverStatistics)          {}

func (s *stream) SetPreferredLayers(l room.Layers) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.layers = append(s.layers, l)
}

func (s *stream) Subscribe(_ context.Context, req room.MediaRequest) (room.Subscription, error) {
	return s.answer(req)
}

// house is a server with rooms, fake media, and sessions towards it.
type house struct {
	t      *testing.T
	media  *media
	rooms  *room.Manager
	server *signaling.Server
	url    string
	dialer *session.Dialer
	gone   func() // closes the server
}

func open(t *testing.T, o signaling.Options) *house {
	h := &house{t: t, media: &media{observers: make(map[string]room.MediaObserver)}}
	h.rooms = room.NewManager(h.media, room.Options{})
	o.Manager, o.AutoCreate = h.rooms, true
	h.server = signaling.NewServer(o)
	site := httptest.NewServer(h.server.Handler())
	h.url = "ws" + strings.TrimPrefix(site.URL, "http") + "/room"
	h.dialer = session.NewDialer(session.Options{})
	h.gone = sync.OnceFunc(func() {
		if err := errors.Join(h.server.Close(context.Background()), h.rooms.Close(context.Background())); err != nil {
			t.Errorf("close: %v", err)
		}
		site.Close()
	})
	t.Cleanup(h.gone)
	return h
}

// member joins room "r" and expects these others there.
func (h *house) member(user string, others ...session.Peer) (*session.Room, *ear) {
	h.t.Helper()
	e := newEar(h.t)
	r := h.dialer.Room(h.url, session.Member{Room: "r", User: user, Handler: e})
	h.t.Cleanup(r.Close)
	got, err := r.Join(h.t.Context())
	if err != nil {
		h.t.Fatalf("%s joins: %v", user, err)
	}
	if diff := cmp.Diff(append([]session.Peer{}, others...), got); diff != "" {
		h.t.Errorf("%s sees: %s", user, diff)
	}
	return r, e
}

// ear is a Handler that notes what it hears.
type ear struct {
	t     *testing.T
	heard chan string
}

func newEar(t *testing.T) *ear { return &ear{t, make(chan string, 100)} }

func (e *ear) Published(user string)       { e.heard <- "published " + user }
func (e *ear) Unpublished(user string)     { e.heard <- "unpublished " + user }
func (e *ear) Left(user string)            { e.heard <- "left " + user }
func (e *ear) Candidate(user, text string) { e.heard <- "candidate of " + user + " " + text }
func (e *ear) Offered(o session.Offer)     { e.heard <- fmt.Sprintf("offer %d of %v", o.Number, o.MIDs) }
func (e *ear) MediaError(text string)      { e.heard <- "media error " + text }
func (e *ear) Closed(err error)            { e.heard <- "closed " + session.Reason(err) }

func (e *ear) hears(want ...string) {
	e.t.Helper()
	for _, w := range want {
		select {
		case got := <-e.heard:
			if got != w {
				e.t.Fatalf("heard %q, want %q", got, w)
			}
		case <-time.After(patience):
			e.t.Fatalf("never heard %q", w)
		}
	}
}

// heardNothing is asked when nothing more can come.
func (e *ear) heardNothing() {
	e.t.Helper()
	if len(e.heard) > 0 {
		e.t.Errorf("heard %q", <-e.heard)
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestParticipantsPublishAndSubscribe(t *testing.T) {
	h := open(t, signaling.Options{})
	ann, annHears := h.member("ann")
	answer, err := ann.Publish(t.Context(), "a")
	if err != nil || answer != "answer to a" {
		t.Fatalf("got %q %v", answer, err)
	}
	annHears.hears("candidate of ann candidate:a")

	bob, bobHears := h.member("bob", session.Peer{User: "ann", Publishing: true})
	answer, err = bob.Subscribe(t.Context(), "ann", "b")
	if err != nil || answer != "answer to b" {
		t.Fatalf("got %q %v", answer, err)
	}
	bobHears.hears("candidate of ann candidate:b")
	must(t, bob.Unsubscribe(t.Context(), "ann"))
	if _, err := bob.Publish(t.Context(), "c"); err != nil {
		t.Fatal(err)
	}
	bobHears.hears("candidate of bob candidate:c")
	must(t, bob.Unpublish(t.Context()))
	must(t, bob.Leave(t.Context()))
	annHears.hears("published bob", "unpublished bob", "left bob")

	<-bob.Done()
	if err := bob.Err(); err != nil {
		t.Errorf("bob ended with %v", err)
	}
	bobHears.heardNothing()
	must(t, ann.Leave(t.Context()))
	annHears.heardNothing()
}

func TestJoinerSeesWhoPublishesAndWhoDoesNot(t *testing.T) {
	h := open(t, signaling.Options{})
	ann, _ := h.member("ann_with_underscore")
	if _, err := ann.Publish(t.Context(), "a"); err != nil {
		t.Fatal(err)
	}
	silent := session.Peer{User: "ann_with_underscore", Publishing: true}
	h.member("bob", silent)
	cy, _ := h.member("cy", silent, session.Peer{User: "bob"})
	if _, err := cy.Subscribe(t.Context(), "ann_with_underscore", "c"); err != nil {
		t.Error(err)
	}
}

func TestRefusalsAreCountableErrors(t *testing.T) {
	h := open(t, signaling.Options{})
	ann, annHears := h.member("ann")
	twin := h.dialer.Room(h.url, session.Member{Room: "r", User: "ann", Handler: annHears})
	_, err := twin.Join(t.Context())
	if got := session.Reason(err); got != "joinRoom: 104 existing user in room" {
		t.Errorf("the same name: %q", got)
	}
	if want := "joinRoom: json-rpc 104: User 'ann' already exists in room 'r'"; err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
	<-twin.Done()
	h.member("bob", session.Peer{User: "ann"})
	for want, request := range map[string]func() error{
		"publishVideo: 302 media sdp error":        func() error { _, err := ann.Publish(t.Context(), "refuse"); return err },
		"unpublishVideo: 105 user not streaming":   func() error { return ann.Unpublish(t.Context()) },
		"receiveVideoFrom: 102 user not found":     func() error { _, err := ann.Subscribe(t.Context(), "nobody", "o"); return err },
		"receiveVideoFrom: 105 user not streaming": func() error { _, err := ann.Subscribe(t.Context(), "bob", "o"); return err },
		"unsubscribeFromVideo: 102 user not found": func() error { return ann.Unsubscribe(t.Context(), "nobody") },
		"setPreferredLayers: 102 user not found":   func() error { return ann.RequestLayer(t.Context(), "nobody", session.Layer{}) },
	} {
		if got := session.Reason(request()); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	if _, err := ann.Join(t.Context()); err == nil {
		t.Error("joined twice")
	}
	if err := ann.Unpublish(t.Context()); session.Reason(err) != "unpublishVideo: 105 user not streaming" {
		t.Errorf("after a second Join: %v", err)
	}
}

func TestServerEndsTheSession(t *testing.T) {
	for name, tc := range map[string]struct {
		end    func(*house) error
		reason string
		heard  []string
		err    error
	}{
		"evicted": {
			end: func(h *house) error {
				who, err := h.rooms.Participants("r")
				return errors.Join(err, h.rooms.Evict(t.Context(), who[0].ID))
			},
			heard: []string{"closed evicted from the room"}, err: session.ErrEvicted,
		},
		"room closed": {
			end:   func(h *house) error { _, err := h.rooms.CloseRoom(t.Context(), "r"); return err },
			heard: []string{"closed the room was closed"}, err: session.ErrRoomClosed,
		},
		"shut down": {
			end:   func(h *house) error { h.gone(); return nil },
			heard: []string{"closed websocket closed by the server with 1001"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			h := open(t, signaling.Options{})
			ann, hears := h.member("ann")
			_ = ann.Unpublish(t.Context()) // the server has sent all that belongs to the join
			must(t, tc.end(h))
			hears.hears(tc.heard...)
			<-ann.Done()
			if err := ann.Err(); err == nil || tc.err != nil && !errors.Is(err, tc.err) {
				t.Errorf("ended with %v", err)
			}
			if _, err := ann.Publish(t.Context(), "o"); err == nil {
				t.Error("published after the end")
			}
			hears.heardNothing()
		})
	}
}

func TestLostMediaIsReported(t *testing.T) {
	h := open(t, signaling.Options{})
	ann, hears := h.member("ann")
	if _, err := ann.Publish(t.Context(), "a"); err != nil {
		t.Fatal(err)
	}
	h.media.observer("ann").Failed("ICE failed")
	hears.hears("candidate of ann candidate:a")
	select {
	case got := <-hears.heard:
		if !strings.HasPrefix(got, "media error ") || !strings.Contains(got, "ICE failed") {
			t.Errorf("heard %q", got)
		}
	case <-time.After(patience):
		t.Error("heard nothing")
	}
}

func TestStoppedReaderIsCutOffByTheServer(t *testing.T) {
	h := open(t, signaling.Options{Socket: rpc.Config{QueueLimit: 256 << 10, PeerTimeout: time.Hour}})
	ann, _ := h.member("ann")
	ann.SlowReader(0)
	heard := make(chan struct{}, 1)
	bob, err := rpc.Dial(t.Context(), h.url, rpc.DialOptions{Notify: func(method string, _ json.RawMessage) {
		if method == "sendMessage" {
			heard <- struct{}{}
		}
	}})
	must(t, err)
	defer func() { bob.Close(rpc.CloseNormal, ""); <-bob.Done() }()
	var joined struct{ SessionID room.ParticipantID }
	must(t, bob.Call(t.Context(), "joinRoom", map[string]any{"user": "bob", "room": "r"}, &joined))
	must(t, bob.Call(t.Context(), "publishVideo", map[string]any{"sdpOffer": "o", "doLoopback": false}, nil))
	chat := room.Message{User: "bob", Room: "r", Text: strings.Repeat("x", 60<<10)}
	for h.server.Stats().SlowConsumers == 0 { // by the application: what clients say is paced
		must(t, h.rooms.SendMessage(t.Context(), joined.SessionID, chat))
		<-heard // or a bob who is behind would be the one to be cut off
	}
	// What the server's kernel has queued by now would take a minute through the small buffer of a slow reader.
	ann.Close()
	if got := h.server.Stats().SlowConsumers; got != 1 {
		t.Errorf("%d were cut off, want the one who does not read", got)
	}
}

func TestVanishedParticipantIsFoundByTheServerAlone(t *testing.T) {
	h := open(t, signaling.Options{
		ReconnectGrace: time.Millisecond,
		Socket:         rpc.Config{PingInterval: 20 * time.Millisecond, PeerTimeout: 100 * time.Millisecond},
	})
	_, bobHears := h.member("bob")
	ann, annHears := h.member("ann", session.Peer{User: "bob"})
	ann.Vanish()
	bobHears.hears("left ann")
	select {
	case <-ann.Done():
		t.Error("over before Close")
	default:
	}
	ann.Close()
	<-ann.Done()
	if err := ann.Err(); err != nil {
		t.Errorf("ended with %v", err)
	}
	annHears.heardNothing()
}

func TestCloseEndsTheSessionAtOnce(t *testing.T) {
	h := open(t, signaling.Options{ReconnectGrace: time.Hour})
	_, bobHears := h.member("bob")
	ann, annHears := h.member("ann", session.Peer{User: "bob"})
	ann.Close()
	ann.Close()
	bobHears.hears("left ann") // without the grace of a broken socket
	annHears.heardNothing()
	if err := ann.Leave(t.Context()); err == nil {
		t.Error("left after Close")
	}
}
