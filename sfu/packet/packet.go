package packet

import (
	"encoding/binary"
	"sync/atomic"
	"time"

	"github.com/atrium-rtc/atrium/internal/invariant"
)

// MaxSize is the largest RTP packet that is accepted, in octets: an Ethernet
// frame's worth.
const MaxSize = 1500

// Layer is the index of an encoding of one track: the position of its RID in
// the publisher's offer, 0 for a track with a single encoding.
type Layer int8

// NoLayer stands for no encoding at all.
const NoLayer Layer = -1

// Packet is one received RTP packet. The goroutine that took it from the Pool
// fills it; once published to another owner neither its fields nor its bytes
// change. Reading is then allowed to everyone who holds a reference.
type Packet struct {
	// Seq is SequenceNumber unwrapped by the stream's Unwrapper; the publisher
	// of the packet sets it.
	Seq ExtSeq
	// Arrival is when the packet was read from the network.
	Arrival time.Time

	// From the RTP header (RFC 3550 section 5.1).
	Timestamp      uint32 // in units of the codec's clock rate
	SSRC           uint32
	SequenceNumber uint16
	PayloadType    uint8
	Marker         bool

	// From the codec's payload header or the dependency descriptor; zero for
	// audio, but for Needed.
	Keyframe   bool    // belongs to the start of a keyframe: a decoder can begin here
	FrameStart bool    // the first packet of a frame, or of a spatial layer's frame
	FrameEnd   bool    // the last packet of a spatial layer's frame, where the stream tells
	Layer      Layer   // which encoding of the track
	Spatial    uint8   // spatial layer inside the encoding (SVC)
	Temporal   uint8   // temporal layer inside the encoding
	Needed     Targets // decode targets that are incomplete without the packet
	Switch     Targets // decode targets that a receiver can be moved up to, see codec.Frame
	// Width and Height are those of the packet's spatial layer in pixels, 0
	// while unknown. They stand on every packet, from the last keyframe.
	Width, Height uint16

	// The numbers that a switch between encodings must continue: picture id and
	// TL0PICIDX of VP8 and VP9, and in place of a picture id the frame number of
	// the dependency descriptor.
	PictureID     ExtSeq // unwrapped; the packet has its low PictureIDBits
	PictureIDBits uint8  // 7, 15 or 16; 0 where there is none
	TL0PICIDX     uint8
	HasTL0PICIDX  bool

	// Epoch counts how often the source of the encoding began anew: numbers and
	// timestamps of another epoch have nothing to do with these.
	Epoch uint8

	// From the audio level extension (RFC 6464); see ReadAudioLevel.
	AudioLevel    uint8 // in -dBov: 0 is loudest, 127 is silence
	Voice         bool  // the sender's voice activity bit
	HasAudioLevel bool

	refs atomic.Int32
	pool *Pool

	size         uint16 // octets received
	payloadStart uint16
	payloadEnd   uint16 // without padding
	extStart     uint16 // elements of the header extension
	extEnd       uint16
	extProfile   uint16 // "defined by profile" field; 0 without an extension
	buf          [MaxSize]byte
}

// Payload returns the payload without padding. The caller must not change it
// nor keep it beyond its reference.
func (p *Packet) Payload() []byte { return p.buf[p.payloadStart:p.payloadEnd:p.payloadEnd] }

// Size returns how many octets were received, header and padding included.
func (p *Packet) Size() int { return int(p.size) }

// Retain adds a reference. The caller must hold one already, or be given one by
// the owner of a Ring in the same call.
func (p *Packet) Retain() {
	invariant.Check(p.refs.Add(1) > 1, "retained a packet that was already released")
}

// Release gives back one reference; with the last one the packet returns to its
// pool and must not be touched any more. It may be called from any goroutine.
func (p *Packet) Release() {
	left := p.refs.Add(-1)
	invariant.Check(left >= 0, "released a packet more often than it was retained")
	if left == 0 {
		p.pool.put(p)
	}
}

// RestoreFromRTX turns a retransmission packet into the packet it carries (RFC
// 4588 section 4): the first two payload octets become the sequence number, and
// the original stream's ssrc and payload type replace those of the
// retransmission stream. Header extensions stay, they describe the same media.
// Seq is to be set afterwards from the original stream's Unwrapper.
//
// On error the packet is unchanged. ErrEmptyRTX means a bandwidth probe, which
// is no fault of the sender.
func (p *Packet) RestoreFromRTX(ssrc uint32, payloadType uint8) error {
	payload := p.Payload()
	switch len(payload) {
	case 0:
		return ErrEmptyRTX
	case 1:
		return ErrTruncatedRTX
	}
	p.SequenceNumber = binary.BigEndian.Uint16(payload)
	p.SSRC = ssrc
	p.PayloadType = payloadType
	p.payloadStart += 2
	return nil
}

// Narrow moves the beginning of the payload by n octets, which the caller has
// read, and gives the packet another payload type: that of what is left.
func (p *Packet) Narrow(n int, payloadType uint8) {
	invariant.Check(n >= 0 && n <= len(p.Payload()), "a payload of %d octets narrowed by %d", len(p.Payload()), n)
	p.payloadStart += uint16(n) //nolint:gosec // at most MaxSize
	p.PayloadType = payloadType
}

// Sibling returns a packet of the same source with another number, timestamp and
// payload, which is copied: at most MaxSize less the fixed header. It has no
// header extensions, and one reference, held by the caller.
func (p *Packet) Sibling(seq ExtSeq, timestamp uint32, payload []byte) *Packet {
	q := p.pool.Get()
	q.Seq, q.SequenceNumber, q.Arrival = seq, seq.Seq(), p.Arrival
	q.Timestamp, q.SSRC, q.PayloadType = timestamp, p.SSRC, p.PayloadType
	n := copy(q.buf[fixedHeader:], payload)
	invariant.Check(n == len(payload), "a payload of %d octets is more than a packet holds", len(payload))
	q.payloadStart, q.payloadEnd = fixedHeader, uint16(fixedHeader+n) //nolint:gosec // at most MaxSize
	q.size = q.payloadEnd
	return q
}

// reset clears everything but the bytes, the pool and the count.
func (p *Packet) reset() {
	p.Seq, p.Arrival = 0, time.Time{}
	p.Timestamp, p.SSRC, p.SequenceNumber, p.PayloadType, p.Marker = 0, 0, 0, 0, false
	p.Keyframe, p.FrameStart, p.FrameEnd, p.Layer, p.Spatial, p.Temporal = false, false, false, 0, 0, 0
	p.Needed, p.Switch, p.Width, p.Height = NoTargets, NoTargets, 0, 0
	p.PictureID, p.PictureIDBits, p.TL0PICIDX, p.HasTL0PICIDX, p.Epoch = 0, 0, 0, false, 0
	p.AudioLevel, p.Voice, p.HasAudioLevel = 0, false, false
	p.size, p.payloadStart, p.payloadEnd = 0, 0, 0
	p.extStart, p.extEnd, p.extProfile = 0, 0, 0
}
