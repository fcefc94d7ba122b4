package main

import (
	"bytes"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"go.uber.org/goleak"

	"github.com/atrium-rtc/atrium/internal/admission"
	"github.com/atrium-rtc/atrium/internal/auth"
	"github.com/atrium-rtc/atrium/internal/config"
)

// keyFiles makes a secret and a key set, and returns their files.
func keyFiles(t *testing.T) (secret, set string) {
	t.Helper()
	dir := t.TempDir()
	secret, set = filepath.Join(dir, "secret"), filepath.Join(dir, "keys.json")
	if err := os.WriteFile(secret, []byte(strings.Repeat("s", 40)+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	const text = `{"keys":[{"kty":"oct","kid":"1","alg":"HS256","k":"` +
		`YWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYQ"}]}`
	if err := os.WriteFile(set, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return secret, set
}

// Nothing listens on port 1 of this machine.
const unreachable = "https://127.0.0.1:1/keys.json"

func TestKeysOfFilesAndSetsAreUsedTogether(t *testing.T) {
	defer goleak.VerifyNone(t)
	secret, set := keyFiles(t)
	r := run(t, map[string]string{"auth.mode": "token", "auth.secret_file": secret, "auth.jwks": set})
	keys := r.admission.Stats().Keys
	if keys.Count != 2 || keys.Loaded.IsZero() || keys.Failures != 0 {
		t.Errorf("%+v", keys)
	}
	r.signals <- syscall.SIGTERM
	if err := r.wait(t); err != nil {
		t.Errorf("serveUntil: %v", err)
	}
}

func TestAServerStartsWithoutItsIssuerAndNotWithoutItsFiles(t *testing.T) {
	defer goleak.VerifyNone(t)
	r := run(t, map[string]string{"auth.mode": "token", "auth.jwks": unreachable, "auth.jwks_allow_private": "true"})
	if keys := r.admission.Stats().Keys; keys.Count != 0 || keys.Failures == 0 || !keys.Loaded.IsZero() {
		t.Errorf("%+v", keys)
	}
	r.signals <- syscall.SIGTERM
	if err := r.wait(t); err != nil {
		t.Errorf("serveUntil: %v", err)
	}
	_, err := start(t.Context(), testConfig(t, map[string]string{"auth.mode": "token", "auth.jwks": "absent.json"}), discardLogger())
	if err == nil || !strings.Contains(err.Error(), "auth.jwks: keys of absent.json") {
		t.Errorf("%v", err)
	}
}

// given has the server read other flags, and returns what came of it.
func (r *running) given(t *testing.T, flags map[string]string) reloaded {
	t.Helper()
	r.reloading.load = func() (config.Loaded, error) { return config.Load(config.Sources{Flags: flags}) }
	told := make(chan reloaded, 1)
	r.reloading.asked <- told
	return <-told
}

func TestKeysAreReloadedOrStay(t *testing.T) {
	defer goleak.VerifyNone(t)
	secret, set := keyFiles(t)
	base := map[string]string{
		"http.listen": "localhost:0", "operator.listen": "localhost:0", "media.port": "0", "media.listen": "127.0.0.1", "shutdown.drain": "1h",
		"auth.mode": "token",
	}
	with := func(more ...string) map[string]string {
		flags := map[string]string{}
		for key, text := range base {
			flags[key] = text
		}
		for i := 0; i < len(more); i += 2 {
			flags[more[i]] = more[i+1]
		}
		return flags
	}
	r := run(t, with("auth.secret_file", secret))
	first := r.tokenKeys
	if done := r.given(t, with("auth.secret_file", secret, "auth.issuer", "app")); done.err != nil || done.keys || r.tokenKeys != first {
		t.Errorf("another issuer: %+v", done)
	}
	if done := r.given(t, with("auth.secret_file", secret, "auth.jwks", set)); done.err != nil || !done.keys || r.admission.Stats().Keys.Count != 2 {
		t.Errorf("a set beside the secret: %+v, %+v", done, r.admission.Stats().Keys)
	}
	second := r.tokenKeys
	done := r.given(t, with("auth.jwks", unreachable, "auth.jwks_allow_private", "true"))
	if done.err == nil || !strings.Contains(done.err.Error(), "auth.jwks") || r.tokenKeys != second {
		t.Errorf("a set that cannot be loaded: %+v", done)
	}
	if done := r.given(t, with("auth.mode", "open")); done.err != nil || !r.admission.Open() || r.tokenKeys != nil {
		t.Errorf("open: %+v", done)
	}
	if done := r.given(t, with("auth.secret_file", secret)); done.err != nil || r.admission.Open() || r.admission.Stats().Keys.Count != 1 {
		t.Errorf("with tokens again: %+v", done)
	}
	r.signals <- syscall.SIGTERM
	if err := r.wait(t); err != nil {
		t.Errorf("serveUntil: %v", err)
	}
}

// The mode cannot change while the listener is for everybody, so the keys must not go.
func TestAReloadDoesNotLockEverybodyOut(t *testing.T) {
	defer goleak.VerifyNone(t)
	secret, _ := keyFiles(t)
	r := run(t, map[string]string{"http.listen": "0.0.0.0:0", "auth.mode": "token", "auth.secret_file": secret})
	done := r.given(t, map[string]string{"http.listen": "localhost:0", "media.listen": "127.0.0.1"})
	if !errors.Is(done.err, errNoTokenKeys) || r.admission.Open() || r.admission.Stats().Keys.Count != 1 {
		t.Errorf("%+v, %+v", done, r.admission.Stats())
	}
	r.signals <- syscall.SIGTERM
	if err := r.wait(t); err != nil {
		t.Errorf("serveUntil: %v", err)
	}
}

func TestAProxyBeforeAnOpenServerIsNoticedOnce(t *testing.T) {
	var log bytes.Buffer
	for _, tt := range []struct {
		flags  map[string]string
		header string
		want   int
	}{
		{nil, "X-Forwarded-For", 1},
		{nil, "X-Unknown", 0},
		{map[string]string{"auth.open_to_all": "true"}, "X-Forwarded-For", 0},
		{map[string]string{"auth.mode": "token", "auth.secret": strings.Repeat("s", 32)}, "X-Forwarded-For", 0},
	} {
		cfg := testConfig(t, tt.flags)
		s := &server{cfg: cfg, logger: slog.New(slog.NewTextHandler(&log, nil)), admission: admission.New(admission.Options{})}
		if cfg.Auth.Mode == config.AuthToken {
			s.admission = admission.New(admission.Options{Tokens: &auth.VerifierOptions{Keys: func() *auth.KeySet { return nil }}})
		}
		handler := s.watchForProxies(http.NotFoundHandler())
		log.Reset()
		for range 2 {
			r := httptest.NewRequest(http.MethodGet, "/room", nil)
			r.Header.Set(tt.header, "192.0.2.1")
			handler.ServeHTTP(httptest.NewRecorder(), r)
		}
		if got := strings.Count(log.String(), "whoever reaches the proxy"); got != tt.want {
			t.Errorf("%v with %s: said %d times, want %d", tt.flags, tt.header, got, tt.want)
		}
	}
}
