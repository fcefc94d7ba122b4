package admin

import (
	"net/http"
	"os"
	"strings"
	"testing"
)

// callers are those of a test, as header lines.
func callers() map[string][]string {
	return map[string][]string{
		"a program here":        nil,
		"the own page":          {"Origin: http://localhost:8081", "Sec-Fetch-Site: same-origin"},
		"another machine":       {"Remote: 192.0.2.1:5"},
		"a rebound name":        {"Host: evil.example:8081"},
		"a foreign page":        {"Origin: https://evil.example", "Sec-Fetch-Site: cross-site"},
		"another port's page":   {"Origin: http://localhost:8080", "Sec-Fetch-Site: same-site"},
		"a proxy":               {"X-Forwarded-For: 192.0.2.1"},
		"the token":             {"Authorization: Bearer s3cret", "Remote: 192.0.2.1:5"},
		"a wrong token":         {"Authorization: Bearer guess"},
		"the token cross-site":  {"Authorization: Bearer s3cret", "Sec-Fetch-Site: cross-site"},
		"the token of a sender": {"Authorization: Basic s3cret"},
	}
}

func TestWhoMaySeeAndDoWhat(t *testing.T) {
	const body = `{"room":"r","user":"ann"}`
	for _, tt := range []struct {
		token string
		who   string
		names int // seeing names
		acts  int // acting, if it may see
	}{
		{"", "a program here", 200, 200},
		{"", "the own page", 200, 200},
		{"", "another machine", 403, 403},
		{"", "a rebound name", 403, 403},
		{"", "a foreign page", 403, 403},
		{"", "another port's page", 403, 403},
		{"", "a proxy", 403, 403},
		{"", "the token", 403, 403}, // of somewhere else
		{"s3cret", "a program here", 401, 401},
		{"s3cret", "the own page", 401, 401},
		{"s3cret", "the token", 200, 200},
		{"s3cret", "a wrong token", 401, 401},
		{"s3cret", "the token of a sender", 401, 401},
		{"s3cret", "the token cross-site", 200, 403},
	} {
		t.Run(tt.token+" "+tt.who, func(t *testing.T) {
			s := newStage(t)
			s.token = tt.token
			s.call("r", "ann", "bob")
			header := callers()[tt.who]
			if w := s.do(request(http.MethodGet, "state", "", header...)); w.Code != 200 || strings.Contains(w.Body.String(), "ann") {
				t.Errorf("totals: %d %s", w.Code, w.Body)
			} else if granted := strings.Contains(w.Body.String(), `"access":"granted"`); granted != (tt.names == 200) {
				t.Errorf("the page is told %s", w.Body)
			}
			for _, path := range []string{"rooms", "room?room=r"} {
				w := s.do(request(http.MethodGet, path, "", header...))
				if w.Code != tt.names || (w.Code == 200) != strings.Contains(w.Body.String(), `"r"`) {
					t.Errorf("%s: %d %s, want %d", path, w.Code, w.Body, tt.names)
				}
			}
			for _, path := range []string{"mute", "drain", "evict", "close"} {
				s.post(path, body, tt.acts, header...)
			}
			if gone := len(s.rooms.Rooms()) == 0; gone != (tt.acts == 200) {
				t.Errorf("the room is gone: %v", gone)
			}
		})
	}
}

func TestActionsTakeOnlyWhatTheyUnderstand(t *testing.T) {
	s := newStage(t)
	s.call("r", "ann", "bob")
	s.post("close", `{"room":"r"}`, 415, "Content-Type: text/plain")
	s.post("close", `{"room":"r"}`, 415, "Content-Type: application/x-www-form-urlencoded")
	s.post("close", `{"room":`, 400)
	s.post("close", `{"rooms":"r"}`, 400)
	s.post("close", `["r"]`, 400)
	s.post("close", `{"room":"`+strings.Repeat("r", maxOrder)+`"}`, 413)
	if w := s.do(request(http.MethodGet, "close?room=r", "")); w.Code != 404 {
		t.Errorf("GET: %d", w.Code)
	} else {
		wantProblem(t, w)
	}
	if rooms := s.rooms.Rooms(); len(rooms) != 1 {
		t.Errorf("rooms %v", rooms)
	}
}

func TestThePageIsProtectedFromForeignCode(t *testing.T) {
	s := newStage(t)
	r := request(http.MethodGet, "", "")
	r.URL.Path = "/admin/"
	w := s.do(r)
	if w.Code != 200 || !strings.HasPrefix(w.Body.String(), "<!doctype html>") {
		t.Fatalf("%d %.40s", w.Code, w.Body)
	}
	policy := w.Header().Get("Content-Security-Policy")
	for _, part := range []string{"default-src 'none'", "script-src 'self'", "frame-ancestors 'none'", "require-trusted-types-for 'script'"} {
		if !strings.Contains(policy, part) {
			t.Errorf("the policy %q lacks %q", policy, part)
		}
	}
}

func TestEveryEndpointIsDocumented(t *testing.T) {
	text, err := os.ReadFile("../../docs/admin.md")
	if err != nil {
		t.Fatal(err)
	}
	for pattern := range (&handler{}).endpoints() {
		if !strings.Contains(string(text), "| `"+pattern+"` |") {
			t.Errorf("docs/admin.md says nothing of %s", pattern)
		}
	}
}
