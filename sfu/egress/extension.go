package egress

import (
	"encoding/binary"
	"time"

	"github.com/pion/rtp"

	"github.com/atrium-rtc/atrium/sfu/codec"
	"github.com/atrium-rtc/atrium/sfu/packet"
)

const (
	// maxExtensions of one packet: those passed on and our own.
	maxExtensions = 12
	// maxPacket is the most octets of an RTP packet that header extensions may
	// make it: with the tag of SRTP a datagram of 1200 (R16). What the receiver's
	// feedback needs may go up to maxMeasured, which with all headers is below the
	// least MTU of IPv6: browsers fill their packets so that there would be no room
	// for it otherwise (docs/adr/0007).
	maxPacket   = 1200 - 16
	maxMeasured = 1200

	fixedHeader     = 12
	extensionHeader = 4
	// oneByteSize is the longest element of the one-byte form (RFC 8285 section
	// 4.2).
	oneByteSize = 16
	// frameNumberBits is the width of the descriptor's frame number, which tells it
	// from a picture id.
	frameNumberBits = 16
	// maxDescriptor is the longest dependency descriptor that is passed on.
	maxDescriptor = 255
)

// ExtensionMapping passes a header extension on: From is its identifier in the
// publisher's packets, To in the subscriber's (RFC 8285). 0 is "not agreed".
type ExtensionMapping struct{ From, To uint8 }

// Extensions are the header extensions of one stream, as they were negotiated.
// Identifiers are those of the connection, and differ from peer to peer.
type Extensions struct {
	// Passed are passed on as they are, the most important first: where a packet
	// would grow too large, the last are left out.
	Passed []ExtensionMapping
	// Dependency is the AV1 dependency descriptor, whose frame numbers are
	// rewritten. It is never left out.
	Dependency ExtensionMapping
	// TwoByte says that the subscriber accepts both forms in one stream (RFC 8285
	// section 4.1.2, a=extmap-allow-mixed); without it long descriptors, which
	// stand on keyframes, cannot be sent.
	TwoByte bool
	// TransportSequence and AbsSendTime are made here, for the receiver's
	// feedback; 0 is "not agreed".
	TransportSequence, AbsSendTime uint8
	// PlayoutDelay is made here where the path loses much (see playout), instead of
	// what the publisher may have said; 0 is "not agreed".
	PlayoutDelay uint8
}

// setExtensions gives h the header extensions of p, and those that we make,
// while the packet stays within maxPacket. payload is its size in octets.
func (st *Stream) setExtensions(h *rtp.Header, p *packet.Packet, frameNumber uint16, payload int, now time.Time) {
	x := &st.cfg.Extensions
	st.sub.transport.numbered = false
	h.Extension, h.ExtensionProfile, h.Extensions = false, 0, h.Extensions[:0]
	left := (maxMeasured - fixedHeader - extensionHeader - payload) &^ 3 // whole words (RFC 3550 section 5.3.1)
	if x.Dependency.To != 0 {
		if data := p.Extension(x.Dependency.From); data != nil {
			left -= st.setDescriptor(h, data, frameNumber, p.PictureIDBits == frameNumberBits)
		}
	}
	if x.TransportSequence != 0 && left >= 3 {
		scratch := st.sub.shard.transport[:2]
		binary.BigEndian.PutUint16(scratch, st.sub.transport.next())
		left -= set(h, x.TransportSequence, scratch)
	}
	if x.AbsSendTime != 0 && left >= 4 {
		scratch := st.sub.shard.sendTime[:3]
		putAbsSendTime(scratch, now)
		left -= set(h, x.AbsSendTime, scratch)
	}
	told := uint8(0)
	if x.PlayoutDelay != 0 && left >= 4 && st.playout.telling(now) {
		scratch := st.sub.shard.playout[:3]
		st.playout.put(scratch)
		left -= set(h, x.PlayoutDelay, scratch)
		told = x.PlayoutDelay
	}
	left -= maxMeasured - maxPacket
	for _, m := range x.Passed {
		if data := p.Extension(m.From); data != nil && len(data)+2 <= left && m.To != told {
			left -= set(h, m.To, data)
		}
	}
}

// setDescriptor sets the dependency descriptor, with the outgoing frame number if
// it was read as one, and returns the octets that it takes.
func (st *Stream) setDescriptor(h *rtp.Header, data []byte, frameNumber uint16, numbered bool) int {
	long := len(data) > oneByteSize
	if len(data) > maxDescriptor || long && !st.cfg.Extensions.TwoByte {
		return 0
	}
	if long {
		h.Extension, h.ExtensionProfile = true, rtp.ExtensionProfileTwoByte
	}
	scratch := st.sub.shard.descriptor[:copy(st.sub.shard.descriptor[:], data)]
	if numbered {
		codec.SetFrameNumber(scratch, frameNumber)
	}
	return set(h, st.cfg.Extensions.Dependency.To, scratch)
}

// set sets one element and returns the octets that it takes, 0 when it does not
// fit the header's form and is left out.
func set(h *rtp.Header, id uint8, data []byte) int {
	if h.SetExtension(id, data) != nil {
		return 0
	}
	if h.ExtensionProfile == rtp.ExtensionProfileTwoByte {
		return 2 + len(data)
	}
	return 1 + len(data)
}

// putAbsSendTime writes the moment of sending as seconds of NTP time, 6 bits
// before and 18 behind the point (the abs-send-time extension of libwebrtc).
func putAbsSendTime(b []byte, now time.Time) {
	t := packet.NTP(now) >> 14 // 24 bits are left below
	b[0], b[1], b[2] = byte(t>>16), byte(t>>8), byte(t)
}
