package sfu

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"fmt"
	"math/big"
	"sync"
	"time"

	"github.com/pion/webrtc/v4"
)

const (
	certificateLife  = 365 * 24 * time.Hour
	certificateRenew = 7 * 24 * time.Hour
)

// certificates holds the DTLS certificate of new connections: self-signed, as
// WebRTC identifies it by the fingerprint in the answer, shared by all
// connections, since making one costs more than the rest of an answer, and
// replaced every week.
type certificates struct {
	mu   sync.Mutex
	cert *webrtc.Certificate
	made time.Time
}

// current returns the certificate for a connection that begins now.
func (c *certificates) current(now time.Time) (webrtc.Certificate, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.cert != nil && now.Sub(c.made) < certificateRenew {
		return *c.cert, nil
	}
	cert, err := newCertificate(now)
	if err != nil {
		return webrtc.Certificate{}, err
	}
	c.cert, c.made = cert, now
	return *cert, nil
}

func newCertificate(now time.Time) (*webrtc.Certificate, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("DTLS key: %w", err)
	}
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 64))
	if err != nil {
		return nil, fmt.Errorf("DTLS certificate serial: %w", err)
	}
	cert, err := webrtc.NewCertificate(key, x509.Certificate{
		SerialNumber: serial,
		Subject:      pkix.Name{CommonName: "WebRTC"},
		Issuer:       pkix.Name{CommonName: "WebRTC"},
		NotBefore:    now.Add(-24 * time.Hour), // clocks differ
		NotAfter:     now.Add(certificateLife),
	})
	if err != nil {
		return nil, fmt.Errorf("DTLS certificate: %w", err)
	}
	return cert, nil
}
