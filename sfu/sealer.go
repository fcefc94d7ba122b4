package sfu

import (
	"errors"
	"fmt"

	"github.com/pion/rtp"
	"github.com/pion/webrtc/v4"

	"github.com/atrium-rtc/atrium/sfu/egress"
	"github.com/atrium-rtc/atrium/sfu/packet"
	"github.com/atrium-rtc/atrium/sfu/seal"
	"github.com/atrium-rtc/atrium/sfu/udp"
)

// Sealing says who encrypts what subscribers get.
type Sealing uint8

// The ways to seal.
const (
	// SealAuto has the shard do it, and Pion where the connection's keys could not
	// be had.
	SealAuto Sealing = iota
	// SealShard ends connections whose keys could not be had.
	SealShard
	// SealPion leaves all of it to Pion's writer.
	SealPion
)

// ParseSealing returns the way to seal of a configuration.
func ParseSealing(s string) (Sealing, error) {
	for _, way := range []Sealing{SealAuto, SealShard, SealPion} {
		if s == way.String() {
			return way, nil
		}
	}
	return 0, fmt.Errorf("%q is none of auto, shard and pion", s)
}

// String returns the word of the configuration.
func (s Sealing) String() string {
	switch s {
	case SealShard:
		return "shard"
	case SealPion:
		return "pion"
	default:
		return "auto"
	}
}

var (
	errNoSpace = errors.New("packet exceeds the buffer")

	_ egress.Sealer     = (*shardSealer)(nil)
	_ egress.Prefetcher = (*shardSealer)(nil)
	_ egress.Sealer     = pionSealer{}
)

// pionSealer seals with the connection's SRTP session. What it sends arrives at
// the connection's udp.Peer and goes into the shard's queue from there.
type pionSealer struct{ out webrtc.TrackLocalWriter }

// WriteRTP implements egress.Sealer.
func (s pionSealer) WriteRTP(header *rtp.Header, payload []byte) error {
	_, err := s.out.WriteRTP(header, payload)
	return err //nolint:wrapcheck // counted, never shown
}

// shardSealer seals straight into the queue of the shard: the payload, which all
// subscribers share, is read once and written once, encrypted, where the kernel
// takes it from.
type shardSealer struct {
	transport  *peerTransport
	queue      *udp.Queue
	overhead   int
	media, rtx *seal.Stream // rtx is nil without a repair stream
	rtxSSRC    uint32
}

// WriteRTP implements egress.Sealer.
func (s *shardSealer) WriteRTP(header *rtp.Header, payload []byte) error {
	stream := s.media
	if s.rtx != nil && header.SSRC == s.rtxSSRC {
		stream = s.rtx
	}
	head := header.MarshalSize()
	size := head + len(payload) + int(header.PaddingSize) + s.overhead
	if size > udp.MaxDatagram {
		return errNoSpace
	}
	buf := s.queue.Reserve(size)
	if _, err := header.MarshalTo(buf); err != nil {
		return err //nolint:wrapcheck // counted, never shown
	}
	if header.PaddingSize > 0 {
		payload = pad(buf[head:size-s.overhead], payload)
	}
	n, err := stream.Seal(buf, head, payload)
	if err != nil {
		return err //nolint:wrapcheck // counted, never shown
	}
	if route := s.transport.route.Load(); route != nil {
		s.queue.Commit(n, route)
		return nil
	}
	return s.transport.writeTCP(buf[:n])
}

// Prefetch implements egress.Prefetcher.
func (s *shardSealer) Prefetch() byte {
	sum := s.media.Prefetch()
	if route := s.transport.route.Load(); route != nil {
		sum += route.Prefetch()
	}
	return sum
}

// pad fills buf with the payload and the padding that the header announces (RFC
// 3550 section 5.1).
func pad(buf, payload []byte) []byte {
	n := copy(buf, payload)
	clear(buf[n:])
	buf[len(buf)-1] = uint8(len(buf) - n) //nolint:gosec // PaddingSize
	return buf
}

// A datagram holds whatever may be forwarded, sealed and with all headers.
var _ [udp.MaxDatagram - packet.MaxSize - 64]struct{}
