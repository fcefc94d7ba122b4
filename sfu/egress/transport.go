package egress

import (
	"encoding/binary"
	"sync/atomic"

	"github.com/pion/rtcp"
)

// transport numbers the packets of one subscriber's connection, all streams
// together, and reads what the receiver says of their arrival
// (draft-holmer-rmcat-transport-wide-cc-extensions).
type transport struct {
	seq uint16 // of the next packet; owned by the shard

	// written on the goroutine of the SRTCP session, read anywhere
	received, lost atomic.Uint64 // packets, as the feedback tells
	remb           atomic.Uint64 // bits per second, 0 before the first
}

func (t *transport) next() uint16 {
	seq := t.seq
	t.seq++
	return seq
}

// TransportFeedback reads one transport-wide feedback message, header included.
// A receiver sends ten or twenty a second, so that it is read where it lies. It
// may be called from any goroutine.
func (s *Subscriber) TransportFeedback(b []byte) {
	received, lost := countStatus(b)
	s.transport.received.Add(received)
	s.transport.lost.Add(lost)
}

// Transport-wide feedback (section 3.1 of the draft): after the header of the
// feedback message come the base number, the count of packets, a time, and the
// chunks of their status.
const (
	statusCount  = 14 // octets before it
	statusChunks = 20
)

// countStatus returns how many packets a message says have arrived, and how many
// have not. What is cut short says nothing.
func countStatus(b []byte) (received, lost uint64) {
	if len(b) < statusChunks {
		return 0, 0
	}
	left := int(binary.BigEndian.Uint16(b[statusCount:]))
	for b = b[statusChunks:]; len(b) >= 2 && left > 0; b = b[2:] {
		arrived, size := statusOf(binary.BigEndian.Uint16(b), left)
		received += uint64(arrived)    //nolint:gosec // not negative
		lost += uint64(size - arrived) //nolint:gosec // arrived are some of size
		left -= size
	}
	return received, lost
}

// statusOf returns how many packets one chunk is about, of those that are left,
// and how many of them arrived: a run of one status (section 3.1.3), or a vector
// of fourteen of one bit or seven of two (section 3.1.4). 1 and 2 mean arrived.
func statusOf(chunk uint16, left int) (arrived, size int) {
	if chunk>>15 == 0 {
		size = min(int(chunk&0x1fff), left)
		if status := chunk >> 13 & 3; status == 1 || status == 2 {
			arrived = size
		}
		return arrived, size
	}
	width := 1 + int(chunk>>14&1)
	size = min(14/width, left)
	for i := range size {
		status := chunk >> (14 - width*(i+1)) & (1<<width - 1)
		if status == 1 || status == 2 {
			arrived++
		}
	}
	return arrived, size
}

// estimate reads a receiver's estimate of the link.
func (t *transport) estimate(p *rtcp.ReceiverEstimatedMaximumBitrate) {
	if p.Bitrate > 0 {
		t.remb.Store(uint64(p.Bitrate))
	}
}
