package rtptest

import (
	"bytes"
	"cmp"
	"hash/maphash"
	"slices"
	"time"

	"github.com/pion/rtp"

	"github.com/atrium-rtc/atrium/sfu/codec"
	"github.com/atrium-rtc/atrium/sfu/packet"
)

// stream is what came of one SSRC.
type stream struct {
	ssrc        uint32
	codec       codec.Codec
	payloadType uint8 // of its first packet, redundancy undone
	unwrapper   packet.Unwrapper
	packets     map[packet.ExtSeq]*received
}

// received is what is kept of one packet of a stream.
type received struct {
	seq       packet.ExtSeq
	timestamp uint32
	marker    bool
	octets    int    // of payload; none is padding
	sum       uint64 // of the payload, to compare it
	at        time.Time
	repaired  bool // came as a retransmission only

	frame      codec.Frame
	stamp      Stamp
	stamped    bool
	descriptor []byte
	redundant  []redundant
}

// begins reports whether a decoder may begin with the packet: with a keyframe
// that the codec shows, or one that the sender stamped and the codec's payload
// header does not tell, on an upper spatial layer that leans on none.
func (r *received) begins() bool {
	return r.frame.Keyframe || (r.stamped && r.frame.Start && r.stamp.Key && r.stamp.Refs == [4]uint16{})
}

// sameAs reports whether the packets carry the same.
func (r *received) sameAs(o *received) bool {
	return r.timestamp == o.timestamp && r.marker == o.marker && r.octets == o.octets && r.sum == o.sum
}

// stream returns the record of an SSRC, which begins with this payload type.
func (c *Conformance) stream(ssrc uint32, payloadType uint8) *stream {
	s, ok := c.streams[ssrc]
	if ok {
		return s
	}
	s = &stream{
		ssrc: ssrc, codec: c.want.Codecs[payloadType], payloadType: payloadType,
		packets: map[packet.ExtSeq]*received{},
	}
	c.streams[ssrc] = s
	if s.codec == codec.Unknown {
		c.report(ssrc, "payload type %d was not negotiated", payloadType)
	}
	return s
}

// original records a packet that is no retransmission.
func (c *Conformance) original(p *rtp.Packet, at time.Time) {
	payloadType, payload, blocks := c.undoRedundancy(p)
	s := c.stream(p.SSRC, payloadType)
	if payloadType != s.payloadType {
		c.report(p.SSRC, "packet %d has payload type %d, the stream began with %d",
			p.SequenceNumber, payloadType, s.payloadType)
	}
	c.record(s, &received{
		seq: s.unwrapper.Unwrap(p.SequenceNumber), timestamp: p.Timestamp, marker: p.Marker, at: at,
		descriptor: c.descriptorOf(&p.Header), redundant: blocks,
	}, payload)
}

// record adds a packet to its stream, if it is not there yet.
func (c *Conformance) record(s *stream, r *received, payload []byte) {
	r.octets, r.sum = len(payload), maphash.Bytes(c.seed, payload)
	if old, ok := s.packets[r.seq]; ok {
		if !r.sameAs(old) {
			c.report(s.ssrc, "number %d was used for two different packets", r.seq.Seq())
		}
		return
	}
	r.stamp, r.stamped = ReadStamp(payload)
	if len(payload) > 0 && s.codec != codec.Unknown {
		var err error
		if r.frame, err = codec.Inspect(s.codec, payload); err != nil {
			c.report(s.ssrc, "packet %d: %v", r.seq.Seq(), err)
		}
	}
	s.packets[r.seq] = r
}

// descriptorOf returns a copy of a packet's dependency descriptor.
func (c *Conformance) descriptorOf(h *rtp.Header) []byte {
	if c.want.Descriptor == 0 {
		return nil
	}
	return bytes.Clone(h.GetExtension(c.want.Descriptor))
}

// sorted returns the packets in the order of their numbers.
func (s *stream) sorted() []*received {
	list := make([]*received, 0, len(s.packets))
	for _, r := range s.packets {
		list = append(list, r)
	}
	slices.SortFunc(list, func(a, b *received) int { return cmp.Compare(a.seq, b.seq) })
	return list
}
