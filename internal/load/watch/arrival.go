package watch

import (
	"time"

	"github.com/atrium-rtc/atrium/internal/load/stamp"
	"github.com/atrium-rtc/atrium/sfu/codec"
	"github.com/atrium-rtc/atrium/sfu/packet"
)

// arrival is a packet of audio or video, retransmission undone, as far as its
// content is of interest.
type arrival struct {
	now       time.Time
	ssrc      uint32
	timestamp uint32
	number    uint16        // as it stands in the header
	seq       packet.ExtSeq // set by the source
	octets    int           // of payload
	marker    bool
	repair    bool // came as a retransmission
	padding   bool // has no payload
	damaged   bool // its payload could not be read
	stamped   bool
	frame     codec.Frame
	stamp     stamp.Stamp
}

// read fills the arrival from a parsed packet.
func (a *arrival) read(p *packet.Packet, c codec.Codec, now time.Time) {
	payload := p.Payload()
	a.now, a.ssrc, a.timestamp, a.number, a.marker = now, p.SSRC, p.Timestamp, p.SequenceNumber, p.Marker
	a.octets, a.padding = len(payload), len(payload) == 0
	if a.padding {
		return
	}
	if c.IsVideo() {
		var err error
		a.frame, err = codec.Inspect(c, payload)
		a.damaged = err != nil
	}
	a.stamp, a.stamped = stamp.Read(c, payload)
}
