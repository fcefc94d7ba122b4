package ingress

import (
	"sync/atomic"
	"time"

	"github.com/pion/rtcp"

	"github.com/atrium-rtc/atrium/sfu/codec"
	"github.com/atrium-rtc/atrium/sfu/nack"
	"github.com/atrium-rtc/atrium/sfu/packet"
)

// TrackConfig is one negotiated track of a publisher.
type TrackConfig struct {
	Codec codec.Codec
	MID   string // of the media section
	// PayloadType is the media's, RTXPayloadType its repair stream's (RFC 4588) or 0.
	PayloadType, RTXPayloadType uint8
	// NACK says that generic NACK was negotiated.
	NACK bool
	// SSRC and RTXSSRC are those declared in the offer, or 0.
	SSRC, RTXSSRC uint32
}

// Track is one published track. The methods for the media are called by its
// Receiver; AddSink, RemoveSink, Reference, Codec, SetRTT and Stats may be
// called from any goroutine.
type Track struct {
	cfg      TrackConfig
	feedback Feedback
	own      uint32 // our SSRC in feedback
	level    uint8  // audio level extension id
	clock    *clockOffset

	ssrc      atomic.Uint32 // of the media, 0 until known
	sequence  sequence
	seen      window
	reception reception
	detector  *nack.Detector
	due       []packet.ExtSeq
	pairs     []nack.Pair

	rtt   atomic.Int64 // nanoseconds, 0 until measured
	ref   atomic.Pointer[reference]
	sinks fanout
	stats trackCounters
}

func newTrack(tc TrackConfig, cfg Config, clock *clockOffset) *Track {
	t := &Track{cfg: tc, feedback: cfg.Feedback, own: cfg.SSRC, level: cfg.AudioLevelExtension, clock: clock}
	t.ssrc.Store(tc.SSRC)
	t.detector = nack.NewDetector()
	t.reception.clockRate = tc.Codec.ClockRate()
	return t
}

// Codec returns what the track carries.
func (t *Track) Codec() codec.Codec { return t.cfg.Codec }

// SSRC returns the synchronization source of the media, 0 until it is known.
func (t *Track) SSRC() uint32 { return t.ssrc.Load() }

// SetRTT sets the measured round trip time to the publisher, which spaces
// repeated NACKs.
func (t *Track) SetRTT(rtt time.Duration) { t.rtt.Store(int64(rtt)) }

// AddSink adds a receiver of the track's packets; from its return on, each new
// packet is pushed once.
func (t *Track) AddSink(s packet.Sink) { t.sinks.add(s) }

// RemoveSink removes it; a push that is under way may still arrive.
func (t *Track) RemoveSink(s packet.Sink) { t.sinks.remove(s) }

// Reference returns an RTP timestamp of the track and the moment of our clock
// at which the publisher sampled it, from its last sender report.
func (t *Track) Reference() (rtp uint32, wall time.Time, ok bool) {
	ref := t.ref.Load()
	if ref == nil {
		return 0, time.Time{}, false
	}
	return ref.rtp, t.clock.local(ref.theirs), true
}

// receive takes a media packet. The caller keeps its reference.
func (t *Track) receive(p *packet.Packet, now time.Time) {
	if p.PayloadType != t.cfg.PayloadType {
		t.stats.foreign.Add(1) // comfort noise, telephone events, a codec that was not agreed
		return
	}
	t.ssrc.Store(p.SSRC)
	seq, restarted := t.sequence.next(p.SequenceNumber)
	if restarted {
		t.restart()
	}
	p.Seq = seq
	t.reception.received(p, now)
	t.accept(p, now)
}

// restart forgets what belongs to the numbers before the source began anew.
func (t *Track) restart() {
	t.stats.restarts.Add(1)
	t.seen, t.reception, t.detector = window{}, reception{clockRate: t.reception.clockRate}, nack.NewDetector()
}

// receiveRTX takes a packet of the repair stream and restores the original.
func (t *Track) receiveRTX(p *packet.Packet, now time.Time) {
	ssrc := t.ssrc.Load()
	if ssrc == 0 {
		return // nothing to repair yet
	}
	if err := p.RestoreFromRTX(ssrc, t.cfg.PayloadType); err != nil {
		t.stats.padding.Add(1) // bandwidth probes are repair packets without a payload
		return
	}
	seq, ok := t.sequence.past(p.SequenceNumber)
	if !ok {
		t.stats.malformed.Add(1) // repairs what was never sent
		return
	}
	p.Seq = seq
	if t.accept(p, now) {
		t.stats.repaired.Add(1)
	}
}

// accept forwards a packet that is seen for the first time, and notes what it
// shows to be missing; Receiver.tick asks for that.
func (t *Track) accept(p *packet.Packet, now time.Time) bool {
	if !t.seen.add(p.Seq) {
		t.stats.duplicates.Add(1)
		return false
	}
	t.stats.packets.Add(1)
	t.stats.octets.Add(uint64(len(p.Payload())))
	t.inspect(p)
	t.sinks.push(p)
	if t.cfg.NACK {
		t.detector.Received(p.Seq, now)
	}
	return true
}

// inspect notes on the packet what its payload says, before it is published.
func (t *Track) inspect(p *packet.Packet) {
	payload := p.Payload()
	if len(payload) == 0 {
		return
	}
	if !t.cfg.Codec.IsVideo() {
		p.Keyframe, p.FrameStart = true, true // every audio packet can be decoded by itself
		if t.level != 0 {
			p.ReadAudioLevel(t.level)
		}
		return
	}
	f, err := codec.Inspect(t.cfg.Codec, payload)
	if err != nil {
		t.stats.malformed.Add(1)
		return
	}
	p.Keyframe, p.FrameStart, p.Spatial, p.Temporal = f.Keyframe, f.Start, f.SpatialLayer, f.TemporalLayer
	if f.Keyframe {
		t.stats.keyframes.Add(1)
	}
}

// askForMissing sends the NACKs that are due.
func (t *Track) askForMissing(now time.Time) {
	t.due = t.detector.Due(t.due[:0], now, time.Duration(t.rtt.Load()))
	if len(t.due) > 0 {
		t.stats.nacked.Add(uint64(len(t.due)))
		t.feedback.SendRTCP([]rtcp.Packet{&rtcp.TransportLayerNack{
			SenderSSRC: t.own, MediaSSRC: t.ssrc.Load(), Nacks: t.nackPairs(),
		}})
	}
	if t.detector.GaveUp() {
		t.stats.unrepaired.Add(1)
		t.feedback.KeyframeNeeded(t)
	}
}

// nackPairs packs what is due. The result is new, since Feedback may keep it.
func (t *Track) nackPairs() []rtcp.NackPair {
	t.pairs = nack.AppendPairs(t.pairs[:0], t.due)
	pairs := make([]rtcp.NackPair, len(t.pairs))
	for i, p := range t.pairs {
		pairs[i] = rtcp.NackPair{PacketID: p.PacketID, LostPackets: rtcp.PacketBitmap(p.LostPackets)}
	}
	return pairs
}

// receptionReport returns the report block of the interval that ends now, or
// false when nothing was received in it.
func (t *Track) receptionReport(now time.Time) (rtcp.ReceptionReport, bool) {
	block, ok := t.reception.report()
	if !ok {
		return block, false
	}
	block.SSRC = t.ssrc.Load()
	if ref := t.ref.Load(); ref != nil {
		block.LastSenderReport = ref.lastSR
		block.Delay = uint32(now.Sub(ref.arrival).Seconds() * 65536)
	}
	return block, true
}
