package rtptest

import (
	"encoding/binary"
	"hash/maphash"
	"maps"
	"slices"
	"time"

	"github.com/pion/rtp"

	"github.com/atrium-rtc/atrium/sfu/packet"
)

// maxRepairDistance is how far outside of what came directly a retransmission
// may lie: the ends of a stream may have been lost.
const maxRepairDistance = 1000

// repairs is what came of one retransmission stream.
type repairs struct {
	ssrc      uint32
	media     *stream
	unwrapper packet.Unwrapper
	sums      map[packet.ExtSeq]uint64
	originals []packet.ExtSeq
}

// retransmission undoes RFC 4588 and records the original packet.
func (c *Conformance) retransmission(p *rtp.Packet, media uint32, payloadType uint8, at time.Time) {
	r, ok := c.repairs[p.SSRC]
	if !ok {
		r = &repairs{ssrc: p.SSRC, media: c.stream(media, payloadType), sums: map[packet.ExtSeq]uint64{}}
		c.repairs[p.SSRC] = r
	}
	s, seq := r.media, r.unwrapper.Unwrap(p.SequenceNumber)
	sum := maphash.Bytes(c.seed, p.Payload)
	if old, ok := r.sums[seq]; ok {
		if old != sum {
			c.report(p.SSRC, "number %d was used for two different packets", p.SequenceNumber)
		}
		return
	}
	r.sums[seq] = sum
	switch {
	case payloadType != s.payloadType:
		c.report(p.SSRC, "packet %d repeats payload type %d, the stream has %d", p.SequenceNumber, payloadType, s.payloadType)
	case len(p.Payload) == 0 && !p.Padding:
		c.report(p.SSRC, "packet %d has neither a payload nor padding", p.SequenceNumber)
	case len(p.Payload) == 0: // a probe
	case len(p.Payload) < 2:
		c.report(p.SSRC, "packet %d has no original number", p.SequenceNumber)
	default:
		original := s.nearest(binary.BigEndian.Uint16(p.Payload))
		r.originals = append(r.originals, original)
		c.record(s, &received{
			seq: original, timestamp: p.Timestamp, marker: p.Marker, at: at, repaired: true,
			descriptor: c.descriptorOf(&p.Header),
		}, p.Payload[2:])
	}
}

// nearest unwraps the number of a packet sent again. It may be wrong, and does
// not move what later numbers are compared with, unless it is the first.
func (s *stream) nearest(seq uint16) packet.ExtSeq {
	if _, started := s.unwrapper.Highest(); !started {
		return s.unwrapper.Unwrap(seq)
	}
	u := s.unwrapper
	return u.Unwrap(seq)
}

// judgeRepairs checks that a retransmission stream has numbers of its own without
// gaps, and repeats what lies in its media stream.
func (c *Conformance) judgeRepairs(r *repairs) {
	numbers := slices.Sorted(maps.Keys(r.sums))
	for i := 1; i < len(numbers) && !c.want.MayLose; i++ {
		if gap := numbers[i] - numbers[i-1] - 1; gap > 0 {
			c.report(r.ssrc, "%d packets missing behind %d", gap, numbers[i-1].Seq())
		}
	}
	lowest, highest, ok := r.media.direct()
	for _, seq := range r.originals {
		if ok && (seq+maxRepairDistance < lowest || seq > highest+maxRepairDistance) {
			c.report(r.ssrc, "repeats packet %d, far outside of the stream from %d to %d",
				seq.Seq(), lowest.Seq(), highest.Seq())
		}
	}
}

// direct returns the range of numbers that came without being sent again.
func (s *stream) direct() (lowest, highest packet.ExtSeq, ok bool) {
	for seq, r := range s.packets {
		if r.repaired {
			continue
		}
		if !ok {
			lowest, highest, ok = seq, seq, true
		}
		lowest, highest = min(lowest, seq), max(highest, seq)
	}
	return lowest, highest, ok
}
