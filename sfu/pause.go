package sfu

import (
	"encoding/binary"

	"github.com/pion/rtcp"
)

// Pausing and resuming an encoding by RTCP (RFC 7728), for publishers who offer
// "ccm pause". Browsers do not; they are told by signalling.
const (
	pauseFormat = 9 // FMT of the PAUSE-RESUME message in transport layer feedback

	typePause   = 0
	typeResume  = 1
	typePaused  = 2
	typeRefused = 3

	pauseFixed = 12 // header, sender and media source
	pauseEntry = 8
)

// pauser keeps the PauseIDs of one publisher's encodings, by source. Both sides
// count how often a stream was resumed, so that a request that comes late is
// recognised (RFC 7728 section 5.2). It is owned by the publication's goroutine,
// to which what learn is to read is sent.
type pauser struct{ ids map[uint32]uint16 }

// request returns the message that pauses or resumes a source.
func (p *pauser) request(own, ssrc uint32, active bool) rtcp.Packet {
	if p.ids == nil {
		p.ids = make(map[uint32]uint16)
	}
	id, kind := p.ids[ssrc], byte(typePause)
	p.ids[ssrc] = id
	if active {
		kind = typeResume
		p.ids[ssrc] = id + 1 // of the next pause
	}
	b := make([]byte, pauseFixed+pauseEntry)
	b[0], b[1] = 2<<6|pauseFormat, byte(rtcp.TypeTransportSpecificFeedback)
	binary.BigEndian.PutUint16(b[2:], uint16(len(b)/4-1)) //nolint:gosec // 4
	binary.BigEndian.PutUint32(b[4:], own)
	// The media source is zero, the entry names the target (section 8).
	binary.BigEndian.PutUint32(b[12:], ssrc)
	b[16] = kind << 4
	binary.BigEndian.PutUint16(b[18:], id)
	raw := rtcp.RawPacket(b)
	return &raw
}

// learn takes the PauseIDs that a publisher says are current, in its PAUSED and
// REFUSED messages. Other packets are left alone.
func (p *pauser) learn(b []byte) {
	if len(b) < pauseFixed || b[0]&0x1f != pauseFormat || b[1] != byte(rtcp.TypeTransportSpecificFeedback) {
		return
	}
	for b = b[pauseFixed:]; len(b) >= pauseEntry; {
		kind, parameters := b[4]>>4, int(b[5])*4
		if kind == typePaused || kind == typeRefused {
			if ssrc := binary.BigEndian.Uint32(b); p.knows(ssrc) {
				p.ids[ssrc] = binary.BigEndian.Uint16(b[6:])
			}
		}
		if len(b) < pauseEntry+parameters {
			return
		}
		b = b[pauseEntry+parameters:]
	}
}

// knows reports whether something was asked of the source: only then does it
// take up memory.
func (p *pauser) knows(ssrc uint32) bool {
	_, ok := p.ids[ssrc]
	return ok
}
