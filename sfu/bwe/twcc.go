package bwe

import (
	"encoding/binary"
	"time"
)

// Transport-wide feedback (draft-holmer-rmcat-transport-wide-cc-extensions-01
// section 3.1). Behind the header and two SSRCs come
//
//	base number (16) | count of packets (16)
//	reference time (24) | feedback packet count (8)
//
// then chunks of 16 bits with the status of the packets, from the base number on,
// and the deltas of their arrivals.
const (
	transportBase      = 8 // octets before it, from the first SSRC on
	transportCount     = 10
	transportReference = 12
	transportChunks    = 16
	chunkSize          = 2

	deltaUnit     = 250 * time.Microsecond
	referenceUnit = 64 * time.Millisecond // 256 deltas
	// maxReported is the most packets that feedback may be about: half of all
	// numbers, which is also what libwebrtc remembers to report
	// (PacketArrivalTimeMap::kMaxNumberOfPackets).
	maxReported = 1 << 15
)

// The status of a packet is also the size of its delta in octets.
const (
	notReceived    = 0
	smallDelta     = 1 // received, 0 to 63.75 ms after the one before
	largeDelta     = 2 // received, up to 8.192 s before or after it
	reservedStatus = 3
)

// arrivalClock is what transport-wide feedback must know of the feedback before it:
// the time, since the reference time wraps every 12 days, and the feedback packet
// count. Each flow has its own; the zero value is ready.
type arrivalClock struct {
	wrappingClock        // in units of the deltas
	count         uint8  // the highest feedback packet count
	missed        uint64 // feedback packets that have not come
}

// note takes note of a feedback packet by its count, modulo 256, before its time is
// unwrapped. One that was overtaken is missed no longer. A repeated one looks like
// that when it is not the last, so missed is not exact. Growth of it decides only which
// time is left out of the acknowledged bitrate.
func (c *arrivalClock) note(count uint8) {
	ahead := count - c.count
	switch {
	case !c.begun:
		c.count = count
	case ahead == 0:
	case ahead < 1<<7:
		c.missed += uint64(ahead) - 1
		c.count = count
	case c.missed > 0:
		c.missed--
	}
}

// readTransportFeedback reads one RTCP packet, header included, where it lies, and
// calls each for every packet that it is about, in the order of their numbers,
// once. arrived is by the receiver's clock; it means nothing when not received.
//
// All is validated first: what is malformed is an error and has no effect. Feedback
// may come out of order or twice.
func readTransportFeedback(b []byte, clock *arrivalClock, each func(seq uint16, received bool, arrived time.Duration)) error {
	message, err := feedbackMessage(b, transportLayerFeedback, formatTransport)
	if err != nil {
		return err
	}
	if len(message) < transportChunks {
		return errTruncated
	}
	count := int(binary.BigEndian.Uint16(message[transportCount:]))
	if count > maxReported {
		return errTooManyPackets
	}
	chunks, deltas, err := splitTransportFeedback(message[transportChunks:], count)
	if err != nil {
		return err
	}
	reference := binary.BigEndian.Uint32(message[transportReference:])
	clock.note(uint8(reference & 0xff))
	at := clock.unwrap(reference &^ 0xff) // in deltas, since its unit is 256 of them

	seq := binary.BigEndian.Uint16(message[transportBase:])
	for ; len(chunks) > 0; chunks = chunks[chunkSize:] {
		c := newStatusChunk(chunks, count)
		count -= c.packets
		for range c.packets {
			status := c.next()
			switch status {
			case smallDelta:
				at += int64(deltas[0])
			case largeDelta:
				at += int64(int16(binary.BigEndian.Uint16(deltas))) //nolint:gosec // signed
			}
			deltas = deltas[status:]
			each(seq, status != notReceived, time.Duration(at)*deltaUnit)
			seq++
		}
	}
	return nil
}

// splitTransportFeedback finds where the chunks about count packets end and the
// deltas begin, and whether all of these are there.
func splitTransportFeedback(b []byte, count int) (chunks, deltas []byte, err error) {
	chunks, deltas = b, b
	octets := 0 // of deltas
	for count > 0 {
		if len(deltas) < chunkSize {
			return nil, nil, errTruncated
		}
		c := newStatusChunk(deltas, count)
		size, ok := c.deltas()
		if !ok {
			return nil, nil, errReservedStatus
		}
		octets += size
		count -= c.packets
		deltas = deltas[chunkSize:]
	}
	if octets > len(deltas) {
		return nil, nil, errTruncated
	}
	return chunks[:len(chunks)-len(deltas)], deltas, nil
}

// statusChunk gives the status of some packets in a row, one after the other: a run
// of one status (section 3.1.3), or a vector of fourteen of one bit or seven of two
// (section 3.1.4).
type statusChunk struct {
	bits    uint16
	mask    uint16
	shift   uint8 // of the next status
	width   uint8 // by which shift falls; 0 in a run
	packets int
}

// newStatusChunk reads the chunk at the beginning of b, of which at most count
// packets matter.
func newStatusChunk(b []byte, count int) statusChunk {
	bits := binary.BigEndian.Uint16(b)
	switch bits >> 14 {
	default: // a run, whose status begins with the second bit
		return statusChunk{bits: bits, mask: 3, shift: 13, packets: min(int(bits&0x1fff), count)}
	case 2:
		return statusChunk{bits: bits, mask: 1, shift: 13, width: 1, packets: min(14, count)}
	case 3:
		return statusChunk{bits: bits, mask: 3, shift: 12, width: 2, packets: min(7, count)}
	}
}

// next returns the status of the next packet. It must not be called more often than
// there are packets.
func (c *statusChunk) next() uint16 {
	status := c.bits >> c.shift & c.mask
	c.shift -= c.width // below 0 after the last one of a vector
	return status
}

// deltas returns how many octets the deltas of the chunk have, false when a status
// is reserved. It uses the chunk up.
func (c *statusChunk) deltas() (octets int, ok bool) {
	if c.width == 0 {
		status := c.next()
		return c.packets * int(status), status != reservedStatus || c.packets == 0
	}
	for range c.packets {
		status := c.next()
		if status == reservedStatus {
			return 0, false
		}
		octets += int(status)
	}
	return octets, true
}
