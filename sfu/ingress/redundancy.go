package ingress

import (
	"time"

	"github.com/atrium-rtc/atrium/sfu/codec"
	"github.com/atrium-rtc/atrium/sfu/packet"
)

// redundancy undoes redundant audio (RFC 2198). Inside the server sound is plain
// Opus: a redundant packet is taken apart, and what it repeats of lost packets
// takes their place, so that a loss on the publisher's link is healed for
// everybody, those included who know no redundancy. The egress makes it anew
// for those who do.
type redundancy struct{ blocks []codec.REDBlock }

// unpack makes p the packet that it carries, after publishing those before it
// that are missing. It returns false when p is unreadable.
func (e *encoding) unpack(p *packet.Packet, now time.Time) bool {
	payload := p.Payload()
	if len(payload) == 0 {
		return true
	}
	blocks, err := codec.SplitRED(e.red.blocks[:0], payload)
	if err != nil {
		e.stats.malformed.Add(1)
		e.stats.unusable.Add(1)
		return false
	}
	e.red.blocks = blocks
	primary := blocks[len(blocks)-1]
	if primary.PayloadType != e.track.cfg.PayloadType {
		e.track.stats.foreign.Add(1)
		return false
	}
	for i, b := range blocks[:len(blocks)-1] {
		e.recover(p, b, packet.ExtSeq(len(blocks)-1-i), now)
	}
	p.Narrow(len(payload)-len(primary.Payload), e.track.cfg.PayloadType)
	return true
}

// recover publishes the packet that was sent distance packets before p, from a
// block of p, if it never came. Senders repeat packets in order and leave none
// out, which is how receivers number them.
func (e *encoding) recover(p *packet.Packet, b codec.REDBlock, distance packet.ExtSeq, now time.Time) {
	seq := p.Seq - distance
	if len(b.Payload) == 0 || b.PayloadType != e.track.cfg.PayloadType || !e.seen.lacks(seq) {
		return
	}
	q := p.Sibling(seq, p.Timestamp-uint32(b.TimestampOffset), b.Payload)
	q.PayloadType = e.track.cfg.PayloadType
	e.repair(q, now)
	q.Release()
}
