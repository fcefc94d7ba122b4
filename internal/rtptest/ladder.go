package rtptest

import (
	"fmt"

	"github.com/pion/rtp"
)

// LadderConfig describes the encodings of one track (simulcast).
type LadderConfig struct {
	// Config is what the encodings have in common. SSRC, Encoding, Width and
	// Height are those of the rungs.
	Config
	Rungs []Rung // lowest first

	// MID stands in each packet, and the RID of its rung. What is sent again has
	// the RID as repaired RID (RFC 8852). The identifiers are those of the header
	// extensions; zero leaves one out.
	MID                         string
	MIDID, RIDID, RepairedRIDID uint8
	// RTX is the payload type of retransmissions.
	RTX uint8
}

// Rung is one encoding of a Ladder.
type Rung struct {
	RID           string
	SSRC, RTXSSRC uint32
	Width, Height uint16
}

// DefaultRungs returns what a browser makes of a 1280x720 camera: quarter, half
// and full size, named q, h and f.
func DefaultRungs() []Rung {
	return []Rung{
		{RID: "q", SSRC: 0x1001, RTXSSRC: 0x2001, Width: 320, Height: 180},
		{RID: "h", SSRC: 0x1002, RTXSSRC: 0x2002, Width: 640, Height: 360},
		{RID: "f", SSRC: 0x1003, RTXSSRC: 0x2003, Width: 1280, Height: 720},
	}
}

// Ladder is a sender of all encodings of a track: each has numbers and timestamps
// of its own, and all have the same capture times. Encoding in the stamps is the
// place of the rung. As in Chromium, the frame numbers of dependency descriptors
// count across the encodings. It is owned by one goroutine.
type Ladder struct {
	// Streams are the encodings, lowest first. Each may be used on its own, to
	// skip a frame of one that is paused for instance.
	Streams []*Stream

	cfg    LadderConfig
	rtxSeq []uint16
}

// NewLadder returns a sender at the beginning of its streams.
func NewLadder(cfg LadderConfig) *Ladder {
	l := &Ladder{cfg: cfg}
	for i, rung := range cfg.Rungs {
		one := cfg.Config
		one.SSRC, one.Encoding, one.Width, one.Height = rung.SSRC, uint8(i), rung.Width, rung.Height
		one.Extensions = append(cfg.extensions(cfg.RIDID, rung.RID), one.Extensions...)
		s := NewStream(one)
		if s.described != nil && i > 0 {
			s.described.numbers = l.Streams[0].described.numbers
		}
		l.Streams = append(l.Streams, s)
		l.rtxSeq = append(l.rtxSeq, uint16(s.random.Uint32()))
	}
	return l
}

// extensions returns the identification of a packet.
func (cfg *LadderConfig) extensions(ridID uint8, rid string) []Extension {
	var list []Extension
	if cfg.MIDID != 0 {
		list = append(list, Extension{ID: cfg.MIDID, Data: []byte(cfg.MID)})
	}
	if ridID != 0 {
		list = append(list, Extension{ID: ridID, Data: []byte(rid)})
	}
	return list
}

// Frame returns the packets of one captured picture, by encoding, lowest first.
// The options are those of the encodings; the last ones stand for all above.
// Without Octets an encoding has twice the content of the one below.
func (l *Ladder) Frame(o ...FrameOptions) [][]*rtp.Packet {
	packets := make([][]*rtp.Packet, len(l.Streams))
	var one FrameOptions
	for i, s := range l.Streams {
		if i < len(o) {
			one = o[i]
		}
		own := one
		if own.Octets == 0 {
			own.Octets = 600 << i
		}
		packets[i] = s.Frame(own)
	}
	return packets
}

// RTX returns the packet as its encoding's retransmission stream carries it, with
// the next number of that stream. It panics on a packet of another stream.
func (l *Ladder) RTX(p *rtp.Packet) *rtp.Packet {
	for i, rung := range l.cfg.Rungs {
		if rung.SSRC != p.SSRC {
			continue
		}
		out := RTX(p, rung.RTXSSRC, l.cfg.RTX, l.rtxSeq[i])
		l.rtxSeq[i]++
		out.Extension, out.Extensions = false, nil
		var list []Extension
		for _, id := range p.GetExtensionIDs() {
			if id != l.cfg.MIDID && id != l.cfg.RIDID {
				list = append(list, Extension{ID: id, Data: p.GetExtension(id)})
			}
		}
		setExtensions(&out.Header, append(l.cfg.extensions(l.cfg.RepairedRIDID, rung.RID), list...), l.cfg.TwoByte)
		return out
	}
	panic(fmt.Sprintf("rtptest: no rung has SSRC %08x", p.SSRC))
}
