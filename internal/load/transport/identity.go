package transport

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"fmt"
	"math/big"
	"time"
)

const identityLife = 30 * 24 * time.Hour

// Identity is what all connections of a run share: the DTLS certificate, since
// making one costs more than the rest of an offer, and the buffers that
// datagrams are read into, so that a thousand connections use the few that are
// warm in the cache. Any number of connections may use it at once.
type Identity struct {
	certificate tls.Certificate
	fingerprint string // as in a=fingerprint
	batches     batchPool
}

// NewIdentity makes a self-signed ECDSA certificate, as browsers do.
func NewIdentity() (*Identity, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, fmt.Errorf("DTLS key: %w", err)
	}
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 64))
	if err != nil {
		return nil, fmt.Errorf("DTLS certificate serial: %w", err)
	}
	name := pkix.Name{CommonName: "WebRTC"}
	now := time.Now()
	template := &x509.Certificate{
		SerialNumber: serial,
		Subject:      name,
		Issuer:       name,
		NotBefore:    now.Add(-24 * time.Hour), // clocks differ
		NotAfter:     now.Add(identityLife),
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		return nil, fmt.Errorf("DTLS certificate: %w", err)
	}
	return &Identity{
		certificate: tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key},
		fingerprint: fingerprintOf(der),
	}, nil
}
