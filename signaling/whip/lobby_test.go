package whip_test

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"github.com/atrium-rtc/atrium/internal/auth"
	"github.com/atrium-rtc/atrium/room"
)

// withLobby makes the room r with a lobby, and a moderator in it who publishes.
func withLobby(f *fixture) room.Moderator {
	f.t.Helper()
	grants := room.DefaultGrants()
	grants.Permissions |= room.MayModerate
	join := room.JoinRequest{ID: "chair", User: "chair", Room: "r", AutoCreate: true, Grants: &grants}
	if _, err := f.rooms.Join(f.t.Context(), join); err != nil {
		f.t.Fatal(err)
	}
	f.t.Cleanup(func() { _, _ = f.rooms.Leave(context.Background(), "chair") })
	if _, err := f.rooms.Publish(f.t.Context(), "chair", room.PublishRequest{Offer: offer("-")}); err != nil {
		f.t.Fatal(err)
	}
	chair := f.rooms.ModerateAs("chair")
	if _, err := chair.Change(f.t.Context(), func(s *room.Settings) { s.Lobby = true }); err != nil {
		f.t.Fatal(err)
	}
	return chair
}

func waiting(t *testing.T, chair room.Moderator) string {
	t.Helper()
	list, err := chair.Waiting(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	names := make([]string, 0, len(list))
	for _, w := range list {
		names = append(names, w.User)
	}
	return strings.Join(names, " ")
}

func TestWhoAsksAgainIsLetInAfterTheLobby(t *testing.T) {
	for _, path := range []string{"/whip/r?user=eve", "/whep/r?publisher=chair"} {
		i := newIssuer(t)
		f := start(t, func(s *setup) { s.Admission = i.control() })
		chair := withLobby(f)
		token := i.token("eve")
		for range 3 { // the place in the lobby is the same
			r := f.bearing(token, http.MethodPost, path, offer("-"))
			r.want(t, http.StatusServiceUnavailable)
			if r.Header.Get("Retry-After") != "5" || !strings.Contains(r.body, "lobby") {
				t.Errorf("%v %s", r.Header, r.body)
			}
			if got := waiting(t, chair); got != "eve" {
				t.Errorf("waiting: %q", got)
			}
		}
		if n := f.server.Stats().Sessions; n["whip"]+n["whep"] != 0 {
			t.Errorf("sessions of who waits: %v", n)
		}
		if err := chair.Admit(t.Context(), "eve"); err != nil {
			t.Fatal(err)
		}
		// Another token of the same identity will do.
		r := f.bearing(i.token("eve", func(c *auth.Claims) { c.ID = "newer" }), http.MethodPost, path, offer("-"))
		r.want(t, http.StatusCreated)
		f.bearing(token, http.MethodDelete, r.Header.Get("Location"), "").want(t, http.StatusOK)
	}
}

func TestWhoIsDeniedIsToldOnce(t *testing.T) {
	i := newIssuer(t)
	f := start(t, func(s *setup) { s.Admission = i.control() })
	chair := withLobby(f)
	ask := func() answered { return f.bearing(i.token("eve"), http.MethodPost, "/whip/r?user=eve", offer("-")) }
	ask().want(t, http.StatusServiceUnavailable)
	if err := chair.Deny(t.Context(), "eve", "not today"); err != nil {
		t.Fatal(err)
	}
	eventually(t, "told", func() bool { // the news come on the room's goroutine
		r := ask()
		return r.StatusCode == http.StatusForbidden && strings.Contains(r.body, "not today")
	})
	ask().want(t, http.StatusServiceUnavailable)
}

// Without a token anybody can come with the name.
func TestWhoIsNotKnownDoesNotWait(t *testing.T) {
	f := start(t)
	chair := withLobby(f)
	for _, path := range []string{"/whip/r?user=eve", "/whep/r?publisher=chair&user=eve"} {
		r := f.post(path, offer("-"))
		r.want(t, http.StatusForbidden)
		if got := waiting(t, chair); got != "" {
			t.Errorf("waiting: %q", got)
		}
	}
	if _, err := chair.Change(t.Context(), func(s *room.Settings) { s.Lobby, s.Locked = false, true }); err != nil {
		t.Fatal(err)
	}
	f.post("/whip/r?user=eve", offer("-")).want(t, http.StatusForbidden)
}

func TestCloseEmptiesTheLobby(t *testing.T) {
	i := newIssuer(t)
	f := start(t, func(s *setup) { s.Admission = i.control() })
	chair := withLobby(f)
	f.bearing(i.token("eve"), http.MethodPost, "/whip/r?user=eve", offer("-")).want(t, http.StatusServiceUnavailable)
	if err := f.server.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := waiting(t, chair); got != "" {
		t.Errorf("waiting: %q", got)
	}
}
