package crowd

import "encoding/binary"

const (
	// heldArrivals is how many numbers one message of transport-wide feedback can
	// be about. A stream of 3 Mbit/s has 30 to 40 each 100 ms.
	heldArrivals = 128

	referenceUnit = 64_000 // us, of the reference time
	deltaUnit     = 250    // us, of the deltas
)

// transportLog is what transport-wide feedback says of one connection
// (draft-holmer-rmcat-transport-wide-cc-extensions-01 section 3.1), without any
// memory of its own for each message: Pion's recorder and packets take ten times
// as long, a tenth of all that a viewing costs. A number that comes after a
// message about later ones is not reported any more.
type transportLog struct {
	begun     bool
	base, end uint64              // unwrapped; what the next message is about
	arrivals  [heldArrivals]int64 // us, from base on; 0: it has not come
	messages  uint8
}

// record notes a number that arrived at a moment, in us, above 0. It returns
// false when there is no room, which appendMessage makes.
func (l *transportLog) record(number uint16, at int64) bool {
	if !l.begun {
		l.begun = true
		l.base = 1<<16 + uint64(number)
		l.end = l.base
	}
	latest := l.end - 1
	unwrapped := latest + uint64(int64(int16(number-uint16(latest)))) //nolint:gosec // RFC 1982, and two's complement
	switch {
	case unwrapped < l.base:
		return true
	case unwrapped >= l.base+heldArrivals:
		return false
	}
	l.arrivals[unwrapped-l.base] = at
	l.end = max(l.end, unwrapped+1)
	return true
}

// skip forgets everything and goes on with another number.
func (l *transportLog) skip() { *l = transportLog{messages: l.messages} }

// What a message says of a packet (section 3.1.1).
const (
	notReceived = iota
	smallDelta  // 0 to 255 units in one octet
	largeDelta  // in two octets, with a sign
)

// appendMessage adds an RTCP message on what was recorded since the last, and
// nothing if that is nothing.
func (l *transportLog) appendMessage(dst []byte, mediaSSRC uint32) []byte {
	count := int(l.end - l.base) //nolint:gosec // up to heldArrivals
	first := l.base
	for first < l.end && l.arrivals[first-l.base] == 0 {
		first++
	}
	if first == l.end {
		return dst
	}
	const kind, format, version = 205, 15, 0x80 // RTPFB
	start := len(dst)
	reference := l.arrivals[first-l.base] / referenceUnit
	dst = append(dst, version|format, kind, 0, 0) // the length comes last
	dst = binary.BigEndian.AppendUint32(dst, ownSSRC)
	dst = binary.BigEndian.AppendUint32(dst, mediaSSRC)
	dst = binary.BigEndian.AppendUint16(dst, uint16(l.base))                                   //nolint:gosec // meant to wrap
	dst = binary.BigEndian.AppendUint16(dst, uint16(count))                                    //nolint:gosec // see above
	dst = binary.BigEndian.AppendUint32(dst, uint32(reference&0xffffff)<<8|uint32(l.messages)) //nolint:gosec // 24 bits
	l.messages++

	var symbols [heldArrivals]uint8
	var deltas [heldArrivals]int64
	before := reference * referenceUnit / deltaUnit
	for i, at := range l.arrivals[:count] {
		if at == 0 {
			continue
		}
		now := at / deltaUnit
		deltas[i] = now - before
		before = now
		symbols[i] = smallDelta
		if deltas[i] < 0 || deltas[i] > 0xff {
			symbols[i] = largeDelta
		}
	}
	dst = appendSymbols(dst, symbols[:count])
	for i, symbol := range symbols[:count] {
		switch symbol {
		case smallDelta:
			dst = append(dst, byte(deltas[i]))
		case largeDelta:
			dst = binary.BigEndian.AppendUint16(dst, uint16(int16(deltas[i]))) //nolint:gosec // 8 s, longer than a message is about
		}
	}
	dst = pad(dst, start)
	l.base = l.end
	clear(l.arrivals[:count])
	return dst
}

// appendSymbols adds packet status chunks: one for a run if all are the same,
// else vectors of seven (sections 3.1.3 and 3.1.4).
func appendSymbols(dst []byte, symbols []uint8) []byte {
	same := true
	for _, s := range symbols {
		same = same && s == symbols[0]
	}
	if same {
		return binary.BigEndian.AppendUint16(dst, uint16(symbols[0])<<13|uint16(len(symbols))) //nolint:gosec // 13 bits
	}
	const vector, perChunk = 0xc000, 7
	for at := 0; at < len(symbols); at += perChunk {
		chunk := uint16(vector)
		for i, s := range symbols[at:min(at+perChunk, len(symbols))] {
			chunk |= uint16(s) << (2 * (perChunk - 1 - i))
		}
		dst = binary.BigEndian.AppendUint16(dst, chunk)
	}
	return dst
}

// pad fills the message that begins at start to whole words and writes its length
// (RFC 3550 section 6.4.1).
func pad(dst []byte, start int) []byte {
	const padded = 0x20
	if n := (4 - (len(dst)-start)%4) % 4; n > 0 {
		dst[start] |= padded
		for i := range n {
			last := byte(0)
			if i == n-1 {
				last = byte(n)
			}
			dst = append(dst, last)
		}
	}
	binary.BigEndian.PutUint16(dst[start+2:], uint16((len(dst)-start)/4-1)) //nolint:gosec // a datagram
	return dst
}
