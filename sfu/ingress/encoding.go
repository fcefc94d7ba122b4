package ingress

import (
	"errors"
	"sync/atomic"
	"time"

	"github.com/pion/rtcp"

	"github.com/atrium-rtc/atrium/sfu/codec"
	"github.com/atrium-rtc/atrium/sfu/nack"
	"github.com/atrium-rtc/atrium/sfu/packet"
)

// encoding is one encoding of a track: a source with numbers, losses and reports
// of its own. It is owned by the Receiver's goroutine; ssrc, ref and stats may be
// read from any.
type encoding struct {
	track      *Track
	layer      packet.Layer
	cfg        EncodingConfig
	descriptor uint8 // extension id of the dependency descriptor

	ssrc      atomic.Uint32 // of the media, 0 until known
	sequence  sequence
	seen      window
	reception reception
	detector  *nack.Detector
	lost      nack.Losses // of detector, as far as they are counted
	inspector *codec.Inspector
	picture   packet.ExtSeq // newest picture id
	keyframe  uint32        // timestamp of the last keyframe
	epoch     uint8
	due       []packet.ExtSeq
	pairs     []nack.Pair
	red       redundancy

	ref   atomic.Pointer[reference]
	heard atomic.Int64                         // when the media's last packet came, as Unix nanoseconds
	sizes [packet.MaxSpatial + 1]atomic.Uint64 // see size
	stats encodingCounters
	rate  rate
}

// size packs what is known of a spatial layer: that it was sent, and its width
// and height.
func size(width, height uint16) uint64 { return 1<<32 | uint64(width)<<16 | uint64(height) }

func newEncoding(t *Track, layer packet.Layer, cfg EncodingConfig, descriptor uint8) *encoding {
	e := &encoding{track: t, layer: layer, cfg: cfg}
	if t.cfg.Codec.IsVideo() {
		e.descriptor = descriptor
	}
	e.ssrc.Store(cfg.SSRC)
	e.reception.clockRate = t.cfg.Codec.ClockRate()
	e.begin()
	return e
}

// begin makes the state that belongs to one source's numbers.
func (e *encoding) begin() {
	if e.detector != nil {
		e.countLosses()
	}
	e.seen, e.reception = window{}, reception{clockRate: e.reception.clockRate}
	e.detector, e.inspector = nack.NewDetector(), codec.NewInspector(e.track.cfg.Codec)
	e.lost = nack.Losses{}
}

// receive takes a media packet. The caller keeps its reference.
func (e *encoding) receive(p *packet.Packet, now time.Time) {
	red := p.PayloadType == e.track.cfg.REDPayloadType && p.PayloadType != 0
	if p.PayloadType != e.track.cfg.PayloadType && !red {
		e.track.stats.foreign.Add(1) // comfort noise, telephone events, a codec that was not agreed
		return
	}
	e.ssrc.Store(p.SSRC)
	e.heard.Store(now.UnixNano())
	seq, restarted := e.sequence.next(p.SequenceNumber)
	if restarted {
		e.restart()
	}
	p.Seq = seq
	e.reception.received(p, now)
	if red && !e.unpack(p, now) {
		return
	}
	e.accept(p, now)
}

// silence returns for how long no packet of the media has come. Any goroutine.
func (e *encoding) silence(now time.Time) time.Duration {
	return time.Duration(now.UnixNano() - e.heard.Load())
}

// restart forgets what belongs to the numbers before the source began anew.
func (e *encoding) restart() {
	e.stats.restarts.Add(1)
	e.epoch++
	e.ref.Store(nil) // another clock
	e.begin()
	if e.track.cfg.Codec.IsVideo() {
		e.track.feedback.KeyframeNeeded(e.track, e.layer)
	}
}

// replace lets another synchronization source carry the encoding on: a publisher
// that began anew.
func (e *encoding) replace(ssrc uint32) {
	e.sequence.leave()
	e.ssrc.Store(ssrc)
	e.restart()
}

// receiveRTX takes a packet of the repair stream and restores the original.
func (e *encoding) receiveRTX(p *packet.Packet, now time.Time) {
	ssrc := e.ssrc.Load()
	if ssrc == 0 {
		e.stats.padding.Add(1) // nothing to repair yet: a probe too
		return
	}
	if err := p.RestoreFromRTX(ssrc, e.track.cfg.PayloadType); err != nil {
		e.stats.padding.Add(1) // bandwidth probes are repair packets without a payload
		return
	}
	e.stats.retransmitted.Add(1)
	seq, ok := e.sequence.past(p.SequenceNumber)
	if !ok {
		e.stats.malformed.Add(1) // repairs what was never sent
		e.stats.unusable.Add(1)
		return
	}
	p.Seq = seq
	e.repair(p, now)
}

// repair forwards a packet that did not come by itself, if it is seen for the first
// time. A copy may come before it was asked for; then it was lost all the same.
func (e *encoding) repair(p *packet.Packet, now time.Time) {
	fresh, asked := e.accept(p, now)
	if fresh {
		e.stats.repaired.Add(1)
	}
	if fresh && !asked {
		e.stats.lost.Add(1)
	}
}

// accept forwards a packet that is seen for the first time, and notes what it
// shows to be missing; Receiver.tick asks for that. It reports whether the packet was
// fresh, and had been asked for.
func (e *encoding) accept(p *packet.Packet, now time.Time) (fresh, asked bool) {
	if !e.seen.add(p.Seq) {
		e.stats.duplicates.Add(1)
		return false, false
	}
	e.stats.packets.Add(1)
	e.stats.octets.Add(uint64(len(p.Payload())))
	e.inspect(p)
	e.track.sinks.push(p)
	if e.track.cfg.NACK {
		asked = e.detector.Received(p.Seq, now)
	}
	return true, asked
}

// inspect notes on the packet what its payload says, before it is published.
func (e *encoding) inspect(p *packet.Packet) {
	p.Layer, p.Epoch = e.layer, e.epoch
	payload := p.Payload()
	if len(payload) == 0 {
		return // padding: part of the numbers, needed by nobody
	}
	p.Needed = packet.AllTargets
	if !e.track.cfg.Codec.IsVideo() {
		p.Keyframe, p.FrameStart = true, true // every audio packet can be decoded by itself
		e.track.listen(p)
		return
	}
	descriptor := p.Extension(e.descriptor)
	f, err := e.inspector.Inspect(payload, descriptor)
	if err != nil {
		if n, ok := codec.FrameNumber(descriptor); ok && errors.Is(err, codec.ErrTemplate) {
			e.number(p, n, 16) // the packet with the structure is late, and brings the same number
		}
		e.stats.malformed.Add(1)
		return // let the decoder decide: what we cannot read we do not withhold
	}
	e.note(p, f)
}

// note copies what was read to the packet.
func (e *encoding) note(p *packet.Packet, f codec.Frame) {
	p.Keyframe, p.FrameStart, p.FrameEnd = f.Keyframe, f.Start, f.End
	p.Spatial, p.Temporal = f.SpatialLayer, f.TemporalLayer
	p.Needed, p.Switch = f.Needed, f.Switch
	p.Width, p.Height = f.Width, f.Height
	if at := &e.sizes[min(f.SpatialLayer, packet.MaxSpatial)]; at.Load() != size(f.Width, f.Height) {
		at.Store(size(f.Width, f.Height))
	}
	p.TL0PICIDX, p.HasTL0PICIDX = f.TL0PICIDX, f.HasTL0PICIDX
	if f.PictureIDBits != 0 {
		e.number(p, f.PictureID, f.PictureIDBits)
	}
	if f.Keyframe && (e.stats.keyframes.Load() == 0 || p.Timestamp != e.keyframe) {
		e.keyframe = p.Timestamp // of H.264 several packets of a frame are a beginning
		e.stats.keyframes.Add(1)
	}
}

// number notes a picture id or frame number.
func (e *encoding) number(p *packet.Packet, id uint16, bits uint8) {
	p.PictureIDBits = bits
	p.PictureID = packet.UnwrapNear(e.picture, id, bits)
	e.picture = max(e.picture, p.PictureID)
}

// askForMissing sends the NACKs that are due.
func (e *encoding) askForMissing(now time.Time) {
	e.due = e.detector.Due(e.due[:0], now, time.Duration(e.track.rtt.Load()))
	if len(e.due) > 0 {
		e.stats.nacked.Add(uint64(len(e.due)))
		e.track.sendNACK(e.ssrc.Load(), e.nackPairs())
	}
	e.countLosses()
	if e.detector.GaveUp() {
		e.stats.unrepaired.Add(1)
		e.track.feedback.KeyframeNeeded(e.track, e.layer)
	}
}

// countLosses counts what the detector has found since the last time.
func (e *encoding) countLosses() {
	now := e.detector.Losses()
	if now == e.lost {
		return
	}
	e.stats.lost.Add(now.Lost - e.lost.Lost)
	e.stats.givenUp.Add(now.GivenUp - e.lost.GivenUp)
	e.lost = now
}

// nackPairs packs what is due. The result is new, since Feedback may keep it.
func (e *encoding) nackPairs() []rtcp.NackPair {
	e.pairs = nack.AppendPairs(e.pairs[:0], e.due)
	pairs := make([]rtcp.NackPair, len(e.pairs))
	for i, p := range e.pairs {
		pairs[i] = rtcp.NackPair{PacketID: p.PacketID, LostPackets: rtcp.PacketBitmap(p.LostPackets)}
	}
	return pairs
}

// receptionReport returns the report block of the interval that ends now, or
// false when nothing was received in it.
func (e *encoding) receptionReport(now time.Time) (rtcp.ReceptionReport, bool) {
	block, ok := e.reception.report()
	if !ok {
		return block, false
	}
	block.SSRC = e.ssrc.Load()
	if ref := e.ref.Load(); ref != nil {
		block.LastSenderReport = ref.lastSR
		block.Delay = uint32(now.Sub(ref.arrival).Seconds() * 65536)
	}
	return block, true
}
