package signaling_test

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"github.com/atrium-rtc/atrium/room"
	"github.com/atrium-rtc/atrium/sfu/inspect"
	"github.com/atrium-rtc/atrium/sfu/speaker"
	"github.com/atrium-rtc/atrium/signaling"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// media answers every offer at once with "answer to <offer>", unless the offer
// says otherwise: "refuse" fails, "hang" waits for the context, "trickle" has a
// candidate and "simulcast" layers to report before the answer.
type media struct {
	mu         sync.Mutex
	candidates []room.ICECandidate
	observers  map[string]room.MediaObserver // by user
	most       map[string]int64              // bit/s by user
	layers     []room.Layers
	videos     []room.VideoPreference
	reported   []room.ReceiverStatistics
	quality    []room.TrackQuality
	restarts   []room.ICECredentials
	speech     speaker.Snapshot
	closed     int
}

func (m *media) answer(ctx context.Context, req room.MediaRequest) (*stream, error) {
	switch {
	case strings.HasPrefix(req.Offer, "refuse"):
		return nil, errors.New("cannot answer")
	case strings.HasPrefix(req.Offer, "code306"):
		return nil, &room.Error{Code: room.CodeNotWebEndpoint, Msg: "not a web endpoint"}
	case strings.HasPrefix(req.Offer, "hang"):
		<-ctx.Done()
		return nil, context.Cause(ctx)
	}
	m.mu.Lock()
	if m.observers == nil {
		m.observers, m.most = make(map[string]room.MediaObserver), make(map[string]int64)
	}
	m.observers[req.User] = req.Observer
	m.most[req.User] = req.MaxBitrate
	m.mu.Unlock()
	if strings.HasPrefix(req.Offer, "trickle") {
		req.Observer.ICECandidate(room.ICECandidate{Candidate: "candidate:early", SDPMid: "0"})
	}
	if strings.HasPrefix(req.Offer, "simulcast") {
		req.Observer.SubscribedLayers([]room.SubscribedLayer{{RID: "h"}, {RID: "l", Active: true}})
	}
	sdp := "answer to " + req.Offer
	if req.Loopback && req.Offer == "o" {
		sdp += " with loopback"
	}
	return &stream{m, sdp}, nil
}

func (m *media) observer(user string) room.MediaObserver {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.observers[user]
}

func (m *media) mostOf(user string) int64 {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.most[user]
}

func (m *media) got() []room.ICECandidate {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.candidates
}

func (m *media) preferred() []room.Layers {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.layers
}

func (m *media) Publish(ctx context.Context, req room.MediaRequest) (room.Publication, error) {
	return m.answer(ctx, req)
}

// stream is a publication and a subscription.
type stream struct {
	media *media
	sdp   string
}

func (s *stream) Answer() string                 { return s.sdp }
func (s *stream) Mute(room.MediaKind)            {}
func (s *stream) Published() inspect.Publication { return inspect.Publication{} }
func (s *stream) Received() inspect.Subscription { return inspect.Subscription{} }

func (s *stream) SetPreferredLayers(l room.Layers) {
	s.media.mu.Lock()
	defer s.media.mu.Unlock()
	s.media.layers = append(s.media.layers, l)
}

func (s *stream) SetVideoPreference(p room.VideoPreference) {
	s.media.mu.Lock()
	defer s.media.mu.Unlock()
	s.media.videos = append(s.media.videos, p)
}

func (s *stream) Quality() []room.TrackQuality {
	s.media.mu.Lock()
	defer s.media.mu.Unlock()
	return s.media.quality
}

func (s *stream) Reported(r room.ReceiverStatistics) {
	s.media.mu.Lock()
	defer s.media.mu.Unlock()
	s.media.reported = append(s.media.reported, r)
}

func (s *stream) Speech(now time.Time) (speaker.Snapshot, bool) {
	s.media.mu.Lock()
	defer s.media.mu.Unlock()
	heard := s.media.speech
	heard.Heard = now
	return heard, heard.Speaking
}

func (s *stream) AddICECandidate(c room.ICECandidate) error {
	s.media.mu.Lock()
	defer s.media.mu.Unlock()
	s.media.candidates = append(s.media.candidates, c)
	return nil
}

func (s *stream) Subscribe(ctx context.Context, req room.MediaRequest) (room.Subscription, error) {
	return s.media.answer(ctx, req)
}

// RestartICE refuses to without credentials.
func (s *stream) RestartICE(_ context.Context, c room.ICECredentials) (string, error) {
	if c.Ufrag == "" {
		return "", errors.New("no credentials")
	}
	s.media.mu.Lock()
	defer s.media.mu.Unlock()
	s.media.restarts = append(s.media.restarts, c)
	return s.sdp + " with ICE for " + c.Ufrag, nil
}

func (s *stream) Close() {
	s.media.mu.Lock()
	defer s.media.mu.Unlock()
	s.media.closed++
}

// fixture is a server with rooms and fake media.
type fixture struct {
	t       *testing.T
	media   *media
	manager *room.Manager
	server  *signaling.Server
	http    *httptest.Server // nil in a synctest bubble
	pipes   *pipes           // nil outside
}

type setup struct {
	signaling.Options
	rooms room.Options
	first room.EventHandler // hears of everything before the server does
	real  room.Media        // instead of the fake media
}

// start serves on a loopback port.
func start(t *testing.T, set ...func(*setup)) *fixture {
	f := newFixture(t, set...)
	f.http = httptest.NewServer(f.server.Handler())
	t.Cleanup(func() {
		f.stop()
		f.http.Close()
	})
	return f
}

// inBubble runs a test in fake time, with pipes for connections.
func inBubble(t *testing.T, test func(t *testing.T, f *fixture), set ...func(*setup)) {
	synctest.Test(t, func(t *testing.T) {
		f := newFixture(t, set...)
		f.pipes = &pipes{conns: make(chan net.Conn), done: make(chan struct{})}
		server := &http.Server{Handler: f.server.Handler()}
		go func() { _ = server.Serve(f.pipes) }()
		defer func() {
			f.stop()
			_ = server.Close()
		}()
		test(t, f)
	})
}

func newFixture(t *testing.T, set ...func(*setup)) *fixture {
	s := setup{Options: signaling.Options{AutoCreate: true}}
	for _, change := range set {
		change(&s)
	}
	f := &fixture{t: t, media: &media{}}
	if s.real == nil {
		s.real = f.media
	}
	f.manager = room.NewManager(s.real, s.rooms)
	if s.first != nil {
		f.manager.Handle(s.first)
	}
	s.Manager = f.manager
	f.server = signaling.NewServer(s.Options)
	return f
}

func (f *fixture) stop() {
	if err := f.server.Close(context.Background()); err != nil {
		f.t.Errorf("close server: %v", err)
	}
	if err := f.manager.Close(context.Background()); err != nil {
		f.t.Errorf("close rooms: %v", err)
	}
}

// dial opens a connection that has not said anything.
func (f *fixture) dial() net.Conn {
	f.t.Helper()
	var conn net.Conn
	var err error
	if f.pipes != nil {
		conn, err = f.pipes.dial()
	} else {
		conn, err = net.Dial("tcp", f.http.Listener.Addr().String())
	}
	if err != nil {
		f.t.Fatal(err)
	}
	f.t.Cleanup(func() { _ = conn.Close() })
	return conn
}

// connect opens a websocket.
func (f *fixture) connect() *client {
	f.t.Helper()
	c := f.deaf()
	c.pump()
	return c
}

// deaf opens a websocket whose client reads nothing.
func (f *fixture) deaf() *client {
	f.t.Helper()
	c, status, err := handshake(f.t, f.dial(), "localhost")
	if err != nil {
		f.t.Fatalf("status %d: %v", status, err)
	}
	if f.pipes != nil {
		c.patience = fakePatience
	}
	return c
}

// tryConnect returns the status of a handshake with more headers.
func (f *fixture) tryConnect(header ...string) int {
	f.t.Helper()
	c, status, err := handshake(f.t, f.dial(), "localhost", header...)
	if err == nil {
		_ = c.conn.Close()
	} else if !errors.Is(err, errHTTP) {
		f.t.Fatal(err)
	}
	return status
}

// member connects and joins room "r".
func (f *fixture) member(user, others string) *client {
	f.t.Helper()
	c := f.connect()
	c.join("r", user, others)
	return c
}

// say has a member of room "r" send a chat message through the application, which is
// not paced as its own requests are.
func (f *fixture) say(c *client, user, text string) {
	f.t.Helper()
	if err := f.manager.SendMessage(f.t.Context(), room.ParticipantID(c.session), room.Message{User: user, Room: "r", Text: text}); err != nil {
		f.t.Fatal(err)
	}
}

// pipes is a listener in memory. Its connections have no buffers and follow
// fake time.
type pipes struct {
	wrap  func(near net.Conn) net.Conn // nil for none
	conns chan net.Conn
	done  chan struct{}
	once  sync.Once
}

func (p *pipes) dial() (net.Conn, error) {
	near, far := net.Pipe()
	if p.wrap != nil {
		near = p.wrap(near)
	}
	select {
	case p.conns <- addressed{near}:
		return far, nil
	case <-p.done:
		return nil, net.ErrClosed
	}
}

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case c := <-p.conns:
		return c, nil
	case <-p.done:
		return nil, net.ErrClosed
	}
}

func (p *pipes) Close() error {
	p.once.Do(func() { close(p.done) })
	return nil
}

func (p *pipes) Addr() net.Addr { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)} }

type addressed struct{ net.Conn }

func (addressed) RemoteAddr() net.Addr { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 1} }
