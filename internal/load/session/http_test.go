package session_test

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"github.com/atrium-rtc/atrium/internal/load/session"
)

const (
	offer  = "v=0\r\ns=offer\r\n"
	answer = "v=0\r\ns=answer\r\n"
)

// site is a WHIP and WHEP server that a test scripts: each request is answered
// by the next answer for its method and path, the last answer for ever.
type site struct {
	*httptest.Server
	answers map[string][]http.HandlerFunc
	log     []string // the requests, in order; read when nothing is under way
}

func newSite(t *testing.T, answers map[string][]http.HandlerFunc) *site {
	s := &site{answers: answers}
	s.Server = httptest.NewUnstartedServer(s)
	s.Config.ErrorLog = log.New(io.Discard, "", 0)
	s.Start()
	t.Cleanup(s.Close)
	return s
}

func (s *site) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	key := r.Method + " " + r.URL.RequestURI()
	body, _ := io.ReadAll(r.Body)
	line := key
	if len(body) > 0 {
		line += fmt.Sprintf(" %s %q", r.Header.Get("Content-Type"), body)
	}
	s.log = append(s.log, line)
	answers := s.answers[key]
	if len(answers) == 0 {
		http.NotFound(w, r)
		return
	}
	if len(answers) > 1 {
		s.answers[key] = answers[1:]
	}
	answers[0](w, r)
}

// reply answers with a status, headers ("Name: value"), and a body.
func reply(status int, body string, headers ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		for _, h := range headers {
			name, value, _ := strings.Cut(h, ": ")
			w.Header().Add(name, value)
		}
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

func created(location string, headers ...string) http.HandlerFunc {
	return reply(http.StatusCreated, answer, append(headers, "Location: "+location, "Content-Type: application/sdp")...)
}

func (s *site) participant(t *testing.T, o session.Options) *session.HTTP {
	_, h := s.dial(t, o)
	return h
}

// dial returns a participant who waits for nothing.
func (s *site) dial(t *testing.T, o session.Options) (*session.Dialer, *session.HTTP) {
	d := session.NewDialer(o)
	d.SetWait(func(ctx context.Context, _ time.Duration) error { return context.Cause(ctx) })
	t.Cleanup(d.Close)
	return d, d.HTTP(session.Endpoints{WHIP: s.URL + "/whip/{room}/{user}", WHEP: s.URL + "/whep/{room}/{user}"},
		session.Member{Room: "my room", User: "ann"})
}

func (s *site) expect(t *testing.T, want ...string) {
	t.Helper()
	if diff := gocmp.Diff(want, s.log); diff != "" {
		t.Error(diff)
	}
}

func TestPublicationIsMadeAndEnded(t *testing.T) {
	s := newSite(t, map[string][]http.HandlerFunc{
		"POST /whip/my%20room/ann": {created("../../session/1")},
		"DELETE /session/1":        {reply(http.StatusOK, "")},
	})
	h := s.participant(t, session.Options{Token: "secret", Header: http.Header{"Origin": {"https://a.example"}}})
	for key, answers := range s.answers {
		s.answers[key] = []http.HandlerFunc{func(w http.ResponseWriter, r *http.Request) {
			if r.Header.Get("Authorization") != "Bearer secret" || r.Header.Get("Origin") != "https://a.example" {
				t.Errorf("headers %v", r.Header)
			}
			answers[0](w, r)
		}}
	}
	if peers, err := h.Join(t.Context()); len(peers) != 0 || err != nil {
		t.Errorf("Join: %v %v", peers, err)
	}
	got, err := h.Publish(t.Context(), offer)
	if err != nil || got != answer {
		t.Fatalf("got %q %v", got, err)
	}
	if err := h.Unpublish(t.Context()); err != nil {
		t.Error(err)
	}
	s.expect(t, `POST /whip/my%20room/ann application/sdp "v=0\r\ns=offer\r\n"`, "DELETE /session/1")
	if got := session.Reason(h.Unpublish(t.Context())); got != "WHIP DELETE: nothing was negotiated" {
		t.Errorf("unpublishing twice: %q", got)
	}
}

func TestLeaveEndsEverythingAndVanishNothing(t *testing.T) {
	answers := func() map[string][]http.HandlerFunc {
		return map[string][]http.HandlerFunc{
			"POST /whip/my%20room/ann": {created("/session/1")},
			"POST /whep/my%20room/bob": {created("/session/2")},
			"POST /whep/my%20room/cy":  {created("/session/3")},
			"DELETE /session/1":        {reply(http.StatusNoContent, "")},
			"DELETE /session/2":        {reply(http.StatusNotFound, "")}, // bob is gone, and so is this
			"DELETE /session/3":        {reply(http.StatusForbidden, "")},
		}
	}
	open := func(h *session.HTTP) {
		t.Helper()
		_, err1 := h.Publish(t.Context(), offer)
		_, err2 := h.Subscribe(t.Context(), "bob", offer)
		_, err3 := h.Subscribe(t.Context(), "cy", offer)
		if err := errors.Join(err1, err2, err3); err != nil {
			t.Fatal(err)
		}
	}

	s := newSite(t, answers())
	h := s.participant(t, session.Options{})
	open(h)
	if got := session.Reason(h.Leave(t.Context())); got != "WHEP DELETE: 403 Forbidden" {
		t.Errorf("Leave: %q", got)
	}
	<-h.Done()
	deleted := slices.Sorted(slices.Values(s.log[3:]))
	if diff := gocmp.Diff([]string{"DELETE /session/1", "DELETE /session/2", "DELETE /session/3"}, deleted); diff != "" {
		t.Error(diff)
	}

	s = newSite(t, answers())
	h = s.participant(t, session.Options{})
	open(h)
	h.Vanish()
	select {
	case <-h.Done():
		t.Error("over before Close")
	default:
	}
	h.Close()
	h.Close()
	<-h.Done()
	if len(s.log) != 3 || h.Err() != nil {
		t.Errorf("after Vanish: %q, error %v", s.log[3:], h.Err())
	}
	if _, err := h.Publish(t.Context(), offer); err == nil {
		t.Error("published after Close")
	}
}

func TestSubscribingAgainReplacesTheSubscription(t *testing.T) {
	s := newSite(t, map[string][]http.HandlerFunc{
		"POST /whep/my%20room/bob": {created("/session/1"), created("/session/2")},
		"DELETE /session/1":        {reply(http.StatusOK, "")},
		"DELETE /session/2":        {reply(http.StatusOK, "")},
	})
	h := s.participant(t, session.Options{})
	for range 2 {
		if _, err := h.Subscribe(t.Context(), "bob", offer); err != nil {
			t.Fatal(err)
		}
	}
	if err := h.Unsubscribe(t.Context(), "bob"); err != nil {
		t.Error(err)
	}
	post := `POST /whep/my%20room/bob application/sdp "v=0\r\ns=offer\r\n"`
	s.expect(t, post, post, "DELETE /session/1", "DELETE /session/2")
}

func TestSubscriberWaitsForThePublisher(t *testing.T) {
	s := newSite(t, map[string][]http.HandlerFunc{
		"POST /whep/my%20room/bob": {
			reply(http.StatusNotFound, ""),
			reply(http.StatusConflict, "", "Retry-After: 2"),
			reply(http.StatusConflict, "", "Retry-After: 3600"),
			reply(http.StatusNotFound, ""),
			created("/session/1"),
		},
	})
	d, h := s.dial(t, session.Options{})
	var waits []time.Duration
	d.SetWait(func(_ context.Context, w time.Duration) error { waits = append(waits, w); return nil })
	if _, err := h.Subscribe(t.Context(), "bob", offer); err != nil {
		t.Fatal(err)
	}
	nominal := []time.Duration{250 * time.Millisecond, 2 * time.Second, 4 * time.Second, 2 * time.Second}
	if len(waits) != len(nominal) {
		t.Fatalf("waited %v", waits)
	}
	for i, w := range waits {
		if w < nominal[i]/2 || w > nominal[i]*3/2 {
			t.Errorf("wait %d was %v, want %v give or take half", i, w, nominal[i])
		}
	}
}

func TestWaitForThePublisherEndsWithTheContext(t *testing.T) {
	s := newSite(t, nil)
	d, h := s.dial(t, session.Options{})
	ctx, cancel := context.WithCancel(t.Context())
	d.SetWait(func(ctx context.Context, _ time.Duration) error {
		cancel()
		<-ctx.Done()
		return context.Cause(ctx)
	})
	_, err := h.Subscribe(ctx, "bob", offer)
	if got := session.Reason(err); got != "WHEP POST: 404 Not Found" || !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	d.SetWait(func(ctx context.Context, _ time.Duration) error {
		h.Close()
		<-ctx.Done()
		return context.Cause(ctx)
	})
	if _, err := h.Subscribe(t.Context(), "bob", offer); err == nil {
		t.Error("subscribed after Close")
	}
}

func TestPausesGrowToALimit(t *testing.T) {
	missing := &session.StatusError{Status: 404}
	const second = time.Second
	for n, want := range []time.Duration{second / 4, second / 2, second, 2 * second, 4 * second, 4 * second} {
		if got := session.Pause(n, missing, 0.5); got != want {
			t.Errorf("pause %d is %v, want %v", n, got, want)
		}
	}
	if low, high := session.Pause(100, missing, 0), session.Pause(1<<40, missing, 1); low != 2*time.Second || high != 6*time.Second {
		t.Errorf("between %v and %v", low, high)
	}
}

func TestRefusalsAreErrorsWithTheServersWords(t *testing.T) {
	ok := reply(http.StatusOK, "")
	for _, tc := range []struct {
		name         string
		answer       http.HandlerFunc
		text, reason string // of the error, without "WHIP POST: "
		more         []string
	}{
		{
			"problem object", reply(401, `{"type":"about:blank","title":"No","detail":"token\n expired"}`, "Content-Type: application/problem+json"),
			"401 Unauthorized: No token expired", "401 Unauthorized", nil,
		},
		{
			"other JSON", reply(400, `{"error":"bad offer"}`, "Content-Type: application/json; charset=utf-8"),
			"400 Bad Request: bad offer", "400 Bad Request", nil,
		},
		{
			"text", reply(500, strings.Repeat("x", 5000), "Content-Type: text/plain"),
			"500 Internal Server Error: " + strings.Repeat("x", 200), "500 Internal Server Error", nil,
		},
		{"page", reply(502, "<html>", "Content-Type: text/html"), "502 Bad Gateway", "502 Bad Gateway", nil},
		{"nobody there, for a publisher", reply(404, ""), "404 Not Found", "404 Not Found", nil},
		{"OK is not created", reply(200, answer, "Content-Type: application/sdp", "Location: /session/1"), "200 OK", "200 OK", nil},
		{
			"counter-offer", reply(406, offer, "Content-Type: application/sdp", "Location: /session/1"),
			"the server answered with an offer of its own", "the server answered with an offer of its own",
			[]string{"DELETE /session/1"},
		},
		{"406 without SDP", reply(406, ""), "406 Not Acceptable", "406 Not Acceptable", nil},
		{
			"no location", reply(201, answer, "Content-Type: application/sdp"),
			"created, but without a Location", "created, but without a Location", nil,
		},
		{
			"not SDP by its type", reply(201, answer, "Location: /session/1"),
			"created, but the answer is no SDP", "created, but the answer is no SDP",
			[]string{"DELETE /session/1"},
		},
		{
			"not SDP by its looks", reply(201, "hello", "Content-Type: application/sdp", "Location: /session/1"),
			"created, but the answer is no SDP", "created, but the answer is no SDP",
			[]string{"DELETE /session/1"},
		},
		{
			"too long", reply(201, answer+strings.Repeat("a=x\r\n", 300_000), "Content-Type: application/sdp", "Location: /session/1"),
			"created, but the answer is no SDP", "created, but the answer is no SDP",
			[]string{"DELETE /session/1"},
		},
		{
			"cut off", reply(201, answer, "Content-Type: application/sdp", "Location: /session/1", "Content-Length: 1000"),
			"unexpected EOF", "connection ended", nil,
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			s := newSite(t, map[string][]http.HandlerFunc{"POST /whip/my%20room/ann": {tc.answer}, "DELETE /session/1": {ok}})
			_, err := s.participant(t, session.Options{}).Publish(t.Context(), offer)
			if err == nil || err.Error() != "WHIP POST: "+tc.text {
				t.Errorf("got %v\nwant %s", err, tc.text)
			}
			if got := session.Reason(err); got != "WHIP POST: "+tc.reason {
				t.Errorf("counted as %q, want %q", got, tc.reason)
			}
			s.expect(t, append([]string{`POST /whip/my%20room/ann application/sdp "v=0\r\ns=offer\r\n"`}, tc.more...)...)
		})
	}
}

func TestRedirectsRepeatTheOffer(t *testing.T) {
	s := newSite(t, map[string][]http.HandlerFunc{
		"POST /whip/my%20room/ann":  {reply(307, "", "Location: /elsewhere/x")},
		"POST /elsewhere/x":         {reply(308, "", "Location: y")},
		"POST /elsewhere/y":         {created("session")},
		"DELETE /elsewhere/session": {reply(200, "")},
	})
	h := s.participant(t, session.Options{})
	if got, err := h.Publish(t.Context(), offer); err != nil || got != answer {
		t.Fatalf("got %q %v", got, err)
	}
	if err := h.Unpublish(t.Context()); err != nil {
		t.Error(err)
	}
	body := ` application/sdp "v=0\r\ns=offer\r\n"`
	s.expect(t, "POST /whip/my%20room/ann"+body, "POST /elsewhere/x"+body, "POST /elsewhere/y"+body, "DELETE /elsewhere/session")
}

func TestRedirectsThatAreNotFollowed(t *testing.T) {
	for name, tc := range map[string]struct {
		to     http.HandlerFunc
		reason string
	}{
		"would become GET":  {reply(302, "", "Location: /"), "redirect that is not followed"},
		"see other":         {reply(303, "", "Location: /"), "redirect that is not followed"},
		"to itself":         {reply(307, "", "Location: /whip/my%20room/ann"), "redirect that is not followed"},
		"to a public place": {reply(307, "", "Location: http://192.0.2.1/whip"), "address needs --i-am-allowed"},
		"to a public name":  {reply(308, "", "Location: https://public.example/whip"), "address needs --i-am-allowed"},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSite(t, map[string][]http.HandlerFunc{"POST /whip/my%20room/ann": {tc.to}})
			h := s.participant(t, session.Options{Resolver: names{"public.example": {addrs("192.0.2.2")}}})
			if _, err := h.Publish(t.Context(), offer); session.Reason(err) != "WHIP POST: "+tc.reason {
				t.Errorf("got %v, want %s", err, tc.reason)
			}
		})
	}
}

func TestResourceElsewhereIsNotTouched(t *testing.T) {
	s := newSite(t, map[string][]http.HandlerFunc{
		"POST /whip/my%20room/ann": {created("http://192.0.2.1/session")},
	})
	h := s.participant(t, session.Options{})
	if _, err := h.Publish(t.Context(), offer); err != nil {
		t.Fatal(err)
	}
	if got := session.Reason(h.Unpublish(t.Context())); got != "WHIP DELETE: address needs --i-am-allowed" {
		t.Errorf("got %q", got)
	}
}

func TestLayersAreRequestedWhereTheServerSays(t *testing.T) {
	link := `Link: </session/1/sse>; rel="urn:ietf:params:whep:ext:core:server-sent-events"; events="layers", ` +
		`<1/layer>; rel="urn:ietf:params:whep:ext:core:layer"`
	s := newSite(t, map[string][]http.HandlerFunc{
		"POST /whep/my%20room/bob":     {created("/session/1", link)},
		"POST /whep/my%20room/cy":      {created("/session/2")},
		"POST /whep/my%20room/1/layer": {reply(200, ""), reply(200, ""), reply(400, "")},
	})
	h := s.participant(t, session.Options{})
	low := session.Layer{RID: "l"}
	for _, user := range []string{"bob", "cy"} {
		if _, err := h.Subscribe(t.Context(), user, offer); err != nil {
			t.Fatal(err)
		}
	}
	if err := h.RequestLayer(t.Context(), "cy", low); !errors.Is(err, errors.ErrUnsupported) {
		t.Errorf("without a link: %v", err)
	}
	if got := session.Reason(h.RequestLayer(t.Context(), "dan", low)); got != "WHEP layer: nothing was negotiated" {
		t.Errorf("without a subscription: %q", got)
	}
	s.log = nil
	if err := cmp.Or(h.RequestLayer(t.Context(), "bob", low), h.RequestLayer(t.Context(), "bob", session.Layer{})); err != nil {
		t.Error(err)
	}
	if got := session.Reason(h.RequestLayer(t.Context(), "bob", session.Layer{RID: "x"})); got != "WHEP layer: 400 Bad Request" {
		t.Errorf("got %q", got)
	}
	post := "POST /whep/my%20room/1/layer application/json "
	s.expect(t, post+`"{\"encodingId\":\"l\",\"rid\":\"l\"}"`, post+`"{}"`, post+`"{\"encodingId\":\"x\",\"rid\":\"x\"}"`)
}

func TestTemplatesAreFilledInWithEscapedNames(t *testing.T) {
	for template, want := range map[string]string{
		"http://h/{room}/{user}":              "http://h/a%2Fb%20c/x&y%3Fz",
		"http://h/whep?s={room}&u={user}&v=1": "http://h/whep?s=a%2Fb+c&u=x%26y%3Fz&v=1",
		"http://h/fixed":                      "http://h/fixed",
	} {
		if got := session.Fill(template, "a/b c", "x&y?z"); got != want {
			t.Errorf("%s became %s, want %s", template, got, want)
		}
	}
	if got := session.Fill("/{room}/{user}", "{user}", "{room}"); got != "/%7Buser%7D/%7Broom%7D" {
		t.Errorf("names were filled in twice: %s", got)
	}
}

func TestHTTPWithoutAServer(t *testing.T) {
	srv := httptest.NewServer(http.NotFoundHandler())
	url := srv.URL
	srv.Close()
	d := session.NewDialer(session.Options{})
	h := d.HTTP(session.Endpoints{WHEP: url}, session.Member{Room: "r", User: "ann"})
	if _, err := h.Subscribe(t.Context(), "bob", offer); session.Reason(err) != "WHEP POST: connection refused" {
		t.Errorf("got %v", err)
	}
	if _, err := h.Publish(t.Context(), offer); session.Reason(err) != "WHIP POST: no URL is configured for it" {
		t.Errorf("got %v", err)
	}
	h = d.HTTP(session.Endpoints{WHIP: "gopher://127.0.0.1/"}, session.Member{})
	if _, err := h.Publish(t.Context(), offer); err == nil {
		t.Error("published over gopher")
	}
}

func TestSilentServerTimesOut(t *testing.T) {
	hang := make(chan struct{})
	s := newSite(t, map[string][]http.HandlerFunc{"POST /whip/my%20room/ann": {
		func(http.ResponseWriter, *http.Request) { <-hang },
	}})
	defer close(hang)
	h := s.participant(t, session.Options{Timeout: 10 * time.Millisecond})
	if _, err := h.Publish(t.Context(), offer); session.Reason(err) != "WHIP POST: timeout" {
		t.Errorf("got %v", err)
	}
}

func TestCloseInterruptsARequest(t *testing.T) {
	asked, hang := make(chan struct{}), make(chan struct{})
	s := newSite(t, map[string][]http.HandlerFunc{"POST /whip/my%20room/ann": {
		func(http.ResponseWriter, *http.Request) { close(asked); <-hang },
	}})
	defer close(hang)
	h := s.participant(t, session.Options{})
	go func() { <-asked; h.Close() }()
	if _, err := h.Publish(t.Context(), offer); err == nil {
		t.Error("published")
	}
}

func TestSelfSignedServerNeedsToBeTrusted(t *testing.T) {
	srv := httptest.NewUnstartedServer(reply(http.StatusTeapot, ""))
	srv.Config.ErrorLog = log.New(io.Discard, "", 0)
	srv.StartTLS()
	defer srv.Close()
	for insecure, want := range map[bool]string{
		false: "WHIP POST: certificate not trusted",
		true:  "WHIP POST: 418 I'm a teapot",
	} {
		d := session.NewDialer(session.Options{TLS: &tls.Config{InsecureSkipVerify: insecure}})
		_, err := d.HTTP(session.Endpoints{WHIP: srv.URL}, session.Member{}).Publish(t.Context(), offer)
		if got := session.Reason(err); got != want {
			t.Errorf("insecure %v: got %q, want %q (%v)", insecure, got, want, err)
		}
		d.Close()
	}
}
