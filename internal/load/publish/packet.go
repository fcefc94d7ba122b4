package publish

import "github.com/atrium-rtc/atrium/internal/load/stamp"

// packet is one packet of a frame. It is a value: the history keeps it instead
// of the octets, which are made again from it to be sent again.
type packet struct {
	of        *packets
	index     int // of its payload
	stamp     stamp.Stamp
	timestamp uint32
	seq       uint16
	pictureID uint16
	level     uint8 // the audio level extension (RFC 6464): |V| level |
}

func (p *packet) payload() []byte { return p.of.payloads[p.index] }

// last: the packet ends its frame.
func (p *packet) last() bool { return p.index == len(p.of.payloads)-1 }
