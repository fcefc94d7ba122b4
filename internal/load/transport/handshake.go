package transport

import (
	"context"
	"crypto/x509"
	"fmt"
	"net"
	"net/netip"
	"time"

	"github.com/pion/dtls/v3"
)

// flightInterval is how long a lost DTLS flight waits for its first repetition;
// it doubles with each. RFC 6347's second would be most of a join on a lossy
// path, and browsers do not wait it either.
const flightInterval = 100 * time.Millisecond

// newDTLS prepares the handshake in the role that the answer left to us.
func newDTLS(e *endpoint, server netip.AddrPort, id *Identity, a *answer) (*dtls.Conn, error) {
	options := []dtls.Option{
		dtls.WithCertificates(id.certificate),
		dtls.WithSRTPProtectionProfiles(dtls.SRTP_AEAD_AES_128_GCM, dtls.SRTP_AES128_CM_HMAC_SHA1_80),
		dtls.WithInsecureSkipVerify(true), // the fingerprint says who it is, not an authority (RFC 5763)
		dtls.WithVerifyPeerCertificate(func(certificates [][]byte, _ [][]*x509.Certificate) error {
			if len(certificates) == 0 {
				return ErrFingerprint
			}
			return verify(a.fingerprints, certificates[0])
		}),
		dtls.WithFlightInterval(flightInterval),
		dtls.WithLoggerFactory(silent()),
	}
	to := net.UDPAddrFromAddrPort(server)
	if a.active {
		// ICE has proved the address already; a cookie would cost a round trip.
		all := []dtls.ServerOption{dtls.WithClientAuth(dtls.RequireAnyClientCert), dtls.WithInsecureSkipVerifyHello(true)}
		for _, o := range options {
			all = append(all, o)
		}
		return dtls.ServerWithOptions(e, to, all...)
	}
	var all []dtls.ClientOption
	for _, o := range options {
		all = append(all, o)
	}
	return dtls.ClientWithOptions(e, to, all...)
}

// handshake runs DTLS and returns what the keys are for.
func (c *Conn) handshake(ctx context.Context, server netip.AddrPort, a *answer) (*sealer, *opener, error) {
	conn, err := newDTLS(c.dtlsEnd, server, c.options.Identity, a)
	if err != nil {
		return nil, nil, fmt.Errorf("DTLS: %w", err)
	}
	if !c.adoptDTLS(conn) {
		_ = conn.Close()
		return nil, nil, ErrClosed
	}
	if err := conn.HandshakeContext(ctx); err != nil {
		return nil, nil, fmt.Errorf("DTLS handshake with %v: %w", server, err)
	}
	return newProtection(conn, !a.active)
}
