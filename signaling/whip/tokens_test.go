package whip_test

import (
	"bytes"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/atrium-rtc/atrium/internal/admission"
	"github.com/atrium-rtc/atrium/internal/auth"
	"github.com/atrium-rtc/atrium/signaling/whip"
)

// issuer makes tokens, and a Control that accepts them.
type issuer struct {
	t   *testing.T
	key auth.Key
}

func newIssuer(t *testing.T) issuer {
	t.Helper()
	key, err := auth.NewSecretKey("", []byte("a secret of thirty-two octets, or of more"))
	if err != nil {
		t.Fatal(err)
	}
	return issuer{t, key}
}

func (i issuer) control(places ...admission.Place) *admission.Control {
	set, err := auth.NewKeySet(i.key)
	if err != nil {
		i.t.Fatal(err)
	}
	return admission.New(admission.Options{Tokens: &auth.VerifierOptions{Keys: func() *auth.KeySet { return set }}, Places: places})
}

func (i issuer) token(user string, change ...func(*auth.Claims)) string {
	i.t.Helper()
	now := time.Now()
	c := auth.Claims{ID: user, Subject: user, Issued: now, Expires: now.Add(time.Hour), Access: auth.Access{Room: "r", Role: "participant"}}
	for _, f := range change {
		f(&c)
	}
	text, err := auth.Sign(c, i.key)
	if err != nil {
		i.t.Fatal(err)
	}
	return text
}

// bearing sends a request with a token.
func (f *fixture) bearing(token, method, path, body string, header ...string) answered {
	f.t.Helper()
	return f.send(method, path, body, append(header, "Content-Type", "application/sdp", "Authorization", "Bearer "+token)...)
}

func TestSessionsNeedATokenForTheirRoomAndName(t *testing.T) {
	i := newIssuer(t)
	var logs syncBuffer
	logger := slog.New(slog.NewTextHandler(&logs, &slog.HandlerOptions{Level: slog.LevelDebug}))
	f := start(t, func(s *setup) { s.Admission, s.Logger, s.rooms.Logger = i.control(), logger, logger })
	cam := i.token("cam")
	camera := f.bearing(cam, http.MethodPost, "/whip/r?user=cam", offer("-"))
	camera.want(t, http.StatusCreated)
	f.bearing(i.token("eve"), http.MethodPost, "/whep/r?publisher=cam", offer("-")).want(t, http.StatusCreated)
	if list, err := f.rooms.Participants("r"); err != nil || strings.Join(users(list), " ") != "cam* eve" {
		t.Errorf("inside: %v, %v", users(list), err)
	}
	expired := i.token("cam", func(c *auth.Claims) { c.Issued, c.Expires = c.Issued.Add(-time.Hour), c.Issued.Add(-time.Minute) })
	bodies := map[string]bool{}
	for _, tt := range []struct{ token, path string }{
		{"", "/whip/r?user=cam"},
		{"nonsense", "/whip/r?user=x"},
		{cam, "/whip/other?user=cam"},
		{cam, "/whip/r?user=bob"},
		{expired, "/whip/r?user=cam"},
		{"", "/whep/r"},
		{cam, "/whep/none?publisher=nobody"},
		{"", "/whip/r?user=cam&token=" + cam},
		{"", "/whip/r?user=" + cam},
	} {
		r := f.bearing(tt.token, http.MethodPost, tt.path, offer("-"))
		r.want(t, http.StatusUnauthorized)
		bodies[r.body] = true
		if r.Header.Get("WWW-Authenticate") == "" {
			t.Errorf("%s: no WWW-Authenticate", tt.path)
		}
	}
	if len(bodies) != 1 {
		t.Errorf("refusals differ: %v", bodies)
	}
	url := camera.Header.Get("Location")
	f.bearing("", http.MethodDelete, url, "").want(t, http.StatusUnauthorized)
	f.bearing(i.token("eve"), http.MethodDelete, url, "").want(t, http.StatusUnauthorized)
	f.bearing(i.token("cam", func(c *auth.Claims) { c.ID = "a newer one" }), http.MethodDelete, url, "").want(t, http.StatusOK)
	for _, token := range []string{cam, expired} {
		for _, part := range strings.Split(token, ".") {
			if strings.Contains(logs.String(), part) {
				t.Errorf("a part of a token is in the log:\n%s", logs.String())
			}
		}
	}
	if !strings.Contains(logs.String(), "reason.reason=wrong_room") {
		t.Errorf("no reason is in the log:\n%s", logs.String())
	}
}

func TestATokenSaysWhetherOnePublishesOrPlays(t *testing.T) {
	i := newIssuer(t)
	f := start(t, func(s *setup) { s.Admission = i.control() })
	grants := func(words ...string) func(*auth.Claims) {
		return func(c *auth.Claims) { c.Access.Role, c.Access.Grants = "", words }
	}
	f.bearing(i.token("cam", grants("join", "subscribe")), http.MethodPost, "/whip/r?user=cam", offer("-")).want(t, http.StatusForbidden)
	f.bearing(i.token("cam", grants("join", "publish:audio")), http.MethodPost, "/whep/r?publisher=x", offer("-")).want(t, http.StatusForbidden)
	if n := f.rooms.Stats().Joins; n != 0 {
		t.Errorf("%d came in", n)
	}
	// The offer has sound alone.
	f.bearing(i.token("pic", grants("join", "publish:video")), http.MethodPost, "/whip/r?user=pic", offer("-")).want(t, http.StatusForbidden)
	f.bearing(i.token("mic", grants("join", "publish:audio")), http.MethodPost, "/whip/r?user=mic", offer("-")).want(t, http.StatusCreated)
}

// An hour's token of an encoder that runs for two does not keep it from ending.
func TestASessionGoesOnWithTheTokenItBeganWith(t *testing.T) {
	i := newIssuer(t)
	f := start(t, func(s *setup) { s.Admission = i.control() })
	short := i.token("cam", func(c *auth.Claims) { c.Issued = c.Issued.Add(-time.Minute); c.Expires = c.Issued.Add(time.Minute) }) // within the leeway
	camera := f.bearing(short, http.MethodPost, "/whip/r?user=cam", offer("-"))
	camera.want(t, http.StatusCreated)
	f.send(http.MethodPatch, camera.Header.Get("Location"), trickled, "Authorization", "Bearer "+short,
		"Content-Type", "application/trickle-ice-sdpfrag", "If-Match", camera.Header.Get("ETag")).want(t, http.StatusNoContent)
}

func TestATokenInTheQueryIsForThoseWhoSaySo(t *testing.T) {
	i := newIssuer(t)
	f := start(t, func(s *setup) { s.Admission = i.control(admission.InQuery) })
	f.post("/whip/r?user=cam&token="+i.token("cam"), offer("-")).want(t, http.StatusCreated)
	f.bearing(i.token("eve"), http.MethodPost, "/whip/r?user=eve", offer("-")).want(t, http.StatusUnauthorized)
}

func TestARevokedTokenEndsItsSession(t *testing.T) {
	i := newIssuer(t)
	c := i.control()
	f := start(t, func(s *setup) { s.Admission = c })
	token := i.token("cam")
	camera := f.bearing(token, http.MethodPost, "/whip/r?user=cam", offer("-"))
	camera.want(t, http.StatusCreated)
	if ended, err := c.Revoke(auth.Revocation{Token: "cam"}, time.Now()); ended != 1 || err != nil {
		t.Errorf("%d ended, %v", ended, err)
	}
	eventually(t, "the participant has left", func() bool { return f.rooms.Stats().Participants == 0 })
	f.bearing(token, http.MethodDelete, camera.Header.Get("Location"), "").want(t, http.StatusNotFound)
	f.bearing(token, http.MethodPost, "/whip/r?user=cam", offer("-")).want(t, http.StatusUnauthorized)
}

func TestARevokedTokenEndsItsPlayer(t *testing.T) {
	i := newIssuer(t)
	c := i.control()
	f := start(t, func(s *setup) { s.Admission = c })
	f.bearing(i.token("cam"), http.MethodPost, "/whip/r?user=cam", offer("-")).want(t, http.StatusCreated)
	player := f.bearing(i.token("eve"), http.MethodPost, "/whep/r?publisher=cam", offer("-"))
	player.want(t, http.StatusCreated)
	if ended, err := c.Revoke(auth.Revocation{Token: "eve"}, time.Now()); ended != 1 || err != nil {
		t.Errorf("%d ended, %v", ended, err)
	}
	eventually(t, "the player alone has left", func() bool { return f.rooms.Stats().Participants == 1 })
	r := f.send(http.MethodPost, player.Header.Get("Location")+"/layer", "{}", "Content-Type", "application/json", "Authorization", "Bearer "+i.token("eve"))
	r.want(t, http.StatusNotFound)
	f.bearing(i.token("eve"), http.MethodGet, player.Header.Get("Location"), "").want(t, http.StatusNotFound)
	if n := f.server.Stats().Sessions; n["whip"] != 1 || n["whep"] != 0 {
		t.Errorf("sessions: %v", n)
	}
}

// What begins while its token is revoked does not stay.
func TestATokenThatIsRevokedDuringTheOffer(t *testing.T) {
	i := newIssuer(t)
	c := i.control()
	f := start(t, func(s *setup) {
		s.Admission = c
		s.Authorize = func(*http.Request, whip.Ask) error { // after the token was looked at
			_, err := c.Revoke(auth.Revocation{Token: "cam"}, time.Now())
			return err
		}
	})
	f.bearing(i.token("cam"), http.MethodPost, "/whip/r?user=cam", offer("-")).want(t, http.StatusUnauthorized)
	if _, err := f.rooms.Participants("r"); err == nil {
		t.Error("there is a room")
	}
	if n := f.server.Stats().Sessions["whip"]; n != 0 {
		t.Errorf("%d sessions", n)
	}
}

// syncBuffer collects log lines of several goroutines.
type syncBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *syncBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *syncBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}
