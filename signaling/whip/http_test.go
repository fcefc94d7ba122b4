package whip_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/atrium-rtc/atrium/signaling/whip"
)

func TestOtherMethodsAreRefused(t *testing.T) {
	f := start(t)
	url, _ := f.begun("/whip/r?user=cam")
	for _, tt := range []struct{ path, methods, allow string }{
		{"/whip/r", "PUT DELETE PATCH BREW", "GET, HEAD, OPTIONS, POST"},
		{"/whep/r", "PUT DELETE PATCH", "GET, HEAD, OPTIONS, POST"},
		{url, "PUT POST", "DELETE, GET, HEAD, OPTIONS, PATCH"},
	} {
		for _, method := range strings.Fields(tt.methods) {
			r := f.send(method, tt.path, "")
			r.want(t, http.StatusMethodNotAllowed)
			if got := r.Header.Get("Allow"); got != tt.allow {
				t.Errorf("%s %s: Allow %q", method, tt.path, got)
			}
		}
	}
	f.send(http.MethodPost, "/whip/", "").want2(t, http.StatusNotFound)
	f.send(http.MethodPost, "/whip/a/b", "").want2(t, http.StatusNotFound)
}

// want2 is want for what the mux refuses by itself.
func (a answered) want2(t *testing.T, status int) {
	t.Helper()
	if a.StatusCode != status {
		t.Errorf("%s: %d", a.Request.URL.Path, a.StatusCode)
	}
}

func TestPagesMayUseTheEndpoints(t *testing.T) {
	f := start(t)
	r := f.send(http.MethodOptions, "/whip/r", "", "Origin", "https://app.example", "Access-Control-Request-Method", "POST")
	r.want(t, http.StatusOK)
	want := map[string]string{
		"Accept-Post": "application/sdp", "Access-Control-Allow-Origin": "*", "Access-Control-Allow-Methods": "GET, HEAD, OPTIONS, POST",
		"Access-Control-Allow-Headers": "Authorization, Content-Type, If-Match", "Access-Control-Max-Age": "600",
	}
	for name, value := range want {
		if got := r.Header.Get(name); got != value {
			t.Errorf("%s: %q, want %q", name, got, value)
		}
	}
	url, _ := f.begun("/whip/r?user=cam")
	r = f.send(http.MethodOptions, url, "", "Origin", "https://app.example")
	r.want(t, http.StatusOK)
	if r.Header.Get("Accept-Patch") != "application/trickle-ice-sdpfrag" || r.Header.Get("Access-Control-Allow-Methods") != "DELETE, GET, HEAD, OPTIONS, PATCH" {
		t.Errorf("%v", r.Header)
	}
	r = f.send(http.MethodPost, "/whip/r?user=cam", offer("-"), "Content-Type", "application/sdp", "Origin", "https://app.example")
	r.want(t, http.StatusConflict)
	if !strings.Contains(r.Header.Get("Access-Control-Expose-Headers"), "Location") || r.Header.Get("Access-Control-Allow-Origin") != "*" {
		t.Errorf("%v", r.Header)
	}
}

func TestPagesOfOtherOriginsAreRefused(t *testing.T) {
	f := start(t, func(s *setup) { s.AllowedOrigins = []string{"https://app.example"} })
	for origin, status := range map[string]int{
		"https://app.example": 201, "HTTPS://APP.example:443": 201, "": 201,
		"https://app.example.evil": 403, "null": 403, "http://app.example": 403,
	} {
		header := []string{"Content-Type", "application/sdp"}
		if origin != "" {
			header = append(header, "Origin", origin)
		}
		r := f.send(http.MethodPost, "/whip/r?user=u", offer("-"), header...)
		r.want(t, status)
		if r.Header.Get("Vary") != "Origin" {
			t.Errorf("%q: Vary %q", origin, r.Header.Get("Vary"))
		}
		if got := r.Header.Get("Access-Control-Allow-Origin"); status == 201 && got != origin || status == 403 && got != "" {
			t.Errorf("%q is allowed as %q", origin, got)
		}
		if at := r.Header.Get("Location"); at != "" {
			f.send(http.MethodDelete, at, "").want(t, http.StatusOK)
		}
	}
}

func TestTheApplicationAuthorizes(t *testing.T) {
	var asked []whip.Ask
	f := start(t, func(s *setup) {
		s.Authorize = func(r *http.Request, ask whip.Ask) error {
			asked = append(asked, ask)
			switch r.Header.Get("Authorization") {
			case "Bearer good":
				return nil
			case "Bearer weak":
				return errors.New("the token is for another room")
			}
			return whip.ErrUnauthenticated
		}
	})
	post := func(path, token string) answered {
		return f.send(http.MethodPost, path, offer("-"), "Content-Type", "application/sdp", "Authorization", "Bearer "+token)
	}
	camera := post("/whip/r?user=cam", "good")
	camera.want(t, http.StatusCreated)
	player := post("/whep/r?publisher=cam&user=eve", "good")
	player.want(t, http.StatusCreated)
	bodies := map[string]bool{}
	for _, path := range []string{"/whip/r?user=cam", "/whip/none?user=u", "/whep/r?publisher=cam", "/whep/none"} {
		r := post(path, "bad")
		r.want(t, http.StatusUnauthorized)
		if r.Header.Get("WWW-Authenticate") != `Bearer realm="atrium"` {
			t.Errorf("WWW-Authenticate %q", r.Header.Get("WWW-Authenticate"))
		}
		bodies[r.body] = true
		r = post(path, "weak")
		r.want(t, http.StatusForbidden)
		bodies[r.body] = true
		if strings.Contains(r.body, "another room") {
			t.Errorf("the reason is shown: %s", r.body)
		}
	}
	if len(bodies) != 2 {
		t.Errorf("refusals differ: %v", bodies)
	}
	asked = nil
	for _, url := range []string{camera.Header.Get("Location"), player.Header.Get("Location")} {
		f.send(http.MethodDelete, url, "").want(t, http.StatusUnauthorized)
		f.send(http.MethodPatch, url, trickled, "Content-Type", "application/trickle-ice-sdpfrag", "If-Match", "*", "Authorization", "Bearer weak").want(t, http.StatusForbidden)
		f.send(http.MethodOptions, url, "").want(t, http.StatusOK)
	}
	want := []whip.Ask{
		{Action: whip.Change, Room: "r", User: "cam"},
		{Action: whip.Change, Room: "r", User: "cam"},
		{Action: whip.Change, Room: "r", User: "eve", Publisher: "cam"},
		{Action: whip.Change, Room: "r", User: "eve", Publisher: "cam"},
	}
	if diff := cmp.Diff(want, asked); diff != "" {
		t.Errorf("asked (-want +got):\n%s", diff)
	}
	for _, r := range []answered{player, camera} {
		f.send(http.MethodDelete, r.Header.Get("Location"), "", "Authorization", "Bearer good").want(t, http.StatusOK)
	}
}

func TestRequestsAreCountedByOutcome(t *testing.T) {
	f := start(t)
	before := f.server.Stats().Requests
	if n, known := before[whip.Outcome{Method: "POST", Status: 201}]; !known || n != 0 {
		t.Error("a success that has not happened yet is not counted as 0")
	}
	url, _ := f.begun("/whip/r?user=cam")
	f.send("BREW", url, "")
	f.send("GET", url, "")
	f.send("OPTIONS", url, "")
	f.send("DELETE", url, "")
	after := f.server.Stats().Requests
	for outcome, want := range map[whip.Outcome]uint64{
		{Method: "POST", Status: 201}: 1, {Method: "other", Status: 405}: 1, {Method: "GET", Status: 204}: 1, {Method: "OPTIONS", Status: 200}: 1, {Method: "DELETE", Status: 200}: 1,
	} {
		if after[outcome] != want {
			t.Errorf("%v: %d, want %d", outcome, after[outcome], want)
		}
	}
	if len(after) != len(before) {
		t.Errorf("%d series became %d", len(before), len(after))
	}
}
