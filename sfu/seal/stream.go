package seal

import (
	"encoding/binary"

	"github.com/atrium-rtc/atrium/internal/invariant"
)

// Where things stand in an RTP header (RFC 3550 section 5.1).
const (
	sequenceAt  = 2
	ssrcAt      = 8
	fixedHeader = 12
)

// Stream seals the packets of one source. It is owned by the goroutine of its
// Context.
type Stream struct {
	transform transform
	overhead  int
	ssrc      uint32
	indices   indices
}

// Seal protects one packet and returns its size in all, in octets. packet[:header]
// holds the marshalled RTP header with its extensions, and payload is what comes
// behind it, padding included. packet must have room for the header, the payload
// and the Context's Overhead. payload is only read; it either does not overlap
// packet, or is packet[header:header+len(payload)], which is then encrypted in
// place.
//
// The sequence number is read from the header. Packets may go out late, see
// ErrTooOld, but each number once, see ErrReused; to send one again is what RTX is
// for. A header with another SSRC than the Stream's is a broken invariant: the
// nonce would not be the receiver's.
//
// The errors are ErrShort, ErrTooOld, ErrReused and ErrExhausted. After an error
// nothing has changed. Seal does not allocate, but for 512 octets when AES-CM has
// a payload of more than 192.
func (s *Stream) Seal(packet []byte, header int, payload []byte) (int, error) {
	size := header + len(payload) + s.overhead
	if header < fixedHeader || size > len(packet) {
		return 0, ErrShort
	}
	invariant.Check(binary.BigEndian.Uint32(packet[ssrcAt:]) == s.ssrc, "sealing a packet of another source")
	index, err := s.indices.of(binary.BigEndian.Uint16(packet[sequenceAt:]))
	if err != nil {
		return 0, err
	}
	s.indices.use(index) // before anything is written with it
	s.transform.seal(packet[:size], header, payload, s.ssrc, index)
	return size, nil
}

// Prefetch reads the stream's memory, so that it is at hand when a packet is
// sealed. The result means nothing.
func (s *Stream) Prefetch() byte { return byte(s.ssrc) + s.indices.prefetch() }
