package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net/http"
	"os"
	"syscall"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/atrium-rtc/atrium/internal/config"
	"github.com/atrium-rtc/atrium/room"
)

// testConfig is a server on free ports that would drain for an hour.
func testConfig(t *testing.T, flags map[string]string) config.Config {
	t.Helper()
	all := map[string]string{
		"http.listen": "localhost:0", "operator.listen": "localhost:0",
		"media.port": "0", "media.listen": "127.0.0.1", "shutdown.drain": "1h",
	}
	for key, text := range flags {
		all[key] = text
	}
	loaded, err := config.Load(config.Sources{Flags: all})
	if err != nil {
		t.Fatal(err)
	}
	return loaded.Config
}

// running is a server in this process and what serveUntil returns.
type running struct {
	*server
	signals chan os.Signal
	ended   chan error
}

func run(t *testing.T, flags map[string]string) *running {
	t.Helper()
	s, err := start(t.Context(), testConfig(t, flags), discardLogger())
	if err != nil {
		t.Fatal(err)
	}
	r := &running{server: s, signals: make(chan os.Signal, 2), ended: make(chan error, 1)}
	go func() { r.ended <- s.serveUntil(r.signals) }()
	return r
}

func (r *running) join(t *testing.T, id room.ParticipantID) {
	t.Helper()
	if _, err := r.rooms.Join(t.Context(), room.JoinRequest{ID: id, User: string(id), Room: "r", AutoCreate: true}); err != nil {
		t.Fatal(err)
	}
}

// wait returns what serveUntil returned.
func (r *running) wait(t *testing.T) error {
	t.Helper()
	select {
	case err := <-r.ended:
		return err
	case <-time.After(30 * time.Second):
		t.Fatal("the server goes on")
		return nil
	}
}

// readiness asks the operator's listener.
func (r *running) readiness(t *testing.T) int {
	t.Helper()
	transport := &http.Transport{}
	defer transport.CloseIdleConnections()
	answer, err := (&http.Client{Transport: transport}).Get("http://" + r.operator.address() + "/readyz")
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	return answer.StatusCode
}

// eventually looks until it is so.
func eventually(t *testing.T, what string, so func() bool) {
	t.Helper()
	look, late := time.NewTicker(5*time.Millisecond), time.After(30*time.Second)
	defer look.Stop()
	for !so() {
		select {
		case <-look.C:
		case <-late:
			t.Fatalf("still not: %s", what)
		}
	}
}

func TestServerEndsWithoutLeavingGoroutines(t *testing.T) {
	defer goleak.VerifyNone(t)
	r := run(t, nil)
	r.signals <- syscall.SIGTERM
	if err := r.wait(t); err != nil {
		t.Errorf("serveUntil: %v", err)
	}
}

func TestDrainRefusesReadinessButKeepsParticipantsUntilTheyLeave(t *testing.T) {
	defer goleak.VerifyNone(t)
	r := run(t, nil)
	r.join(t, "ann")
	if got := r.readiness(t); got != http.StatusOK {
		t.Fatalf("readiness %d before the signal", got)
	}
	r.signals <- syscall.SIGTERM
	eventually(t, "readiness is off", func() bool { return r.readiness(t) == http.StatusServiceUnavailable })
	if list, err := r.rooms.Participants("r"); err != nil || len(list) != 1 {
		t.Errorf("participants %v, error %v while draining, want ann", list, err)
	}
	select {
	case err := <-r.ended:
		t.Fatalf("ended with a participant in the room: %v", err)
	default:
	}
	if _, err := r.rooms.Leave(t.Context(), "ann"); err != nil {
		t.Fatal(err)
	}
	if err := r.wait(t); err != nil {
		t.Errorf("serveUntil: %v", err)
	}
}

func TestDrainDeadlineEndsCalls(t *testing.T) {
	defer goleak.VerifyNone(t)
	r := run(t, map[string]string{"shutdown.drain": "1ms"})
	r.join(t, "ann")
	r.signals <- syscall.SIGTERM
	if err := r.wait(t); err != nil {
		t.Errorf("serveUntil: %v", err)
	}
	if left := r.rooms.Stats().Participants; left != 0 {
		t.Errorf("%d participants after the end", left)
	}
}

func TestSecondSignalEndsTheDrain(t *testing.T) {
	r := run(t, nil)
	r.join(t, "ann")
	r.signals <- syscall.SIGTERM
	r.signals <- os.Interrupt
	if err := r.wait(t); !errors.Is(err, errSecondSignal) {
		t.Errorf("serveUntil: %v, want %v", err, errSecondSignal)
	}
}

func TestFailedStartLeavesNothingBehind(t *testing.T) {
	defer goleak.VerifyNone(t)
	taken, err := listen(t.Context(), "http.listen", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer closeAll(t, taken)
	cfg := testConfig(t, map[string]string{"http.listen": taken[0].Addr().String()})
	if s, err := start(context.Background(), cfg, discardLogger()); err == nil {
		t.Fatalf("started as %s on a port that is taken", s.page)
	}
}

func TestSelfSignedPageIsServedOverTLS(t *testing.T) {
	defer goleak.VerifyNone(t)
	r := run(t, map[string]string{"tls.mode": "self-signed"})
	leaf, err := x509.ParseCertificate(r.public.http.TLSConfig.Certificates[0].Certificate[0])
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AddCert(leaf)
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}}
	answer, err := (&http.Client{Transport: transport}).Get(r.page)
	if err != nil {
		t.Fatal(err)
	}
	page, err := io.ReadAll(answer.Body)
	if err != nil || answer.StatusCode != http.StatusOK || len(page) == 0 {
		t.Errorf("status %d, %d octets, error %v", answer.StatusCode, len(page), err)
	}
	if err := answer.Body.Close(); err != nil {
		t.Error(err)
	}
	transport.CloseIdleConnections()
	r.signals <- syscall.SIGTERM
	if err := r.wait(t); err != nil {
		t.Errorf("serveUntil: %v", err)
	}
}

func TestServerWorksWithoutAnOperatorListener(t *testing.T) {
	defer goleak.VerifyNone(t)
	r := run(t, map[string]string{"operator.listen": ""})
	r.signals <- syscall.SIGTERM
	if err := r.wait(t); err != nil {
		t.Errorf("serveUntil: %v", err)
	}
}

func TestPageURLIsWhatAPersonTypes(t *testing.T) {
	for _, test := range []struct{ listen, mode, address, want string }{
		{"localhost:8080", "off", "127.0.0.1:8080", "http://localhost:8080"},
		{":8080", "off", "[::]:8080", "http://localhost:8080"},
		{"0.0.0.0:80", "off", "0.0.0.0:80", "http://localhost"},
		{"192.0.2.1:0", "off", "192.0.2.1:4711", "http://192.0.2.1:4711"},
		{"[::1]:8080", "off", "[::1]:8080", "http://[::1]:8080"},
		{":443", "self-signed", "[::]:443", "https://localhost"},
		{":8443", "acme", "[::]:8443", "https://call.example.org:8443"},
		{":443", "acme", "[::]:443", "https://call.example.org"},
	} {
		var cfg config.Config
		cfg.HTTP.Listen, cfg.TLS.Mode = test.listen, config.TLSMode(test.mode)
		cfg.TLS.ACME.Domains = []string{"call.example.org"}
		if got := pageURL(cfg, test.address); got != test.want {
			t.Errorf("pageURL(%s, %s) = %s, want %s", test.listen, test.mode, got, test.want)
		}
	}
}

func TestCreatorsAreTheNamesThatMatch(t *testing.T) {
	policy, err := newCreators(config.Rooms{CreatorPattern: "host.*"})
	if err != nil {
		t.Fatal(err)
	}
	if err := policy.allow(t.Context(), room.CreateRequest{Room: "r", User: "Host1"}, nil); err != nil {
		t.Errorf("Host1: %v", err)
	}
	if err := policy.allow(t.Context(), room.CreateRequest{Room: "r", User: "ghost"}, nil); err == nil {
		t.Error("ghost may create rooms")
	}
}
