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

// read fills the arrival from a packet of that codec.
func (a *arrival) read(h *header, c codec.Codec, now time.Time) {
	payload := h.payload
	a.now, a.ssrc, a.timestamp, a.number, a.marker = now, h.ssrc, h.timestamp, h.number, h.marker
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
