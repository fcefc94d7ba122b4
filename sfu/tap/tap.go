package tap

import (
	"time"

	"github.com/atrium-rtc/atrium/sfu/codec"
)

// Tap is what an application implements to receive a stream. All calls come from
// one goroutine of the tap's own, one at a time: Begin first, End last. A call may
// take its time; while it does, packets wait in a bounded queue, and what does not
// fit there is lost. A panic ends the tap: it is logged and counted, and the tap is not
// called again.
type Tap interface {
	// Begin says what will come: one track of each kind that was asked for and is
	// published.
	Begin([]Track)
	// Packet takes one packet, in the order of arrival: one that the publisher had to
	// send again comes behind its successors, as its number tells. The packet is the
	// tap's during the call only.
	Packet(*Packet)
	// Lost says that the tap was too slow for so many packets, right before the first
	// that was not lost. The publisher is asked for a keyframe then, every two seconds
	// at most.
	Lost(packets uint64)
	// End says that nothing comes any more.
	End(Reason)
}

// Reason says why a tap has ended.
type Reason string

// The reasons.
const (
	Removed     Reason = "removed"     // by the application
	Unpublished Reason = "unpublished" // the stream has ended
)

// Track is one track of a tapped stream.
type Track struct {
	Codec codec.Codec
	// Parameters are those of the codec as in the publisher's a=fmtp: a profile, say.
	Parameters string
	// Channels is 2 for Opus, as its RTP format has it whatever the sound is (RFC
	// 7587 section 7), and 0 for video.
	Channels int
	// SSRC and PayloadType stand in the packets. They are the tap's own: the
	// publisher may use several, for simulcast.
	SSRC        uint32
	PayloadType uint8
	// Extensions are the header extensions that packets may have: their URIs, and the
	// identifiers in Packet.Raw (RFC 8285).
	Extensions map[string]uint8
}

// ClockRate returns the units of a timestamp, in a second.
func (t Track) ClockRate() uint32 { return t.Codec.ClockRate() }

// Packet is one RTP packet of a stream. Numbers and timestamps are continuous, also
// over a change of the layer, and begin at random.
type Packet struct {
	Track int // among those of Begin
	// Raw is all of it as on the wire (RFC 3550 section 5.1), and Payload the part of
	// it behind the header, without padding. A payload may be empty: it fills a number
	// that nothing else came with.
	Raw, Payload   []byte
	SequenceNumber uint16
	Timestamp      uint32
	Marker         bool
	// Keyframe says that a decoder can begin here: always so for sound.
	Keyframe bool
	// Width and Height are those of the picture in pixels, 0 while unknown and for sound.
	Width, Height uint16
	// Arrival is when the server got it.
	Arrival time.Time
	// Captured is when the publisher sampled it, by the server's clock: sound and
	// picture with the same value belong together. It is zero until the publisher has
	// told, which takes it up to some seconds.
	Captured time.Time
}
