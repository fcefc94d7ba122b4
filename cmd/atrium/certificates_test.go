package main

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/atrium-rtc/atrium/internal/config"
)

func TestSelfSignedCertificateHoldsForEveryNameOfTheServer(t *testing.T) {
	var cfg config.Config
	cfg.TLS.Mode = config.TLSSelfSigned
	cfg.HTTP.Listen = "dev.example:8443"
	cfg.Media.PublicAddresses = []netip.Addr{netip.MustParseAddr("192.0.2.7")}
	made, err := newCertificates(cfg, discardLogger())
	if err != nil {
		t.Fatal(err)
	}
	leaf, err := x509.ParseCertificate(made.config.Certificates[0].Certificate[0])
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AddCert(leaf)
	for _, name := range []string{"localhost", "127.0.0.1", "[::1]", "dev.example", "192.0.2.7"} {
		if _, err := leaf.Verify(x509.VerifyOptions{DNSName: name, Roots: roots}); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := leaf.Verify(x509.VerifyOptions{DNSName: "other.example", Roots: roots}); err == nil {
		t.Error("the certificate holds for other.example")
	}
}

// writePair makes a certificate for name in two files and dates them.
func writePair(t *testing.T, dir, name string, modified time.Time) (certFile, keyFile string) {
	t.Helper()
	made, err := selfSigned([]string{name})
	if err != nil {
		t.Fatal(err)
	}
	key, err := x509.MarshalPKCS8PrivateKey(made.PrivateKey)
	if err != nil {
		t.Fatal(err)
	}
	certFile, keyFile = filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	write(t, certFile, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: made.Certificate[0]}), modified)
	write(t, keyFile, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: key}), modified)
	return certFile, keyFile
}

func write(t *testing.T, file string, data []byte, modified time.Time) {
	t.Helper()
	if err := os.WriteFile(file, data, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chtimes(file, modified, modified); err != nil {
		t.Fatal(err)
	}
}

func TestRenewedFilesAreServedWithoutARestart(t *testing.T) {
	dir, day := t.TempDir(), time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	certFile, keyFile := writePair(t, dir, "old.example", day)
	pair, err := newKeyPair(certFile, keyFile, discardLogger())
	if err != nil {
		t.Fatal(err)
	}
	serves := func(name string) {
		t.Helper()
		current, err := pair.certificate(nil)
		if err != nil {
			t.Fatal(err)
		}
		if err := current.Leaf.VerifyHostname(name); err != nil {
			t.Error(err)
		}
	}
	serves("old.example")
	writePair(t, dir, "new.example", day.AddDate(0, 0, 1))
	serves("new.example")
	write(t, certFile, []byte("half a file"), day.AddDate(0, 0, 2))
	serves("new.example")
	writePair(t, dir, "newest.example", day.AddDate(0, 0, 3))
	serves("newest.example")
	if err := os.Remove(keyFile); err != nil {
		t.Fatal(err)
	}
	serves("newest.example")
}

func TestOtherFilesAreUsedOnlyIfTheyHoldACertificate(t *testing.T) {
	day := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	certFile, keyFile := writePair(t, t.TempDir(), "old.example", day)
	otherCert, otherKey := writePair(t, t.TempDir(), "new.example", day)
	pair, err := newKeyPair(certFile, keyFile, discardLogger())
	if err != nil {
		t.Fatal(err)
	}
	for _, step := range []struct {
		cert, key, serves string
		wrong             bool
	}{
		{otherCert, "absent.key", "old.example", true},
		{otherCert, keyFile, "old.example", true},
		{otherCert, otherKey, "new.example", false},
		{certFile, keyFile, "old.example", false},
	} {
		if err := pair.use(step.cert, step.key); (err != nil) != step.wrong {
			t.Errorf("use(%s, %s): %v", step.cert, step.key, err)
		}
		current, err := pair.certificate(nil)
		if err != nil {
			t.Fatal(err)
		}
		if err := current.Leaf.VerifyHostname(step.serves); err != nil {
			t.Error(err)
		}
	}
}

func TestMissingFilesAreAnErrorAtTheStart(t *testing.T) {
	if _, err := newKeyPair("absent.pem", "absent.key", slog.New(slog.DiscardHandler)); err == nil {
		t.Error("newKeyPair accepts files that do not exist")
	}
}

func acmeConfig(t *testing.T) config.Config {
	t.Helper()
	var cfg config.Config
	cfg.TLS.Mode = config.TLSACME
	cfg.TLS.ACME = config.ACME{Domains: []string{"call.example.org"}, Cache: t.TempDir(), Directory: "https://127.0.0.1:1/directory"}
	return cfg
}

func TestACMEAnswersChallengesOnTheListenerAndRefusesOtherNames(t *testing.T) {
	made, err := newCertificates(acmeConfig(t), discardLogger())
	if err != nil {
		t.Fatal(err)
	}
	for _, protocol := range []string{"h2", "http/1.1", "acme-tls/1"} {
		if !slices.Contains(made.config.NextProtos, protocol) {
			t.Errorf("ALPN %v lacks %s", made.config.NextProtos, protocol)
		}
	}
	if _, err := made.config.GetCertificate(&tls.ClientHelloInfo{ServerName: "other.example.org"}); err == nil {
		t.Error("a certificate is asked for a name that is not configured")
	}
}

func TestACMEPlainListenerRedirectsToHTTPS(t *testing.T) {
	made, err := newCertificates(acmeConfig(t), discardLogger())
	if err != nil {
		t.Fatal(err)
	}
	answer := httptest.NewRecorder()
	made.challenges.ServeHTTP(answer, httptest.NewRequest(http.MethodGet, "http://call.example.org/a?b=c", nil))
	if got := answer.Header().Get("Location"); answer.Code != http.StatusFound || got != "https://call.example.org/a?b=c" {
		t.Errorf("status %d, Location %q", answer.Code, got)
	}
}

func TestNoTLSWithoutAMode(t *testing.T) {
	made, err := newCertificates(config.Config{}, discardLogger())
	if err != nil || made.config != nil || made.challenges != nil {
		t.Errorf("certificates %+v, error %v, want none", made, err)
	}
}
