package rtptest

import (
	"encoding/binary"
	"math/rand/v2"

	"github.com/pion/rtp"
)

// LiarConfig says what a Liar lies about.
type LiarConfig struct {
	Seed uint64
	// SSRCs are those of streams that exist, of the client's own and of what it
	// receives. Most lies name one of them; some name one of three that nobody has.
	// A server may cut off a client that invents more.
	SSRCs []uint32
	// PayloadTypes are those that were negotiated, repairs and redundant sound too.
	PayloadTypes []uint8
	// Discreet is for a liar who is to stay: it names no other sources in RTP, and none
	// in RTCP where Pion looks for whom a packet is.
	Discreet bool
}

// Liar makes malformed packets for a client with the keys of its connection: what it
// returns is to be encrypted as it is, so that a receiver finds it authentic. Equal
// configurations and calls make equal packets. For one goroutine.
type Liar struct {
	cfg    LiarConfig
	random *rand.Rand
	last   map[uint32]uint16 // number of each source
	holes  map[uint32]uint16 // a number of each that was left out
}

// Sizes in octets. With encryption no packet is longer than 1200.
const (
	fixedHeader = 12
	mostOctets  = 1160
)

// NewLiar returns one.
func NewLiar(cfg LiarConfig) *Liar {
	cfg.SSRCs = append(append([]uint32(nil), cfg.SSRCs...), 0xbad00001, 0xbad00002, 0xbad00003)
	return &Liar{cfg: cfg, random: rand.New(rand.NewPCG(cfg.Seed, 0x11a5)), last: make(map[uint32]uint16), holes: make(map[uint32]uint16)}
}

// RTP returns a packet made of a good one, spoilt in one to three ways. Its header is
// one that SRTP can be applied to: a receiver has to find out where the header ends
// before it decrypts.
func (l *Liar) RTP(good *rtp.Packet) []byte {
	plain, err := good.Marshal()
	if err != nil {
		return nil
	}
	for range 8 {
		b := append([]byte(nil), plain...)
		for range 1 + l.random.IntN(3) {
			b = l.spoil(b)
		}
		var h rtp.Header
		if n, err := h.Unmarshal(b); err == nil && n <= len(b) && len(b) <= mostOctets {
			l.number(b)
			return b
		}
	}
	l.number(plain)
	return plain
}

// number gives a packet the next number of its source, whatever it was made of: numbers
// that SRTP would take for old ones would all be dropped. Some are left out, and one of
// those may come late; some jumps are far.
func (l *Liar) number(b []byte) {
	ssrc := binary.BigEndian.Uint32(b[8:])
	last, begun := l.last[ssrc]
	next := last + 1
	if !begun {
		next = binary.BigEndian.Uint16(b[2:])
	}
	switch hole, left := l.holes[ssrc]; {
	case left && l.random.IntN(10) == 0:
		delete(l.holes, ssrc)
		binary.BigEndian.PutUint16(b[2:], hole)
		return
	case l.random.IntN(20) == 0:
		l.holes[ssrc] = next
		next += 1 + uint16(l.random.IntN(5)) //nolint:gosec // 5
	case l.random.IntN(500) == 0:
		delete(l.holes, ssrc)
		next += uint16(l.random.IntN(1 << 14)) //nolint:gosec // 14 bits
	}
	l.last[ssrc] = next
	binary.BigEndian.PutUint16(b[2:], next)
}

// spoil spoils a packet in one way.
func (l *Liar) spoil(b []byte) []byte {
	payload := b[fixedHeader:] // or what stands before it
	switch l.random.IntN(11) {
	case 0: // bits anywhere
		l.flip(payload, 1+l.random.IntN(8))
	case 1: // bits where payloads are described
		l.flip(payload[:min(len(payload), 24)], 1+l.random.IntN(8))
	case 2: // all of what is described
		l.fill(payload[:min(len(payload), 1+l.random.IntN(16))])
	case 3:
		return b[:fixedHeader+l.random.IntN(len(payload)+1)]
	case 4:
		return l.extend(b)
	case 5: // sources that are the payload
		b[0] = b[0]&0xf0 | byte(l.random.IntN(16)) //nolint:gosec // 4 bits
	case 6: // padding of any length
		b[0] |= 0x20
		if len(payload) > 0 {
			payload[len(payload)-1] = l.octet()
		}
	case 7:
		b[1] = b[1]&0x80 | l.payloadType()
	case 8:
		binary.BigEndian.PutUint32(b[8:], l.ssrc())
	case 9:
		binary.BigEndian.PutUint32(b[4:], l.random.Uint32()) // timestamp
		b[1] ^= 0x80                                         // marker
	case 10:
		long := make([]byte, mostOctets-len(b)%400)
		l.fill(long[copy(long, b):])
		return long
	}
	return b
}

// extend puts a header extension in front of the payload, or claims that the payload
// is one. Elements have any length (RFC 8285).
func (l *Liar) extend(b []byte) []byte {
	header := make([]byte, 4+4*l.random.IntN(12))
	binary.BigEndian.PutUint16(header, [...]uint16{0xbede, 0x1000, 0x100f, uint16(l.random.Uint32())}[l.random.IntN(4)]) //nolint:gosec // any
	l.fill(header[4:])
	if l.random.IntN(2) == 0 { // elements that exist, of lengths that they do not have
		for i := 4; i < len(header); i += 1 + l.random.IntN(4) {
			header[i] = byte(1+l.random.IntN(14))<<4 | byte(l.random.IntN(4)) //nolint:gosec // 4 bits each
		}
	}
	words := len(header)/4 - 1
	if l.random.IntN(4) == 0 {
		words += l.random.IntN(len(b)/4 + 1)
	}
	binary.BigEndian.PutUint16(header[2:], uint16(words)) //nolint:gosec // some hundreds
	if b[0]&0x10 != 0 {
		return b // has one
	}
	b[0] |= 0x10
	return append(append(append([]byte(nil), b[:fixedHeader]...), header...), b[fixedHeader:]...)
}

func (l *Liar) flip(b []byte, bits int) {
	for range bits {
		if len(b) > 0 {
			b[l.random.IntN(len(b))] ^= 1 << l.random.IntN(8)
		}
	}
}

// fill writes octets, extreme ones more often than others.
func (l *Liar) fill(b []byte) {
	for i := range b {
		b[i] = l.octet()
	}
}

func (l *Liar) octet() byte {
	whatever := byte(l.random.Uint32()) //nolint:gosec // any octet
	return [...]byte{0, 0xff, 0x80, whatever, whatever, whatever}[l.random.IntN(6)]
}

// ssrc is that of a stream which exists, and one time in sixteen any of three that do
// not.
func (l *Liar) ssrc() uint32 {
	known := len(l.cfg.SSRCs) - 3
	if known == 0 || !l.cfg.Discreet && l.random.IntN(16) == 0 {
		return l.cfg.SSRCs[known+l.random.IntN(3)]
	}
	return l.cfg.SSRCs[l.random.IntN(known)]
}

func (l *Liar) payloadType() byte {
	if len(l.cfg.PayloadTypes) == 0 || l.random.IntN(4) == 0 {
		return byte(l.random.IntN(64)) //nolint:gosec // 64 to 95 would be RTCP
	}
	return l.cfg.PayloadTypes[l.random.IntN(len(l.cfg.PayloadTypes))]
}
