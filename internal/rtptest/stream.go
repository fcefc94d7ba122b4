package rtptest

import (
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/pion/rtp"

	"github.com/atrium-rtc/atrium/sfu/codec"
)

// Config describes one encoding of one track.
type Config struct {
	Codec       codec.Codec
	SSRC        uint32
	PayloadType uint8

	// Seed decides the first sequence number, timestamp and picture identifier,
	// and the contents.
	Seed uint64
	// Interval between frames; by default 1/30 s for video, 20 ms for Opus.
	Interval time.Duration
	// PacketOctets is the most content in one packet, 1000 by default. Headers
	// come on top: up to 40 octets for the payload's, 12 and the extensions for RTP.
	PacketOctets int
	// Width and Height stand in keyframes of VP8 and VP9; by default 640x360.
	Width, Height uint16

	// Extensions stand in every packet, in the two-byte form if TwoByte.
	Extensions []Extension
	TwoByte    bool
}

// Extension is one header extension element.
type Extension struct {
	ID   uint8
	Data []byte
}

// FrameOptions describes one frame. The zero value is a delta frame of the base
// layer with 2,500 octets, or an Opus packet of 80.
type FrameOptions struct {
	Keyframe bool
	Temporal uint8 // temporal layer
	Octets   int   // of content
	// Extensions stand in this frame's packets, after those of the Config.
	Extensions []Extension
}

// Stream is a sender of one encoding. It is owned by one goroutine.
type Stream struct {
	cfg       Config
	random    *rand.Rand
	seq       uint16
	firstTS   uint32
	elapsed   time.Duration // of the media timeline
	frame     uint32        // number of the next frame
	pictureID uint16        // 15 bits
	tl0PicIdx uint8
}

// NewStream returns a sender at the beginning of its stream. It panics on a
// codec that it cannot make.
func NewStream(cfg Config) *Stream {
	if cfg.Codec < codec.Opus || cfg.Codec > codec.AV1 {
		panic(fmt.Sprintf("rtptest: no packets for codec %v", cfg.Codec))
	}
	if cfg.Interval == 0 {
		cfg.Interval = time.Second / 30
		if cfg.Codec == codec.Opus {
			cfg.Interval = 20 * time.Millisecond
		}
	}
	if cfg.PacketOctets == 0 {
		cfg.PacketOctets = 1000
	}
	if cfg.Width == 0 && cfg.Height == 0 {
		cfg.Width, cfg.Height = 640, 360
	}
	random := rand.New(rand.NewPCG(cfg.Seed, uint64(cfg.SSRC)))
	return &Stream{
		cfg:       cfg,
		random:    random,
		seq:       uint16(random.Uint32()),
		firstTS:   random.Uint32(),
		pictureID: uint16(random.Uint32()) & 0x7fff,
		tl0PicIdx: uint8(random.Uint32()),
	}
}

// Frame returns the packets of the next frame in sending order and moves the
// timeline on by the interval.
func (s *Stream) Frame(o FrameOptions) []*rtp.Packet {
	if o.Octets == 0 {
		o.Octets = 2500
		if s.cfg.Codec == codec.Opus {
			o.Octets = 80
		}
	}
	if o.Temporal == 0 {
		s.tl0PicIdx++
	}
	payloads := s.payloads(o, s.content(o.Octets))
	packets := make([]*rtp.Packet, len(payloads))
	for i, payload := range payloads {
		stamp := Stamp{Frame: s.frame, Index: uint16(i), Count: uint16(len(payloads))}
		packets[i] = s.packet(stamp.append(payload), o)
	}
	packets[len(packets)-1].Marker = s.cfg.Codec.IsVideo()
	s.frame++
	s.pictureID = (s.pictureID + 1) & 0x7fff
	s.elapsed += s.cfg.Interval
	return packets
}

// Skip moves the timeline on without sending: a muted or stalled source.
func (s *Stream) Skip(d time.Duration) { s.elapsed += d }

// Timestamp returns the RTP timestamp of the next frame.
func (s *Stream) Timestamp() uint32 {
	return s.firstTS + uint32(s.elapsed.Seconds()*float64(s.cfg.Codec.ClockRate()))
}

// packet puts the next header in front of a payload.
func (s *Stream) packet(payload []byte, o FrameOptions) *rtp.Packet {
	p := &rtp.Packet{
		Header: rtp.Header{
			Version:        2,
			PayloadType:    s.cfg.PayloadType,
			SequenceNumber: s.seq,
			Timestamp:      s.Timestamp(),
			SSRC:           s.cfg.SSRC,
		},
		Payload: payload,
	}
	s.seq++
	if s.cfg.TwoByte {
		p.Extension, p.ExtensionProfile = true, rtp.ExtensionProfileTwoByte
	}
	for _, list := range [][]Extension{s.cfg.Extensions, o.Extensions} {
		for _, e := range list {
			if err := p.SetExtension(e.ID, e.Data); err != nil {
				panic(fmt.Sprintf("rtptest: extension %d of %d octets: %v", e.ID, len(e.Data), err))
			}
		}
	}
	return p
}

// content returns random octets in pieces of at most PacketOctets, as equal as
// can be, the way browsers split. Each has room for the start of a frame.
func (s *Stream) content(octets int) [][]byte {
	count := max((octets+s.cfg.PacketOctets-1)/s.cfg.PacketOctets, 1)
	pieces := make([][]byte, count)
	for i := range pieces {
		size := max(octets*(i+1)/count-octets*i/count, minContent)
		pieces[i] = make([]byte, size)
		for j := range pieces[i] {
			pieces[i][j] = byte(s.random.Uint32())
		}
	}
	return pieces
}

// minContent holds the uncompressed header of a VP8 keyframe.
const minContent = 10

// Marshal returns the packet as it stands on the wire. It panics on a packet
// that has no such form.
func Marshal(p *rtp.Packet) []byte {
	b, err := p.Marshal()
	if err != nil {
		panic(fmt.Sprintf("rtptest: marshal %v: %v", p.Header, err))
	}
	return b
}
