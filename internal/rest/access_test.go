package rest

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestWhoMayDoWhat(t *testing.T) {
	const (
		ofRoom   = "GET /rooms/standup"
		ofOther  = "GET /rooms/lobby"
		absent   = "GET /rooms/nowhere"
		list     = "GET /rooms"
		whole    = "GET /statistics"
		change   = "PUT /drain"
		create   = "POST /rooms"
		events   = "GET /events"
		version  = "GET /version"
		document = "GET /openapi.json"
	)
	all := []string{ofRoom, ofOther, absent, list, whole, change, create, events, version, document}
	everything := []int{200, 200, 404, 200, 200, 200, 201, 503, 200, 200}
	nothing := func(status int) []int {
		return []int{status, status, status, status, status, status, status, status, status, 200}
	}
	inRoom := []int{200, 403, 403, 200, 403, 403, 403, 403, 200, 200}
	for _, tt := range []struct {
		who, token string
		header     []string
		role       string // of a participant's token for the room
		open       bool
		want       []int
	}{
		{"a program here", "", nil, "", false, everything},
		{"a program here, in open mode", "", nil, "", true, everything},
		{"another machine", "", []string{"Remote: 192.0.2.1:5"}, "", false, nothing(403)},
		{"a rebound name", "", []string{"Host: evil.example:8081"}, "", false, nothing(403)},
		{"a page of another port", "", []string{"Origin: http://localhost:8080", "Sec-Fetch-Site: same-site"}, "", false, nothing(403)},
		{"a proxy", "", []string{"X-Forwarded-For: 192.0.2.1"}, "", false, nothing(403)},
		{"a program here without the token", "s3cret", nil, "", false, nothing(401)},
		{"who has the token", "s3cret", []string{"Remote: 192.0.2.1:5", "Authorization: Bearer s3cret"}, "", false, everything},
		{"who has the token, in open mode", "s3cret", []string{"Authorization: Bearer s3cret"}, "", true, everything},
		{"a guess", "s3cret", []string{"Authorization: Bearer guess"}, "", false, nothing(401)},
		{"a guess, in open mode", "s3cret", []string{"Authorization: Bearer guess"}, "", true, nothing(401)},
		{"an administrator of the room", "", nil, "admin", false, inRoom},
		{"an administrator of the room from elsewhere", "", []string{"Remote: 192.0.2.1:5"}, "admin", false, inRoom},
		{"an administrator of the room beside a token of ours", "s3cret", nil, "admin", false, inRoom},
		{"a moderator of the room", "", nil, "moderator", false, nothing(401)},
	} {
		t.Run(tt.who, func(t *testing.T) {
			for i, request := range all {
				s := newStage(t, func(o *Options) {
					o.Events = nil // it would go on
					if tt.open {
						open(o)
					}
				}).furnish()
				s.token = tt.token
				header := tt.header
				if tt.role != "" {
					header = append(header[:len(header):len(header)], "Authorization: Bearer "+s.tokenFor("standup", tt.role))
				}
				method, path, _ := strings.Cut(request, " ")
				body := ""
				if method == http.MethodPost {
					body = `{"name":"new"}`
				}
				s.want(tt.want[i], method, path, body, nil, header...)
				if drained := tt.want[i] == 200 && request == change; s.draining != drained {
					t.Errorf("%s: draining %v", request, s.draining)
				}
			}
		})
	}
}

func TestATokenShowsItsRoomsAndNothingOfOthers(t *testing.T) {
	s := newStage(t).furnish()
	bearer := "Authorization: Bearer " + s.tokenFor("standup", "admin")
	var told roomList
	s.want(200, "GET", "/rooms", "", &told, bearer)
	if len(told.Rooms) != 1 || told.Rooms[0].Name != "standup" {
		t.Errorf("%+v", told)
	}
	there, absent := s.ask("DELETE", "/rooms/lobby", "", bearer), s.ask("DELETE", "/rooms/nowhere", "", bearer)
	if there.Code != 403 || there.Body.String() != absent.Body.String() {
		t.Errorf("%s and %s", there.Body, absent.Body)
	}
	s.want(204, "DELETE", "/rooms/standup", "", nil, bearer)
	if names := s.rooms.Rooms(); len(names) != 1 || names[0] != "lobby" {
		t.Errorf("rooms %v", names)
	}
}

func TestARevokedTokenAdministersNothing(t *testing.T) {
	s := newStage(t).furnish()
	bearer := "Authorization: Bearer " + s.tokenFor("standup", "admin")
	s.want(200, "GET", "/rooms/standup", "", nil, bearer)
	s.want(200, "POST", "/revocations", `{"token":"jti"}`, nil)
	s.want(401, "GET", "/rooms/standup", "", nil, bearer)
}

func TestPagesOfOtherSitesDoNotAct(t *testing.T) {
	s := newStage(t).furnish()
	s.token = "s3cret"
	for _, origin := range []string{"Sec-Fetch-Site: cross-site", "Origin: https://evil.example"} {
		s.want(403, "DELETE", "/rooms/standup", "", nil, "Authorization: Bearer s3cret", origin)
	}
	if len(s.rooms.Rooms()) != 2 {
		t.Error("a page of another site closed a room")
	}
}

func TestOtherMethodsAndPathsAreProblems(t *testing.T) {
	s := newStage(t).furnish()
	c := newContract(t)
	offered := map[string][]string{"/": {"GET", "HEAD"}, "/openapi.json": {"GET", "HEAD"}}
	c.each(func(path, method string, _, _ node) {
		if method == "get" {
			offered[path] = append(offered[path], "HEAD")
		}
		offered[path] = append(offered[path], strings.ToUpper(method))
	})
	for path, methods := range offered {
		for _, method := range []string{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"} {
			if path == "/events" && (method == "GET" || method == "HEAD") {
				continue // it would go on
			}
			w := s.ask(method, filled(path), "")
			is := strings.Contains(strings.Join(methods, " "), method)
			if (w.Code == http.StatusMethodNotAllowed) == is {
				t.Errorf("%s %s: %d", method, path, w.Code)
			}
			if w.Code != http.StatusMethodNotAllowed {
				continue
			}
			wantProblem(t, c, w)
			for _, one := range methods {
				if !strings.Contains(w.Header().Get("Allow"), one) {
					t.Errorf("%s %s allows %q, not %s", method, path, w.Header().Get("Allow"), one)
				}
			}
		}
	}
	for _, path := range []string{"/nothing", "/rooms/r/nothing", "/rooms/", "/rooms/r/participants/ann/streams/webcam/muted/x", "/Rooms"} {
		w := s.ask("GET", path, "")
		if w.Code != http.StatusNotFound {
			t.Errorf("%s: %d", path, w.Code)
		}
		wantProblem(t, c, w)
	}
}

func wantProblem(t *testing.T, c *contract, w *httptest.ResponseRecorder) {
	t.Helper()
	if kind := w.Header().Get("Content-Type"); kind != "application/problem+json" {
		t.Errorf("%d is %s", w.Code, kind)
	}
	if err := c.validate(decoded(t, w), "components", "schemas", "Problem"); err != nil {
		t.Error(err)
	}
}

func TestWhatChangesSomethingIsLoggedAndNoSecretIs(t *testing.T) {
	s := newStage(t).furnish()
	s.token = "s3cret"
	bearer := "Authorization: Bearer s3cret"
	var made madeToken
	s.want(201, "POST", "/tokens", `{"user":"u","room":"r","role":"guest"}`, &made, bearer)
	s.want(200, "POST", "/tokens/verify", `{"token":"`+made.Token+`"}`, nil, bearer)
	s.want(204, "DELETE", "/rooms/standup/participants/ann", "", nil, bearer)
	s.want(403, "DELETE", "/rooms/lobby", "", nil, "Authorization: Bearer "+s.tokenFor("standup", "admin"))
	s.want(401, "DELETE", "/rooms/lobby", "", nil)
	log := s.log.String()
	for _, part := range []string{"method=DELETE path=/api/v1/rooms/standup/participants/ann by=administrator remote=127.0.0.1:5", "by=backend", "refused"} {
		if !strings.Contains(log, part) {
			t.Errorf("no %q in\n%s", part, log)
		}
	}
	for _, hidden := range []string{"s3cret", made.Token, secret, "secret of"} {
		if strings.Contains(log, hidden) {
			t.Errorf("%q is in the log", hidden)
		}
	}
}

func TestNoAnswerHasTheSecretOfASession(t *testing.T) {
	s := newStage(t).furnish()
	for _, path := range []string{"", "/participants", "/participants/ann", "/participants/ann/streams", "/participants/bob/subscriptions", "/messages", "/bans"} {
		if w := s.ask("GET", "/rooms/standup"+path, ""); w.Code != 200 || strings.Contains(w.Body.String(), "secret of") {
			t.Errorf("%s: %d %s", path, w.Code, w.Body)
		}
	}
	if w := s.ask("GET", "/rooms/lobby/lobby", ""); strings.Contains(w.Body.String(), "secret of") {
		t.Errorf("%s", w.Body)
	}
}

func TestATokenForManyRoomsIsForEachOfThem(t *testing.T) {
	var made madeToken
	s := newStage(t).furnish()
	s.want(201, "POST", "/tokens", `{"user":"u","rooms":["team-*"],"role":"admin"}`, &made)
	bearer := "Authorization: Bearer " + made.Token
	for name, status := range map[string]int{"team-a": 201, "other": 403} {
		s.want(status, "POST", "/rooms", `{"name":"`+name+`"}`, nil, bearer)
	}
	s.want(403, "POST", "/tokens", `{"user":"u","rooms":["**"],"role":"admin"}`, nil, bearer)
	var verdict tokenVerdict
	s.want(200, "POST", "/tokens/verify", `{"token":"`+made.Token+`"}`, &verdict)
	if !verdict.Valid || verdict.Grants.Rooms[0].String() != "team-*" || !strings.Contains(strings.Join(verdict.Grants.Permissions, " "), "admin") {
		t.Errorf("%+v", verdict)
	}
}
