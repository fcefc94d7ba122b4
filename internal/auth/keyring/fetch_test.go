package keyring_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/atrium-rtc/atrium/internal/auth"
	"github.com/atrium-rtc/atrium/internal/auth/keyring"
)

// serve starts an https server with paths, and returns a source at one of them.
func serve(t *testing.T, path string, paths map[string]http.HandlerFunc) *keyring.URL {
	mux := http.NewServeMux()
	for p, handle := range paths {
		mux.HandleFunc(p, handle)
	}
	server := httptest.NewTLSServer(mux)
	t.Cleanup(server.Close)
	source, err := keyring.NewURL(server.URL+path, server.Client())
	if err != nil {
		t.Fatal(err)
	}
	return source
}

func says(text string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(text)) }
}

func redirects(to string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, to, http.StatusFound) }
}

func TestASetIsFetched(t *testing.T) {
	text := string(setOf(t, "k"))
	source := serve(t, "/jwks?tenant=secret", map[string]http.HandlerFunc{"/jwks": func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet || !strings.Contains(r.Header.Get("Accept"), "application/jwk-set+json") || r.URL.RawQuery != "tenant=secret" {
			t.Errorf("%s %v %v", r.Method, r.URL, r.Header)
		}
		_, _ = w.Write([]byte(text))
	}})
	got, err := source.Load(t.Context())
	if err != nil || string(got) != text {
		t.Errorf("%q, %v", got, err)
	}
	if source.Secrets() || strings.Contains(source.String(), "secret") {
		t.Errorf("%v, %v", source.Secrets(), source)
	}
}

func TestRedirectionsStayOnTheHost(t *testing.T) {
	elsewhere := httptest.NewTLSServer(says("stolen"))
	defer elsewhere.Close()
	plain := httptest.NewServer(says("stolen"))
	defer plain.Close()
	loops := 0
	paths := map[string]http.HandlerFunc{
		"/keys": says("here"), "/moved": redirects("/keys"), "/away": redirects(elsewhere.URL), "/down": redirects(plain.URL),
		"/metadata": redirects("http://169.254.169.254/latest"), "/file": redirects("file:///etc/passwd"),
		"/plain": func(w http.ResponseWriter, r *http.Request) { redirects("http://"+r.Host+"/keys")(w, r) },
		"/loop":  func(w http.ResponseWriter, r *http.Request) { loops++; redirects("/loop")(w, r) },
	}
	if got, err := serve(t, "/moved", paths).Load(t.Context()); err != nil || string(got) != "here" {
		t.Errorf("on the same host: %q, %v", got, err)
	}
	for _, path := range []string{"/away", "/down", "/plain", "/metadata", "/file", "/loop"} {
		got, err := serve(t, path, paths).Load(t.Context())
		if err == nil || !strings.Contains(err.Error(), "redirected") {
			t.Errorf("%s: %q, %v", path, got, err)
		}
	}
	if loops != 4 {
		t.Errorf("followed %d times", loops)
	}
}

func TestWhatAServerMayDoIsBounded(t *testing.T) {
	endless := func(w http.ResponseWriter, r *http.Request) {
		for r.Context().Err() == nil {
			if _, err := w.Write(make([]byte, 1<<16)); err != nil {
				return
			}
		}
	}
	got, err := serve(t, "/", map[string]http.HandlerFunc{"/": endless}).Load(t.Context())
	if err != nil || len(got) != auth.MaxJWKSOctets+1 {
		t.Errorf("%d octets, %v", len(got), err)
	}
	if _, _, err := auth.ParseJWKS(got, false); err == nil {
		t.Error("a set that was cut is accepted")
	}

	for _, status := range []int{http.StatusNoContent, http.StatusNotFound, http.StatusInternalServerError} {
		source := serve(t, "/", map[string]http.HandlerFunc{"/": func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(status) }})
		if _, err := source.Load(t.Context()); err == nil {
			t.Errorf("status %d is a set", status)
		}
	}

	silent := serve(t, "/", map[string]http.HandlerFunc{"/": func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }})
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if _, err := silent.Load(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("a silent server: %v", err)
	}
}

func TestOnlyPlainHTTPSAddressesAreSources(t *testing.T) {
	for _, address := range []string{
		"", "http://keys.example/jwks", "https://", "https:///jwks", "file:///etc/passwd", "https://user:pass@keys.example/", "https://keys.example/#x", "//keys.example", "https://[::1",
	} {
		if _, err := keyring.NewURL(address, http.DefaultClient); err == nil {
			t.Errorf("%q is a source", address)
		}
	}
	if _, err := keyring.NewURL("https://keys.example:8443/jwks?x=y", http.DefaultClient); err != nil {
		t.Error(err)
	}
}

func TestTheClientConnectsToNoSpecialAddress(t *testing.T) {
	reached := false
	server := httptest.NewTLSServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { reached = true }))
	defer server.Close()
	port := server.URL[strings.LastIndexByte(server.URL, ':'):]
	for address, private := range map[string]bool{
		"https://127.0.0.1" + port: false, "https://localhost" + port: false, "https://[::ffff:127.0.0.1]" + port: false,
		"https://10.0.0.1": false, "https://169.254.169.254": true, "https://[fe80::1]": true, "https://0.0.0.0" + port: true,
		"https://192.0.2.1": true, "https://[2002:7f00:1::]": true,
	} {
		source, err := keyring.NewURL(address, keyring.Client(private))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := source.Load(t.Context()); err == nil || !strings.Contains(err.Error(), "allowed here") {
			t.Errorf("%s: %v", address, err)
		}
	}
	source, err := keyring.NewURL(server.URL, keyring.Client(true))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := source.Load(t.Context()); err == nil || !strings.Contains(err.Error(), "certificate") {
		t.Errorf("this machine, allowed: %v", err) // it gets as far as the certificate of the test
	}
	if reached {
		t.Error("the server was reached")
	}
}
