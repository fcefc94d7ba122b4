package signaling_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/atrium-rtc/atrium/room"
	"github.com/atrium-rtc/atrium/signaling/api"
)

// get asks the server and returns the response with its body read.
func (f *fixture) get(method, path string, header ...string) (*http.Response, string) {
	f.t.Helper()
	req, err := http.NewRequestWithContext(f.t.Context(), method, f.http.URL+path, nil)
	if err != nil {
		f.t.Fatal(err)
	}
	for _, h := range header {
		name, value, _ := strings.Cut(h, ": ")
		if name == "Host" {
			req.Host = value
		} else {
			req.Header.Set(name, value)
		}
	}
	resp, err := f.http.Client().Do(req)
	if err != nil {
		f.t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		f.t.Fatal(err)
	}
	return resp, string(body)
}

func TestEndpointsForClients(t *testing.T) {
	f := start(t, func(s *setup) {
		s.Client = api.ClientConfig{LoopbackRemote: true, FilterRequestParam: "hat"}
		s.SpeakerInterval, s.SpeakerThreshold = 1500*time.Millisecond, -40
	})
	for path, want := range map[string]string{
		"/getAllRooms":              `[]`,
		"/getUpdateSpeakerInterval": `1500`,
		"/getThresholdSpeaker":      `-40`,
		"/getClientConfig":          `{"loopbackRemote":true,"loopbackAndLocal":false,"filterRequestParam":"hat"}`,
	} {
		resp, body := f.get("GET", path)
		if resp.StatusCode != http.StatusOK || body != want || resp.Header.Get("Content-Type") != "application/json" {
			t.Errorf("%s: %d %s %s", path, resp.StatusCode, resp.Header.Get("Content-Type"), body)
		}
	}
	f.member("ann", `[]`)
	f.connect().join("a&b", "ann", `[]`)
	if _, body := f.get("POST", "/getAllRooms"); body != `["a&b","r"]` {
		t.Errorf("rooms %s", body)
	}
	if _, body := start(t).get("GET", "/getThresholdSpeaker"); body != `-50` {
		t.Errorf("default threshold %s", body)
	}
	if _, body := start(t).get("GET", "/getUpdateSpeakerInterval"); body != `1800` {
		t.Errorf("default interval %s", body)
	}
}

func TestRoomEndpointWithoutWebsocket(t *testing.T) {
	f := start(t)
	if resp, body := f.get("GET", "/room"); resp.StatusCode != 426 || resp.Header.Get("Upgrade") != "websocket" || body == "" {
		t.Errorf("GET: %d %q", resp.StatusCode, body)
	}
	if resp, body := f.get("POST", "/room"); resp.StatusCode != 405 || body == "" {
		t.Errorf("POST: %d %q", resp.StatusCode, body)
	}
	if resp, _ := f.get("GET", "/room", "Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 8"); resp.StatusCode != 400 {
		t.Errorf("an old version: %d", resp.StatusCode)
	}
	if n := f.server.Stats().Sockets; n != 0 {
		t.Errorf("%d sockets", n)
	}
}

func TestCloseWithToken(t *testing.T) {
	f := start(t, func(s *setup) { s.AdminToken = "s3cret" })
	ann := f.member("ann", `[]`)
	for _, tc := range []struct {
		path, auth string
		want       int
	}{
		{"/close?room=r", "", 401},
		{"/close?room=r", "Bearer wrong", 401},
		{"/close?room=r", "Basic s3cret", 401},
		{"/close?room=r", "s3cret", 401},
		{"/close?room=no", "Bearer wrong", 401}, // like a room that exists
		{"/close", "Bearer s3cret", 400},
		{"/close?room=no", "Bearer s3cret", 404},
		{"/close?room=r", "bearer s3cret", 200},
		{"/close?room=r", "Bearer s3cret", 404},
	} {
		resp, body := f.get("POST", tc.path, "Authorization: "+tc.auth, "Origin: https://any.example")
		if resp.StatusCode != tc.want || (tc.want == 200) != (body == "") {
			t.Errorf("%s with %q: %d %q, want %d", tc.path, tc.auth, resp.StatusCode, body, tc.want)
		}
		if tc.want == 401 && resp.Header.Get("WWW-Authenticate") == "" {
			t.Error("401 without WWW-Authenticate")
		}
	}
	ann.expect(`{"method":"roomClosed","params":{"room":"r"},"jsonrpc":"2.0"}`)
}

func TestCloseWithoutTokenIsForThisMachineOnly(t *testing.T) {
	f := start(t)
	if err := f.manager.CreateRoom("r", room.Settings{}); err != nil {
		t.Fatal(err)
	}
	for _, header := range []string{
		"Origin: https://evil.example", "Origin: null", "Sec-Fetch-Site: cross-site", "Sec-Fetch-Site: same-site",
		"X-Forwarded-For: 192.0.2.1", "Forwarded: for=192.0.2.1", "Host: evil.example", "Host: evil.example:80", "Via: 1.1 proxy",
	} {
		if resp, _ := f.get("GET", "/close?room=r", header); resp.StatusCode != 403 {
			t.Errorf("with %s: %d, want 403", header, resp.StatusCode)
		}
	}
	if resp, _ := f.get("PUT", "/close?room=r"); resp.StatusCode != 405 {
		t.Errorf("PUT: %d", resp.StatusCode)
	}
	for remote, want := range map[string]int{
		"192.0.2.1:5": 403, "[2001:db8::1]:5": 403, "nonsense": 403, "127.0.0.1:5": 404, "[::1]:5": 404, "[::ffff:127.0.0.1]:5": 404,
	} {
		w, r := httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, "http://[::1]:8080/close?room=no", nil)
		r.RemoteAddr = remote
		f.server.Handler().ServeHTTP(w, r)
		if w.Code != want {
			t.Errorf("from %s: %d, want %d", remote, w.Code, want)
		}
	}
	if resp, _ := f.get("GET", "/close?room=r", "Origin: "+f.http.URL, "Sec-Fetch-Site: same-origin"); resp.StatusCode != http.StatusOK {
		t.Errorf("the own page: %d", resp.StatusCode)
	}
	if resp, _ := f.get("POST", "/close?room=r", "Host: localhost"); resp.StatusCode != 404 {
		t.Errorf("again: %d", resp.StatusCode)
	}
}

func TestStaticFiles(t *testing.T) {
	f := start(t, func(s *setup) {
		s.Static = fstest.MapFS{
			"index.html": {Data: []byte("<!doctype html>")}, "app.js": {Data: []byte("export {}")},
			"style.css": {Data: []byte("a{}")}, "img/icon.svg": {Data: []byte("<svg/>")}, "img/x.png": {Data: []byte("\x89PNG\x0d\x0a\x1a\x0a")},
			"help/index.html": {Data: []byte("help")},
		}
	})
	for path, want := range map[string]string{
		"/": "text/html; charset=utf-8", "/index.html": "text/html; charset=utf-8", "/app.js": "text/javascript; charset=utf-8",
		"/style.css": "text/css; charset=utf-8", "/img/icon.svg": "image/svg+xml", "/img/x.png": "image/png", "/help/": "text/html; charset=utf-8",
	} {
		resp, _ := f.get("GET", path)
		if resp.StatusCode != http.StatusOK || resp.Header.Get("Content-Type") != want {
			t.Errorf("%s: %d %s, want %s", path, resp.StatusCode, resp.Header.Get("Content-Type"), want)
		}
		for _, h := range []string{"Content-Security-Policy", "Permissions-Policy", "X-Content-Type-Options", "Referrer-Policy", "ETag"} {
			if resp.Header.Get(h) == "" {
				t.Errorf("%s has no %s", path, h)
			}
		}
		tag := resp.Header.Get("ETag")
		if again, body := f.get("GET", path, "If-None-Match: "+tag); again.StatusCode != 304 || body != "" {
			t.Errorf("%s again: %d", path, again.StatusCode)
		}
	}
	for _, path := range []string{"/img/", "/img", "/none", "/../go.mod", "/%2e%2e/go.mod", "/help"} {
		if resp, _ := f.get("GET", path); resp.StatusCode != 404 {
			t.Errorf("%s: %d, want 404", path, resp.StatusCode)
		}
	}
	if resp, _ := f.get("POST", "/"); resp.StatusCode != 405 {
		t.Errorf("POST: %d", resp.StatusCode)
	}
	if resp, _ := start(t).get("GET", "/"); resp.StatusCode != 404 {
		t.Errorf("without a page: %d", resp.StatusCode)
	}
}
