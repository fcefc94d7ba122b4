package sfu_test

import (
	"math/rand/v2"
	"time"

	"github.com/pion/rtcp"
	"github.com/pion/rtp"

	"github.com/atrium-rtc/atrium/internal/link"
	"github.com/atrium-rtc/atrium/internal/rtptest"
	"github.com/atrium-rtc/atrium/sfu/codec"
)

const (
	micSSRC       = 0x0f
	frameInterval = time.Second / 30
	soundInterval = 20 * time.Millisecond
	// wallAhead is how far the publisher's clock is ahead of ours.
	wallAhead = 12345678 * time.Millisecond
)

// pictureKey names a frame of any encoding that the publisher ever had: those of
// an encoder that began anew have numbers of their own in the stamps.
type pictureKey struct {
	encoding uint8
	number   uint32
}

// capture is when a frame was taken, and as which.
type capture struct {
	index int // of the picture since the start
	at    time.Time
}

// planePublisher is a browser with a camera and a microphone.
type planePublisher struct {
	plane    *plane
	random   *rand.Rand
	up, back *link.Path

	ladder   *rtptest.Ladder
	encoders []*planeEncoder
	mic      *rtptest.Stream
	first    int // index in the ladder of the present encodings

	generation uint32
	pictures   int       // captured so far
	began      time.Time // of the camera
	active     int       // rungs that are sent
	resting    uint8     // encodings that nobody wants, as bits
	muted      bool
	mutes      int // reasons for it
	stopped    bool
	duplicate  float64 // probability for each packet
	probes     bool    // padding now and then
	// keyframeOfAll says that a request for one encoding brings a keyframe of all.
	keyframeOfAll bool
	keyframe      int // how many times as large as another picture it is
	// level is how loud the next packet of sound is, in -dBov (RFC 6464); nil tells
	// nothing.
	level func() uint8

	captures map[pictureKey]capture
	sounds   []time.Time     // when each packet of sound was made
	sent     []map[int]uint8 // by encoding in the stamps: pictures by index, and their temporal layer
	counts   map[uint32]*sentCount
}

type sentCount struct{ packets, octets uint32 }

// planeEncoder is one encoding, with 30 frames a second.
type planeEncoder struct {
	*rtptest.Stream
	rung    rtptest.Rung
	shift   uint16 // of numbers: probes take some, packets left out give some back
	rtxSeq  uint16
	history [1024]*rtp.Packet
	last    *rtp.Packet
	lastTS  uint32 // of the last frame
	begun   bool
	paused  bool
	key     bool // a keyframe is asked for
	known   bool // the server has told that it knows the source
}

func newPlanePublisher(p *plane) *planePublisher {
	return &planePublisher{
		plane: p, random: rand.New(rand.NewPCG(p.seed, 2)),
		up: link.New(p.up, p.seed, "up"), back: link.New(p.up, p.seed, "back"),
		active: p.format.rungs(), keyframe: 4, captures: map[pictureKey]capture{},
		counts: map[uint32]*sentCount{},
	}
}

// red is the payload type of redundant sound, 0 without.
func (u *planePublisher) red() uint8 {
	if u.plane.red {
		return upRED
	}
	return 0
}

// start begins to send.
func (u *planePublisher) start() {
	u.began = time.Now()
	u.mic = rtptest.NewStream(rtptest.Config{
		Codec: codec.Opus, SSRC: micSSRC, PayloadType: upAudio, Seed: u.plane.seed, RED: u.red(),
		Extensions: []rtptest.Extension{{ID: upMID, Data: []byte("a")}},
	})
	u.encode()
	u.camera()
	u.sound()
	u.plane.every(time.Second, func() bool {
		u.report()
		return !u.stopped
	})
}

// encode makes the encoders of a generation.
func (u *planePublisher) encode() {
	f := u.plane.format
	u.first = int(u.generation) * f.encodings
	cfg := rtptest.LadderConfig{
		Config: rtptest.Config{
			Codec: f.codec, PayloadType: upVideo, Seed: u.plane.seed + uint64(u.generation)<<32,
			Mode: f.mode, Flexible: f.flexible, Descriptor: f.descriptor,
		},
		MID: "v", MIDID: upMID, RTX: upVideoRTX,
	}
	if f.simulcast() {
		cfg.RIDID, cfg.RepairedRIDID = upRID, upRepairedRID
	}
	for g := range u.generation + 1 { // those of before keep their places, so that stamps differ
		cfg.Rungs = append(cfg.Rungs, f.generation(g)...)
	}
	u.ladder = rtptest.NewLadder(cfg)
	u.encoders = nil
	for i, s := range u.ladder.Streams[u.first:] {
		u.encoders = append(u.encoders, &planeEncoder{Stream: s, rung: cfg.Rungs[u.first+i], rtxSeq: uint16(u.random.Uint32())})
	}
	for len(u.sent) < len(u.ladder.Streams) {
		u.sent = append(u.sent, map[int]uint8{})
	}
}

// restart begins anew with other sources, as after a change of the encoder.
func (u *planePublisher) restart() {
	u.generation++
	u.encode()
	u.plane.changed()
}

// vary changes how many rungs are sent: encodings with simulcast, else spatial
// layers.
func (u *planePublisher) vary(active int) {
	if active < u.active {
		u.plane.vanished()
	}
	if !u.plane.format.simulcast() && active > u.active {
		u.encoders[0].key = true
	}
	u.active = active
	u.plane.changed()
}

// mute stops the camera, or lets it go on when nothing else has stopped it.
func (u *planePublisher) mute(muted bool) {
	if muted {
		u.mutes++
	} else {
		u.mutes--
	}
	if u.muted == (u.mutes > 0) {
		return
	}
	if u.muted = muted; muted {
		u.plane.pause()
	} else {
		u.plane.resume()
	}
	u.plane.changed()
}

// told hears, a moment later, which encodings somebody uses.
func (u *planePublisher) told(active uint8) {
	u.plane.after(50*time.Millisecond, func() { u.resting = ^active })
}

// camera sends a picture 30 times a second, from now on.
func (u *planePublisher) camera() {
	if u.stopped {
		return
	}
	now := time.Now()
	u.picture(now)
	u.pictures++
	u.plane.at(u.nextPicture(), u.camera)
}

func (u *planePublisher) picture(now time.Time) {
	scale := 0.6 + 0.8*u.random.Float64()
	for i, e := range u.encoders {
		lowEnough := i < u.active || !u.plane.format.simulcast()
		if u.muted || !lowEnough || u.resting>>i&1 != 0 {
			e.Skip(frameInterval)
			e.paused = e.paused || !u.muted
			continue
		}
		o := rtptest.FrameOptions{Keyframe: e.key || !e.begun || e.paused, Octets: int(scale * float64(u.octets(i)))}
		if o.Keyframe {
			o.Octets *= u.keyframe
		}
		e.key, e.paused, e.begun = false, false, true
		e.lastTS = e.Timestamp()
		u.frame(e, e.Frame(o), capture{index: u.pictures, at: now})
	}
}

// octets of a delta frame of an encoding.
func (u *planePublisher) octets(i int) int {
	if rates := u.plane.bitrates; rates != nil {
		return rates[i] / 8 / 30
	}
	if u.plane.format.simulcast() {
		return 600 << i
	}
	return 2500
}

// frame sends the packets of a frame, without the spatial layers that are too
// high.
func (u *planePublisher) frame(e *planeEncoder, packets []*rtp.Packet, c capture) {
	kept := packets[:0]
	for _, p := range packets {
		stamp, _ := rtptest.ReadStamp(p.Payload)
		if !u.plane.format.simulcast() && int(stamp.Spatial) >= u.active {
			e.shift--
			continue
		}
		u.captures[pictureKey{stamp.Encoding, stamp.Frame}] = c
		u.sent[stamp.Encoding][c.index] = stamp.Temporal
		p.SequenceNumber += e.shift
		kept = append(kept, p)
	}
	kept[len(kept)-1].Marker = true
	for _, p := range kept {
		if e.known {
			unname(p)
		}
		e.history[p.SequenceNumber%1024], e.last = p, p
		u.send(p)
	}
	if u.probes && u.random.IntN(20) == 0 {
		u.probe(e)
	}
}

// unname takes out what tells an encoding until the server has answered.
func unname(p *rtp.Packet) {
	_ = p.DelExtension(upMID)
	_ = p.DelExtension(upRID)
	p.Extension = len(p.GetExtensionIDs()) > 0
}

// probe sends padding, behind the frame and on the repair stream.
func (u *planePublisher) probe(e *planeEncoder) {
	if u.random.IntN(2) == 0 {
		e.shift++
		p := rtptest.Padding(e.last, e.last.SequenceNumber+1, 200)
		e.history[p.SequenceNumber%1024], e.last = p, p
		u.send(p)
		return
	}
	p := rtptest.Padding(e.last, e.rtxSeq, 200)
	p.SSRC, p.PayloadType = e.rung.RTXSSRC, upVideoRTX
	e.rtxSeq++
	u.send(p)
}

// sound sends an Opus packet 50 times a second, from now on.
func (u *planePublisher) sound() {
	if u.stopped {
		return
	}
	for _, p := range u.mic.Frame(rtptest.FrameOptions{}) {
		u.sounds = append(u.sounds, time.Now())
		u.tellLevel(p)
		u.send(p)
	}
	u.plane.at(u.nextSound(), u.sound)
}

// tellLevel says how loud a packet of sound is.
func (u *planePublisher) tellLevel(p *rtp.Packet) {
	if u.level == nil {
		return
	}
	level := u.level()
	if level < 127 {
		level |= 0x80 // a voice
	}
	if err := p.SetExtension(upLevel, []byte{level}); err != nil {
		u.plane.t.Errorf("audio level: %v", err)
	}
}

func (u *planePublisher) nextSound() time.Time {
	return u.began.Add(time.Duration(len(u.sounds)) * soundInterval)
}

func (u *planePublisher) nextPicture() time.Time {
	return u.began.Add(time.Duration(u.pictures) * frameInterval)
}

// send puts a packet on the uplink, now and then twice.
func (u *planePublisher) send(p *rtp.Packet) {
	count := u.counts[p.SSRC]
	if count == nil {
		count = &sentCount{}
		u.counts[p.SSRC] = count
	}
	count.packets++
	count.octets += uint32(len(p.Payload))
	b := rtptest.Marshal(p)
	u.transmit(b)
	if u.random.Float64() < u.duplicate {
		u.transmit(b)
	}
}

func (u *planePublisher) transmit(b []byte) {
	u.plane.carry(u.up, b, func(b []byte) {
		u.plane.trace.arrived(b)
		u.plane.arrive(func() { u.plane.receiver.WriteRTP(b, time.Now()) })
	})
}

// report sends a sender report for each source that has sent.
func (u *planePublisher) report() {
	now := time.Now()
	u.reportOf(micSSRC, u.mic.Timestamp()-uint32(u.nextSound().Sub(now).Seconds()*48000), now)
	for _, e := range u.encoders {
		if e.begun && !e.paused {
			u.reportOf(e.rung.SSRC, e.Timestamp()-uint32(u.nextPicture().Sub(now).Seconds()*90000), now)
		}
	}
}

func (u *planePublisher) reportOf(ssrc, timestamp uint32, now time.Time) {
	count := u.counts[ssrc]
	if count == nil {
		return
	}
	b, err := rtptest.Report(ssrc, timestamp, now.Add(wallAhead), count.packets, count.octets).Marshal()
	if err != nil {
		u.plane.t.Errorf("sender report: %v", err)
		return
	}
	u.plane.carry(u.up, b, func(b []byte) {
		var sr rtcp.SenderReport
		if err := sr.Unmarshal(b); err != nil {
			u.plane.t.Errorf("sender report: %v", err)
			return
		}
		u.plane.receiver.SenderReport(&sr, time.Now())
	})
}

// hear takes RTCP of the server.
func (u *planePublisher) hear(b []byte) {
	pkts, err := rtcp.Unmarshal(b)
	if err != nil {
		u.plane.t.Errorf("feedback of the server: %v", err)
		return
	}
	for _, pkt := range pkts {
		switch p := pkt.(type) {
		case *rtcp.TransportLayerNack:
			u.resend(p)
		case *rtcp.PictureLossIndication:
			for _, e := range u.encoders {
				e.key = e.key || e.rung.SSRC == p.MediaSSRC || u.keyframeOfAll
			}
		case *rtcp.ReceiverReport:
			for _, block := range p.Reports {
				for _, e := range u.encoders {
					e.known = e.known || e.rung.SSRC == block.SSRC
				}
			}
		}
	}
}

// resend answers a NACK on the repair stream.
func (u *planePublisher) resend(nack *rtcp.TransportLayerNack) {
	for _, e := range u.encoders {
		if e.rung.SSRC != nack.MediaSSRC {
			continue
		}
		for _, pair := range nack.Nacks {
			for _, seq := range pair.PacketList() {
				p := e.history[seq%1024]
				if p == nil || p.SequenceNumber != seq {
					continue
				}
				out := u.ladder.RTX(p)
				out.SequenceNumber = e.rtxSeq
				e.rtxSeq++
				u.send(out)
			}
		}
	}
}
