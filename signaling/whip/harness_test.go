package whip_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/atrium-rtc/atrium/room"
	"github.com/atrium-rtc/atrium/sfu/inspect"
	"github.com/atrium-rtc/atrium/sfu/speaker"
	"github.com/atrium-rtc/atrium/signaling/whip"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// offer is enough of one for the fake media: what follows the last "s=" says what
// becomes of it.
func offer(fate string) string {
	return "v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=" + fate + "\r\nt=0 0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\n" +
		"a=mid:0\r\na=ice-ufrag:client1\r\na=ice-pwd:0123456789012345678901\r\n"
}

const answer = "v=0\r\no=- 2 2 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\na=group:BUNDLE 0 1\r\na=ice-options:trickle\r\n" +
	"m=audio 9 UDP/TLS/RTP/SAVPF 111\r\nc=IN IP4 0.0.0.0\r\na=mid:0\r\na=ice-ufrag:UFRAG\r\na=ice-pwd:server-password-of-ice1\r\n" +
	"a=candidate:1 1 udp 2130706431 192.0.2.1 8082 typ host\r\na=end-of-candidates\r\na=sendrecv\r\n" +
	"m=video 9 UDP/TLS/RTP/SAVPF 96\r\na=mid:1\r\na=ice-ufrag:UFRAG\r\na=ice-pwd:server-password-of-ice1\r\n"

// media answers every offer at once, unless its session name says otherwise:
// "refuse" fails, "useless" is refused with a sentence, "hang" waits for the
// context.
type media struct {
	mu    sync.Mutex
	made  []*stream
	stiff bool // restarts no ICE
}

type stream struct {
	media *media
	req   room.MediaRequest

	closed     bool
	candidates []room.ICECandidate
	restarts   []room.ICECredentials
	layers     []room.Layers
	videos     []room.VideoPreference
}

func (m *media) Publish(ctx context.Context, req room.MediaRequest) (room.Publication, error) {
	s, err := m.connect(ctx, req)
	if err != nil {
		return nil, err
	}
	if m.stiff {
		return struct{ room.Publication }{s}, nil
	}
	return s, nil
}

func (m *media) connect(ctx context.Context, req room.MediaRequest) (*stream, error) {
	switch {
	case strings.Contains(req.Offer, "s=refuse"):
		return nil, errors.New("cannot answer")
	case strings.Contains(req.Offer, "s=useless"):
		return nil, &room.Error{Code: room.CodeSDP, Msg: "no codec in common"}
	case strings.Contains(req.Offer, "s=hang"):
		<-ctx.Done()
		return nil, context.Cause(ctx)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	s := &stream{media: m, req: req}
	m.made = append(m.made, s)
	return s, nil
}

// last returns the connection made last.
func (m *media) last() *stream {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.made[len(m.made)-1]
}

// with calls fn with the streams kept still.
func (s *stream) with(fn func()) {
	s.media.mu.Lock()
	defer s.media.mu.Unlock()
	fn()
}

func (s *stream) Answer() string                            { return strings.ReplaceAll(answer, "UFRAG", "first") }
func (s *stream) Mute(room.MediaKind)                       {}
func (s *stream) Speech(time.Time) (speaker.Snapshot, bool) { return speaker.Snapshot{}, false }
func (s *stream) Published() inspect.Publication            { return inspect.Publication{} }
func (s *stream) Received() inspect.Subscription            { return inspect.Subscription{} }
func (s *stream) Quality() []room.TrackQuality              { return nil }
func (s *stream) Reported(room.ReceiverStatistics)          {}
func (s *stream) Close()                                    { s.with(func() { s.closed = true }) }
func (s *stream) SetPreferredLayers(l room.Layers)          { s.with(func() { s.layers = append(s.layers, l) }) }

func (s *stream) SetVideoPreference(p room.VideoPreference) {
	s.with(func() { s.videos = append(s.videos, p) })
}

func (s *stream) AddICECandidate(c room.ICECandidate) error {
	s.with(func() { s.candidates = append(s.candidates, c) })
	return nil
}

func (s *stream) Subscribe(ctx context.Context, req room.MediaRequest) (room.Subscription, error) {
	made, err := s.media.connect(ctx, req)
	if err != nil {
		return nil, err
	}
	return made, nil
}

func (s *stream) RestartICE(_ context.Context, c room.ICECredentials) (string, error) {
	if c.Ufrag == "unusable" {
		return "", errors.New("cannot")
	}
	s.with(func() { s.restarts = append(s.restarts, c) })
	return strings.ReplaceAll(answer, "UFRAG", "second"), nil
}

// fixture is a server with rooms and fake media.
type fixture struct {
	t      *testing.T
	media  *media
	rooms  *room.Manager
	server *whip.Server
	site   *httptest.Server
}

type setup struct {
	whip.Options
	rooms room.Options
	media room.Media // instead of the fake
}

func start(t *testing.T, set ...func(*setup)) *fixture {
	t.Helper()
	f := &fixture{t: t, media: &media{}}
	s := setup{Options: whip.Options{AutoCreate: true}, media: f.media}
	for _, change := range set {
		change(&s)
	}
	f.rooms = room.NewManager(s.media, s.rooms)
	s.Manager = f.rooms
	f.server = whip.NewServer(s.Options)
	f.site = httptest.NewServer(f.server.Handler())
	t.Cleanup(func() {
		f.site.Close()
		if err := f.server.Close(context.Background()); err != nil {
			t.Error(err)
		}
		if n := f.rooms.Stats().Participants; n != 0 {
			t.Errorf("%d participants are left after Close", n)
		}
		if err := f.rooms.Close(context.Background()); err != nil {
			t.Error(err)
		}
		f.media.mu.Lock()
		defer f.media.mu.Unlock()
		for _, s := range f.media.made {
			if !s.closed {
				t.Errorf("a connection of %s is still open", s.req.User)
			}
		}
	})
	return f
}

// answered is a response with its body.
type answered struct {
	*http.Response
	body string
}

// send sends a request with headers given as name, value, name, value.
func (f *fixture) send(method, path, body string, header ...string) answered {
	f.t.Helper()
	req, err := http.NewRequestWithContext(f.t.Context(), method, f.site.URL+path, strings.NewReader(body))
	if err != nil {
		f.t.Fatal(err)
	}
	for i := 0; i < len(header); i += 2 {
		req.Header.Add(header[i], header[i+1])
	}
	resp, err := f.site.Client().Do(req)
	if err != nil {
		f.t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		f.t.Fatal(err)
	}
	return answered{resp, string(text)}
}

// post offers.
func (f *fixture) post(path, sdp string) answered {
	f.t.Helper()
	return f.send(http.MethodPost, path, sdp, "Content-Type", "application/sdp")
}

// patch sends a fragment.
func (f *fixture) patch(path, match, body string) answered {
	f.t.Helper()
	return f.send(http.MethodPatch, path, body, "Content-Type", "application/trickle-ice-sdpfrag", "If-Match", match)
}

// begun makes a session and returns its URL and ETag.
func (f *fixture) begun(path string) (url, tag string) {
	f.t.Helper()
	r := f.post(path, offer("-"))
	r.want(f.t, http.StatusCreated)
	return r.Header.Get("Location"), r.Header.Get("ETag")
}

func (a answered) want(t *testing.T, status int) {
	t.Helper()
	if a.StatusCode != status {
		t.Errorf("%s %s: %d %s, want %d", a.Request.Method, a.Request.URL.Path, a.StatusCode, a.body, status)
	}
	if status >= 400 && a.Header.Get("Content-Type") != "application/problem+json" {
		t.Errorf("%s %s: content type %q of a refusal", a.Request.Method, a.Request.URL.Path, a.Header.Get("Content-Type"))
	}
}

// eventually waits for what happens on goroutines of the server.
func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	deadline := time.After(10 * time.Second)
	look := time.NewTicker(5 * time.Millisecond)
	defer look.Stop()
	for !ok() {
		select {
		case <-look.C:
		case <-deadline:
			t.Fatalf("still not: %s", what)
		}
	}
}

func users(list []room.ParticipantInfo) []string {
	names := make([]string, 0, len(list))
	for _, p := range list {
		name := p.User
		if p.Publishing {
			name += "*"
		}
		names = append(names, name)
	}
	return names
}
