package rest

import (
	"bufio"
	"net/http"
	"net/http/httptest"
	"testing"
	"testing/synctest"
	"time"

	"github.com/atrium-rtc/atrium/internal/auth"
)

// A stream of a token ends with the token: whoever took it back would not look there.
func TestAStreamOfATokenEndsWhenTheTokenIsRevoked(t *testing.T) {
	s := newStage(t).furnish()
	s.token = "s3cret"
	server := httptest.NewServer(s.handler)
	defer server.Close()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server.URL+prefix+"/events?room=standup", nil)
	s.must(err)
	r.Header.Set("Authorization", "Bearer "+s.tokenFor("standup", "admin"))
	answer, err := http.DefaultClient.Do(r)
	s.must(err)
	defer answer.Body.Close()
	defer http.DefaultClient.CloseIdleConnections()
	lines := bufio.NewReader(answer.Body)
	if first, err := lines.ReadString('\n'); err != nil || answer.StatusCode != 200 {
		t.Fatalf("%d %q %v", answer.StatusCode, first, err)
	}
	ended, err := s.admitted.Revoke(auth.Revocation{Token: "jti"}, time.Now())
	if err != nil || ended != 1 {
		t.Fatalf("%d streams ended: %v", ended, err)
	}
	for err == nil { // until the stream is over
		_, err = lines.ReadString('\n')
	}
	if again := s.ask("GET", "/events?room=standup", "", "Authorization: "+r.Header.Get("Authorization")); again.Code != 401 {
		t.Errorf("with a revoked token: %d", again.Code)
	}
}

func TestAStreamOfATokenEndsWhenTheTokenExpires(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStage(t).furnish()
		s.token = "s3cret"
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, prefix+"/events?room=standup", nil)
		r.Header.Set("Authorization", "Bearer "+s.tokenFor("standup", "admin"))
		begin, w := time.Now(), patient{httptest.NewRecorder()}
		s.handler.ServeHTTP(w, r)
		if lasted := time.Since(begin); w.Code != 200 || lasted != time.Minute {
			t.Errorf("%d, ended after %v", w.Code, lasted)
		}
	})
}

// patient is a recorder that a stream can be written to.
type patient struct{ *httptest.ResponseRecorder }

func (patient) SetWriteDeadline(time.Time) error { return nil }
