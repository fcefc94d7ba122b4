package transport

import (
	"fmt"
	"slices"

	"github.com/pion/dtls/v3"
	"github.com/pion/rtcp"
	"github.com/pion/rtp"
	"github.com/pion/srtp/v3"

	"github.com/atrium-rtc/atrium/internal/demux"
)

const (
	// Replay windows, in packets. libwebrtc's for media; reports are few.
	mediaReplayWindow  = 1024
	reportReplayWindow = 64
	// maxOverhead is what protection adds to a packet: AES-GCM's tag and, for
	// RTCP, the index (RFC 7714), more than AES-CM's.
	maxOverhead = 16 + 4
)

// sealer protects what is sent. It belongs to one goroutine at a time.
type sealer struct {
	context *srtp.Context
	rtp     rtp.Header // kept for its memory
	rtcp    rtcp.Header
	buffer  []byte
}

// opener reads what the server protected. It belongs to the reader goroutine.
type opener struct {
	context *srtp.Context
	rtp     rtp.Header
	rtcp    rtcp.Header
}

// newProtection makes both from the keys that a DTLS handshake agreed on (RFC
// 5764 section 4.2).
func newProtection(conn *dtls.Conn, client bool) (*sealer, *opener, error) {
	selected, ok := conn.SelectedSRTPProtectionProfile()
	if !ok {
		return nil, nil, fmt.Errorf("DTLS: no SRTP profile in common")
	}
	state, ok := conn.ConnectionState()
	if !ok {
		return nil, nil, fmt.Errorf("DTLS: no state to take keys from")
	}
	keys := srtp.Config{Profile: srtp.ProtectionProfile(selected)}
	if err := keys.ExtractSessionKeysFromDTLS(&state, client); err != nil {
		return nil, nil, fmt.Errorf("SRTP keys: %w", err)
	}
	seal, err := srtp.CreateContext(keys.Keys.LocalMasterKey, keys.Keys.LocalMasterSalt, keys.Profile)
	if err != nil {
		return nil, nil, fmt.Errorf("SRTP: %w", err)
	}
	open, err := srtp.CreateContext(keys.Keys.RemoteMasterKey, keys.Keys.RemoteMasterSalt, keys.Profile,
		srtp.SRTPReplayProtection(mediaReplayWindow), srtp.SRTCPReplayProtection(reportReplayWindow))
	if err != nil {
		return nil, nil, fmt.Errorf("SRTP: %w", err)
	}
	return &sealer{context: seal}, &opener{context: open}, nil
}

// packet returns b as it goes over the wire, valid until the next call.
func (s *sealer) packet(b []byte, of demux.Class) ([]byte, error) {
	if len(b)+maxOverhead > maxDatagram {
		return nil, fmt.Errorf("%w: %d octets", ErrTooLarge, len(b))
	}
	s.buffer = slices.Grow(s.buffer[:0], len(b)+maxOverhead)
	if of == demux.RTCP {
		return s.context.EncryptRTCP(s.buffer, b, &s.rtcp)
	}
	return s.context.EncryptRTP(s.buffer, b, &s.rtp)
}

// packet decrypts b in place.
func (o *opener) packet(b []byte, of demux.Class) ([]byte, error) {
	if of == demux.RTCP {
		return o.context.DecryptRTCP(b, b, &o.rtcp)
	}
	return o.context.DecryptRTP(b, b, &o.rtp)
}
