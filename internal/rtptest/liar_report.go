package rtptest

import (
	"encoding/binary"
	"slices"

	"github.com/pion/rtcp"
)

// The RTCP packet types that a Liar makes (RFC 3550 section 12.1, RFC 4585 section
// 6.1, RFC 3611 section 2).
const (
	reportOfSender   = 200
	reportOfReceiver = 201
	description      = 202
	goodbye          = 203
	application      = 204
	feedbackOfPacket = 205
	feedbackOfMedia  = 206
	extendedReport   = 207
)

// RTCP returns a compound of one to four packets that lie: about losses, bandwidth,
// arrival times, the clock, and their own length. Its first two octets are those of
// RTCP, for it would not be decrypted as that otherwise.
func (l *Liar) RTCP() []byte {
	for range 100 {
		if b := l.compound(); !l.cfg.Discreet || !l.invents(b) {
			return b
		}
	}
	return l.feedback(feedbackOfMedia, 1, nil)
}

// invents reports whether a compound is for sources that nobody has.
func (l *Liar) invents(compound []byte) bool {
	packets, err := rtcp.Unmarshal(compound)
	if err != nil {
		return false // is for nobody
	}
	for _, p := range packets {
		for _, ssrc := range p.DestinationSSRC() {
			if !slices.Contains(l.cfg.SSRCs, ssrc) {
				return true
			}
		}
	}
	return false
}

func (l *Liar) compound() []byte {
	var b []byte
	for range 1 + l.random.IntN(4) {
		if next := l.report(); len(b)+len(next) <= mostOctets {
			b = append(b, next...)
		}
	}
	if l.random.IntN(3) == 0 {
		l.flip(b[4:], 1+l.random.IntN(8))
	}
	switch l.random.IntN(8) {
	case 0: // it says that it is longer or shorter
		binary.BigEndian.PutUint16(b[2:], uint16(l.random.IntN(len(b)/2))) //nolint:gosec // some hundreds
	case 1:
		b = b[:8+l.random.IntN(len(b)-7)] // a header and an SSRC stay
	}
	return b
}

// report is one packet, whose length is right.
func (l *Liar) report() []byte {
	switch l.random.IntN(12) {
	case 0: // asks for everything again
		return l.feedback(feedbackOfPacket, 1, l.pairs(1+l.random.IntN(250)))
	case 1: // keyframes, of one or of many
		return l.feedback(feedbackOfMedia, [...]byte{1, 2, 3, 4}[l.random.IntN(4)], l.words(l.random.IntN(60)))
	case 2:
		return l.feedback(feedbackOfMedia, 15, l.bandwidth())
	case 3:
		return l.feedback(feedbackOfPacket, 15, l.arrivals())
	case 4: // RFC 8888: says that there is more than there is
		body := append(l.name(), l.words(1+l.random.IntN(40))...)
		binary.BigEndian.PutUint16(body[6:], uint16(l.random.Uint32())) //nolint:gosec // any
		return l.feedback(feedbackOfPacket, 11, body)
	case 5:
		return l.packet(l.count(), reportOfReceiver, append(l.name(), l.blocks()...))
	case 6:
		return l.packet(l.count(), reportOfSender, append(append(l.name(), l.words(5)...), l.blocks()...))
	case 7:
		return l.packet(0, extendedReport, append(l.name(), l.extended()...))
	case 8:
		return l.packet(l.count(), description, l.words(1+l.random.IntN(60)))
	case 9:
		return l.packet(l.count(), application, append(l.name(), l.words(1+l.random.IntN(60))...))
	case 10: // not of the client's own sources: leaving is no lie
		return l.packet(l.count(), goodbye, []byte{0xba, 0xd0, 0, byte(1 + l.random.IntN(3))}) //nolint:gosec // 1 to 3
	default: // any type and format
		return l.packet(l.count(), 192+byte(l.random.IntN(32)), append(l.name(), l.words(1+l.random.IntN(60))...)) //nolint:gosec // 5 bits
	}
}

// packet puts the common header in front (RFC 3550 section 6.4.1). The body is cut to
// whole words.
func (l *Liar) packet(count, kind byte, body []byte) []byte {
	words := len(body) / 4
	b := []byte{0x80 | count&0x1f, kind, byte(words >> 8), byte(words)} //nolint:gosec // some hundreds
	if l.random.IntN(16) == 0 {
		b[0] |= 0x20 // padding, whose length is anything
	}
	return append(b, body[:4*words]...)
}

// feedback is about one source (RFC 4585 section 6.1).
func (l *Liar) feedback(kind, format byte, about []byte) []byte {
	return l.packet(format, kind, append(append(l.name(), l.name()...), about...))
}

func (l *Liar) name() []byte { return binary.BigEndian.AppendUint32(nil, l.ssrc()) }

func (l *Liar) count() byte { return byte(l.random.IntN(32)) } //nolint:gosec // 5 bits

func (l *Liar) words(n int) []byte {
	b := make([]byte, 4*n)
	l.fill(b)
	return b
}

// pairs ask for 17 packets each.
func (l *Liar) pairs(n int) (b []byte) {
	first := uint16(l.random.Uint32()) //nolint:gosec // any
	for range n {
		b = binary.BigEndian.AppendUint16(b, first)
		b = binary.BigEndian.AppendUint16(b, 0xffff)
		first += 17
	}
	return b
}

// bandwidth is REMB (draft-alvestrand-rmcat-remb-03 section 2.2): nothing, the highest
// rate that can be written, or any; for more sources than follow.
func (l *Liar) bandwidth() []byte {
	b := append([]byte("REMB"), l.words(1)...)
	b[4] = [...]byte{0, 1, 255, l.octet()}[l.random.IntN(4)]
	switch l.random.IntN(3) {
	case 0:
		b[5], b[6], b[7] = 0xff, 0xff, 0xff
	case 1:
		b[5], b[6], b[7] = 0, 0, 0
	}
	return append(b, l.name()...)
}

// arrivals is transport-wide feedback (draft-holmer-rmcat-transport-wide-cc-extensions-01
// section 3.1) for up to 65535 packets, in runs of any length and with deltas or without.
func (l *Liar) arrivals() []byte {
	b := l.words(2)
	binary.BigEndian.PutUint16(b[2:], [...]uint16{0, 1, 20, 0xffff}[l.random.IntN(4)])
	for range l.random.IntN(20) {
		run := uint16(l.random.IntN(4))<<13 | 0x1fff //nolint:gosec // 2 bits
		b = binary.BigEndian.AppendUint16(b, run)
	}
	return append(b, l.words(l.random.IntN(20))...)
}

// blocks are reception blocks: everything is lost, and more; the round trip is
// negative, or hours.
func (l *Liar) blocks() (b []byte) {
	for range l.random.IntN(32) {
		b = append(append(b, l.name()...), l.words(5)...)
	}
	return b
}

// extended are report blocks (RFC 3611 section 3), of lengths that they do not have.
func (l *Liar) extended() (b []byte) {
	for range 1 + l.random.IntN(8) {
		body := l.words(l.random.IntN(8))
		kind := [...]byte{4, 5, 1, 6, 7, l.octet()}[l.random.IntN(6)] // 4 and 5: the receiver's clock, and its echo
		words := len(body) / 4
		if l.random.IntN(4) == 0 {
			words = l.random.IntN(1 << 16)
		}
		b = append(b, kind, l.octet(), byte(words>>8), byte(words)) //nolint:gosec // 16 bits
		b = append(b, body...)
	}
	return b
}
