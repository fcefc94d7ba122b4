package rtptest

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/pion/rtp"

	"github.com/atrium-rtc/atrium/sfu/codec"
)

// Config describes one encoding of one track.
type Config struct {
	Codec       codec.Codec
	SSRC        uint32
	PayloadType uint8
	// Encoding stands in the stamps, to tell the encodings of a track apart.
	Encoding uint8

	// Seed decides the first sequence number, timestamp, picture identifier and
	// frame number, and the contents.
	Seed uint64
	// Interval between frames; by default 1/30 s for video, 20 ms for Opus.
	Interval time.Duration
	// PacketOctets is the most content in one packet, 1000 by default. Headers
	// come on top: up to 60 octets for the payload's and the stamp, up to 110 for
	// a dependency descriptor, 12 and the other extensions for RTP.
	PacketOctets int
	// Width and Height of the picture, of its largest layer if it has several; by
	// default 640x360.
	Width, Height uint16

	// Mode is a scalability mode of the W3C's webrtc-svc: L1T1 to L3T3, with _KEY,
	// or S2T1 to S3T3. VP8 and H.264 have one spatial layer. Without a mode there
	// are no layers but those of FrameOptions.Temporal.
	Mode string
	// Flexible lets VP9 name the references of each frame (flexible mode).
	Flexible bool
	// Descriptor is the identifier of the header extension that takes the
	// dependency descriptor; zero leaves it out. As in Chromium, VP8 then has no
	// picture identifiers and layers of its own.
	Descriptor uint8

	// RED is the payload type of redundant audio data, in which Opus is then
	// sent; zero sends it as it is. Redundancy is how many earlier packets each
	// one repeats, 1 by default.
	RED        uint8
	Redundancy int

	// Extensions stand in every packet, in the two-byte form if TwoByte or if one
	// of them needs it.
	Extensions []Extension
	TwoByte    bool
}

// Extension is one header extension element.
type Extension struct {
	ID   uint8
	Data []byte
}

// FrameOptions describes one picture. The zero value is a delta frame of 2,500
// octets, of the mode's next temporal layer or else the base, or an Opus packet
// of 80.
type FrameOptions struct {
	Keyframe bool
	Temporal uint8 // temporal layer, without a mode
	// Octets of content. A spatial layer has twice those of the one below it.
	Octets int
	// Extensions stand in this picture's packets, after those of the Config.
	Extensions []Extension
}

// Stream is a sender of one encoding. It is owned by one goroutine.
type Stream struct {
	cfg       Config
	random    *rand.Rand
	layers    layering
	seq       uint16
	firstTS   uint32
	elapsed   time.Duration // of the media timeline
	pictureID uint16        // 15 bits
	tl0PicIdx uint8
	described *described // nil without dependency descriptors
	spoken    []spoken   // what RED repeats
}

// NewStream returns a sender at the beginning of its stream. It panics on a
// codec that it cannot make, and on a mode that the codec does not have.
func NewStream(cfg Config) *Stream {
	if cfg.Codec < codec.Opus || cfg.Codec > codec.AV1 {
		panic(fmt.Sprintf("rtptest: no packets for codec %v", cfg.Codec))
	}
	m, err := parseMode(cfg.Mode)
	flat := cfg.Codec == codec.VP8 || cfg.Codec == codec.H264
	if err != nil || (flat && m.spatial > 1) || (cfg.Codec == codec.Opus && cfg.Mode != "") {
		panic(fmt.Sprintf("rtptest: %v has no mode %q", cfg.Codec, cfg.Mode))
	}
	cfg.setDefaults()
	random := rand.New(rand.NewPCG(cfg.Seed, uint64(cfg.SSRC)))
	s := &Stream{
		cfg:       cfg,
		random:    random,
		layers:    layering{mode: m},
		seq:       uint16(random.Uint32()),
		firstTS:   random.Uint32(),
		pictureID: uint16(random.Uint32()) & 0x7fff,
		tl0PicIdx: uint8(random.Uint32()),
	}
	if cfg.Descriptor != 0 {
		structure := ModeStructure(cfg.Mode, s.size())
		structure.Offset = uint8(random.Uint32()) % 64
		s.described = &described{structure: structure, numbers: &frameNumbers{next: uint16(random.Uint32())}}
	}
	return s
}

func (cfg *Config) setDefaults() {
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
	if cfg.Redundancy == 0 {
		cfg.Redundancy = 1
	}
}

// Frame returns the packets of the next picture in sending order, those of the
// smallest spatial layer first, and moves the timeline on by the interval.
func (s *Stream) Frame(o FrameOptions) []*rtp.Packet {
	if o.Octets == 0 {
		o.Octets = 2500
		if s.cfg.Codec == codec.Opus {
			o.Octets = 80
		}
	}
	frames := s.layers.next(o.Keyframe, o.Temporal)
	if frames[0].temporal == 0 {
		s.tl0PicIdx++
	}
	var packets []*rtp.Packet
	for _, f := range frames {
		share := o.Octets << f.spatial / (1<<len(frames) - 1)
		packets = append(packets, s.layerFrame(f, o, s.content(share))...)
	}
	packets[len(packets)-1].Marker = s.cfg.Codec.IsVideo()
	s.pictureID = (s.pictureID + 1) & 0x7fff
	s.elapsed += s.cfg.Interval
	return packets
}

// layerFrame returns the packets of one layer of a picture.
func (s *Stream) layerFrame(f layerFrame, o FrameOptions, pieces [][]byte) []*rtp.Packet {
	payloads := s.payloads(f, pieces)
	packets := make([]*rtp.Packet, len(payloads))
	stamp := Stamp{
		Frame: f.number, Count: uint16(len(payloads)), Encoding: s.cfg.Encoding,
		Spatial: f.spatial, Temporal: f.temporal, Key: f.key && s.cfg.Codec.IsVideo(),
	}
	for i, ref := range f.refs {
		if s.cfg.Codec.IsVideo() {
			stamp.Refs[i] = uint16(ref)
		}
	}
	if s.described != nil {
		s.described.begin(f)
	}
	for i, payload := range payloads {
		stamp.Index = uint16(i)
		var extensions []Extension
		if s.described != nil {
			extensions = append(extensions, Extension{ID: s.cfg.Descriptor, Data: s.described.packet(f, stamp)})
		}
		extensions = slices.Concat(extensions, s.cfg.Extensions, o.Extensions)
		packets[i] = s.packet(stamp.append(payload), extensions)
	}
	return packets
}

// payloads wraps the pieces of one frame in the codec's RTP payload format. The
// stamps are added behind them afterwards.
func (s *Stream) payloads(f layerFrame, pieces [][]byte) [][]byte {
	switch s.cfg.Codec {
	case codec.VP8:
		return s.vp8Payloads(f, pieces)
	case codec.VP9:
		return s.vp9Payloads(f, pieces)
	case codec.H264:
		return s.h264Payloads(f, pieces)
	case codec.AV1:
		return s.av1Payloads(f, pieces)
	default:
		return opusPayload(pieces)
	}
}

// Skip moves the timeline on without sending: a muted or stalled source.
func (s *Stream) Skip(d time.Duration) { s.elapsed += d }

// Timestamp returns the RTP timestamp of the next frame.
func (s *Stream) Timestamp() uint32 {
	return s.firstTS + uint32(s.elapsed.Seconds()*float64(s.cfg.Codec.ClockRate()))
}

func (s *Stream) size() Size { return Size{Width: s.cfg.Width, Height: s.cfg.Height} }

// packet puts the next header in front of a payload.
func (s *Stream) packet(payload []byte, extensions []Extension) *rtp.Packet {
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
	if s.cfg.RED != 0 {
		p.PayloadType, p.Payload = s.cfg.RED, s.redundant(payload)
	}
	setExtensions(&p.Header, extensions, s.cfg.TwoByte)
	return p
}

// setExtensions puts elements into a header, in the one-byte form if they fit
// (RFC 8285 section 4.2). It panics on elements that have no form.
func setExtensions(h *rtp.Header, extensions []Extension, twoByte bool) {
	for _, e := range extensions {
		twoByte = twoByte || e.ID > 14 || len(e.Data) == 0 || len(e.Data) > 16
	}
	if twoByte {
		h.Extension, h.ExtensionProfile = true, rtp.ExtensionProfileTwoByte
	}
	for _, e := range extensions {
		if err := h.SetExtension(e.ID, e.Data); err != nil {
			panic(fmt.Sprintf("rtptest: extension %d of %d octets: %v", e.ID, len(e.Data), err))
		}
	}
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
