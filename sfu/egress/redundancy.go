package egress

import (
	"time"

	"github.com/atrium-rtc/atrium/sfu/codec"
	"github.com/atrium-rtc/atrium/sfu/packet"
)

const (
	// Sound is made redundant for a subscriber who reports at least redLoss (as a
	// fraction of 256: two percent), and for redHold after the last such report:
	// it doubles the sound's bitrate, which a clean link need not pay.
	redLoss = 5
	redHold = 30 * time.Second
	// redDistance is how many earlier packets go out again with each one.
	redDistance = 1
	// maxREDOffset and maxREDBlock are what the header of a redundant block can
	// say (RFC 2198 section 3).
	maxREDOffset = 1<<14 - 1
	maxREDBlock  = 1<<10 - 1
)

// redundancy decides when a subscriber's sound goes out redundantly (RFC 2198).
type redundancy struct {
	on     bool
	blocks [redDistance + 1]codec.REDBlock
	until  time.Time
}

// reported takes the loss of a receiver report.
func (r *redundancy) reported(fractionLost uint8, now time.Time) {
	if fractionLost >= redLoss {
		r.on, r.until = true, now.Add(redHold)
	}
	r.on = r.on && now.Before(r.until)
}

func (r *redundancy) active(cfg StreamConfig) bool { return r.on && cfg.REDPayloadType != 0 }

// redundant returns p's payload together with those of the packets before it,
// from the ring. ok is false when they do not fit the format: p then goes out
// alone.
func (st *Stream) redundant(p *packet.Packet) (payload []byte, ok bool) {
	ring := st.feed.ring(p.Layer)
	blocks := st.red.blocks[:0]
	for back := packet.ExtSeq(redDistance); back > 0; back-- {
		earlier := ring.Get(p.Seq - back)
		if earlier == nil {
			continue
		}
		offset := p.Timestamp - earlier.Timestamp
		if offset > maxREDOffset || len(earlier.Payload()) > maxREDBlock || len(earlier.Payload()) == 0 {
			blocks = blocks[:0] // numbers follow from the place: nothing may be missing in between
			continue
		}
		blocks = append(blocks, codec.REDBlock{
			PayloadType: st.cfg.PayloadType, TimestampOffset: uint16(offset), Payload: earlier.Payload(),
		})
	}
	blocks = append(blocks, codec.REDBlock{PayloadType: st.cfg.PayloadType, Payload: p.Payload()})
	payload, err := codec.AppendRED(st.sub.shard.scratch[:0], blocks)
	return payload, err == nil && len(payload) <= maxPacket-fixedHeader
}
