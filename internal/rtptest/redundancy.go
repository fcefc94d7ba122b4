package rtptest

import (
	"hash/maphash"

	"github.com/pion/rtp"

	"github.com/atrium-rtc/atrium/sfu/codec"
)

// redundant is a block that a packet repeats.
type redundant struct {
	timestamp uint32
	octets    int
	sum       uint64
}

// undoRedundancy returns the type and payload of the packet's primary block, and
// the redundant ones before it. A packet without any comes back as it is, and one
// that cannot be read as one of Opus.
func (c *Conformance) undoRedundancy(p *rtp.Packet) (payloadType uint8, payload []byte, list []redundant) {
	if c.want.RED == 0 || p.PayloadType != c.want.RED {
		return p.PayloadType, p.Payload, nil
	}
	if len(p.Payload) == 0 { // padding
		return c.opusType(), nil, nil
	}
	blocks, err := ReadRED(p.Payload)
	if err != nil {
		c.report(p.SSRC, "packet %d: %v", p.SequenceNumber, err)
		return c.opusType(), p.Payload, nil
	}
	for _, b := range blocks {
		if c.want.Codecs[b.PayloadType] != codec.Opus {
			c.report(p.SSRC, "packet %d has a block of payload type %d", p.SequenceNumber, b.PayloadType)
		}
	}
	primary := blocks[len(blocks)-1]
	for _, b := range blocks[:len(blocks)-1] {
		list = append(list, redundant{
			timestamp: p.Timestamp - b.Offset, octets: len(b.Payload), sum: maphash.Bytes(c.seed, b.Payload),
		})
	}
	return primary.PayloadType, primary.Payload, list
}

// opusType returns the payload type of what RED carries.
func (c *Conformance) opusType() uint8 {
	for payloadType, kind := range c.want.Codecs {
		if kind == codec.Opus {
			return payloadType
		}
	}
	return 0
}

// judgeRedundancy compares what packets repeat with what was sent before.
func (c *Conformance) judgeRedundancy(s *stream, list []*received) {
	primaries := map[uint32]*received{}
	for _, r := range list {
		if r.octets > 0 {
			primaries[r.timestamp] = r
		}
		for _, block := range r.redundant {
			original, ok := primaries[block.timestamp]
			if ok && (original.octets != block.octets || original.sum != block.sum) {
				c.report(s.ssrc, "packet %d repeats timestamp %d with another payload", r.seq.Seq(), block.timestamp)
			}
		}
	}
}
