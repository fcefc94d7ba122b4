package egress

import (
	"time"

	"github.com/pion/rtp"

	"github.com/atrium-rtc/atrium/sfu/bwe"
	"github.com/atrium-rtc/atrium/sfu/codec"
	"github.com/atrium-rtc/atrium/sfu/nack"
	"github.com/atrium-rtc/atrium/sfu/packet"
	"github.com/atrium-rtc/atrium/sfu/quality"
	"github.com/atrium-rtc/atrium/sfu/simulcast"
)

// keyframeRetry is how long a stream waits for a keyframe before it asks again.
const keyframeRetry = 500 * time.Millisecond

// AllLayers as a preferred layer means that there is no limit.
const AllLayers = 255

// StreamConfig is one track to one subscriber, as it was negotiated. It stands in front of
// what every packet touches: one word more moves that to other cache lines (ADR 0015).
type StreamConfig struct {
	Codec       codec.Codec
	PayloadType uint8
	SSRC        uint32
	// The repair stream (RFC 4588); RTXPayloadType 0 means that retransmissions
	// go out as the original packets, byte for byte.
	RTXPayloadType uint8
	RTXSSRC        uint32
	// REDPayloadType is that of redundant audio (RFC 2198), 0 if the subscriber
	// does not know it.
	REDPayloadType uint8
	// FirstSequence and FirstRTXSequence are chosen at random, as RFC 3550
	// section 5.1 wants it.
	FirstSequence, FirstRTXSequence uint16
	FirstTimestamp                  uint32
	// Encodings is how many the track has: more than one with simulcast.
	Encodings  int
	Extensions Extensions
	// CongestionFeedback says that the receiver reports by RTP numbers when packets
	// arrived (RFC 8888).
	CongestionFeedback bool
	Muted              bool
	// Padding says that the receiver is known to take media packets with padding
	// (RFC 3550 section 5.1): see equalize.
	Padding bool
	// Unfelt says that a program takes the packets and nobody feels their quality, which
	// is not judged.
	Unfelt bool
	// NoRepeat says that no packet may be sent a second time as it was, since whoever seals
	// it must never see a number twice; repairs then need a repair stream.
	NoRepeat bool
	// Sealer takes the stream's packets.
	Sealer Sealer
	// Delivery, if not nil, is told when the video is paused for want of bandwidth,
	// and when it goes on. It is called on the shard's goroutine and must not block.
	Delivery func(Delivery)
}

// window is how many packets can be sent again.
func (c StreamConfig) window() int {
	if c.Codec.IsVideo() {
		return videoRing
	}
	return audioRing
}

// repeatable reports whether packets may be sent again. Without a repair stream
// that is only so when nothing in them depends on the moment: SRTP must never
// seal two different packets under one number (RFC 3711 section 9.1, RFC 7714
// section 9).
func (c StreamConfig) repeatable() bool {
	x := c.Extensions
	return c.RTXPayloadType != 0 || !c.NoRepeat && c.REDPayloadType == 0 && x.TransportSequence == 0 && x.AbsSendTime == 0
}

// Stream is one track to one subscriber. It is owned by the subscriber's shard;
// SetMuted, SetPreferredLayers, SetPreference, SetSealer, HandleRTCP, Reported and Stats may be
// called from any goroutine.
type Stream struct {
	sub  *Subscriber
	feed *feed
	cfg  StreamConfig

	// What every packet touches stands together: with hundreds of subscribers the
	// cost of forwarding is that of fetching their state.
	selector simulcast.Selector
	rewriter simulcast.Rewriter
	kind     event         // 0, or 1 for video: to be added to events that are counted by it
	header   rtp.Header    // reused for every packet
	history  *nack.History // nil when nothing may be sent again

	waiting     []waiting // packets for the pacer; from waitingFrom on
	waitingFrom int

	rtx       retransmitter
	postponed []postponed
	asked     time.Time // the last NACK
	replayed  uint32    // while packets of the past are sent: the newest timestamp
	hopeless  int       // packets that the budget did not allow to repair, lately
	keyframe  uint16    // outgoing number that the last keyframe began with
	newest    uint16    // of the last packet that was sent for the first time
	givenUp   uint16    // newest, when the budget did not suffice last
	report    senderReport
	reception reception
	judged    judgement
	red       redundancy
	playout   playout

	preferred layers                                // what the client wants at most
	allowed   layers                                // what its link carries at most
	video     *bwe.Video                            // for the allocator; nil for sound
	muted     bool                                  // by the server
	starved   bool                                  // nothing of the link is left for it
	paused    Pause                                 // as it was counted
	told      bool                                  // the client was told so
	queued    bool                                  // in the downlink's list of those that wait
	started   bool                                  // the connection is up
	begun     bool                                  // something was sent
	ended     bool                                  // it is removed
	sent      [simulcast.MaxEncodings]packet.ExtSeq // newest number, by encoding
	layer     packet.Layer                          // of what was sent last
	epoch     uint8                                 // likewise
	lastAsked time.Time                             // for a keyframe
	rtt       time.Duration                         // 0 while unknown

	stats streamCounters

	verdict func(quality.Verdict, quality.Report) // see OnVerdict; nil for nothing
}

// layers are the highest of a video that may be sent: a position on the track's
// ladder, and a temporal layer.
type layers struct{ Spatial, Temporal uint8 }

func newStream(sub *Subscriber, cfg StreamConfig) *Stream {
	st := &Stream{
		sub: sub, cfg: cfg, selector: *simulcast.NewAudioSelector(),
		rewriter:  *simulcast.NewRewriter(cfg.Codec.ClockRate(), cfg.FirstSequence, cfg.FirstTimestamp, cfg.Codec == codec.VP8),
		header:    rtp.Header{Version: 2, PayloadType: cfg.PayloadType, SSRC: cfg.SSRC, Extensions: make([]rtp.Extension, 0, maxExtensions)},
		rtx:       newRetransmitter(cfg),
		preferred: layers{AllLayers, AllLayers}, allowed: layers{AllLayers, AllLayers},
		muted: cfg.Muted,
	}
	st.judged.meter = newMeter(cfg.Codec.IsVideo())
	if cfg.Codec.IsVideo() {
		st.selector = *simulcast.NewVideoSelector()
		st.video, st.kind = &bwe.Video{}, 1
	}
	if cfg.repeatable() {
		st.history = nack.NewHistory(cfg.window())
	}
	if cfg.Muted {
		st.selector.Pause()
	}
	return st
}

// SetSealer replaces the stream's Sealer for all packets from now on.
func (st *Stream) SetSealer(s Sealer) { st.sub.shard.command(func() { st.cfg.Sealer = s }) }

// end takes the stream out of where it is counted and of its feed. It runs on the shard,
// which hears of nothing that is asked of the stream from then on.
func (st *Stream) end() {
	st.ended = true
	s := st.sub.shard
	s.judged.forget(st.judged.told)
	s.stats.tally.add(eventPaused+event(st.paused), -1)
	s.stats.tally.add(eventStream+event(st.cfg.Codec), -1)
	st.feed.remove(st)
}

// request runs what the receiver asks of the stream on the shard, as Subscriber.request
// does, unless the stream has ended by then.
func (st *Stream) request(fn func()) {
	st.sub.request(func() {
		if !st.ended {
			fn()
		}
	})
}

// start runs on the shard.
func (st *Stream) start() {
	now := time.Now()
	st.started = true
	st.startJudging(now)
	st.notePause()
	st.sub.link.allocate(now)
	st.retarget()
	if st.cfg.Codec.IsVideo() {
		st.replay(now)
	}
	st.askForKeyframe(now)
	st.feed.tellUse()
}

// forwardPending sends those of the batch, in arrival order, that the subscriber
// is to have.
func (st *Stream) forwardPending(now time.Time) {
	if !st.started {
		return
	}
	paced := st.sub.link.estimator != nil && st.video != nil
	tally := &st.sub.shard.stats.tally
	if paced && st.sub.link.silent {
		tally.add(eventPausedPacket, len(st.feed.pending))
		return
	}
	var next packet.ExtSeq // of layer; what comes before it, catchUp has sent
	layer := simulcast.None
	sent := &tally.counts[eventPacket+st.kind&1]
	before, reached := *sent, len(st.feed.pending)
	for i, p := range st.feed.pending {
		if p.Layer == layer && p.Seq < next {
			continue
		}
		if paced && st.mustWait(now) {
			st.wait(st.feed.pending[i:], st.feed.padding[i:], now)
			reached = i
			break
		}
		if st.cfg.Padding {
			st.header.PaddingSize = st.feed.padding[i]
		}
		if st.forward(p, now) {
			next, layer = st.catchUp(p, now), p.Layer
		}
	}
	if *sent != before {
		st.feed.reached = max(st.feed.reached, reached)
	}
	st.header.PaddingSize, st.header.Padding = 0, false
	st.answerPostponed(now)
	if st.feed.changed {
		st.askForKeyframe(now) // unless it was in the batch
	}
}

// catchUp sends the packets after start that came before it: a keyframe whose
// first packet was lost and repaired can begin only then, and the rest of it was
// withheld until now. It returns the first sequence number it did not look at.
func (st *Stream) catchUp(start *packet.Packet, now time.Time) packet.ExtSeq {
	st.header.PaddingSize = 0
	return st.after(start, func(p *packet.Packet) { st.forward(p, now) })
}

// after calls each with the packets of the ring that come after start in its
// encoding, and returns the first sequence number it did not look at.
func (st *Stream) after(start *packet.Packet, each func(*packet.Packet)) packet.ExtSeq {
	ring := st.feed.ring(start.Layer)
	highest := ring.Highest()
	first := start.Seq + 1
	if span := packet.ExtSeq(ring.Size()); highest >= span {
		first = max(first, highest-span+1)
	}
	for seq := first; seq <= highest; seq++ {
		if p := ring.Get(seq); p != nil {
			each(p)
		}
	}
	return highest + 1
}

// forward sends a packet if the subscriber is to have it. It reports whether
// the stream began with it.
func (st *Stream) forward(p *packet.Packet, now time.Time) (began bool) {
	if p.Layer != st.selector.Current().Layer && p.Seq < st.sent[p.Layer] {
		st.withhold(eventOtherLayer) // a late keyframe from before what was sent already
		return false
	}
	switch st.selector.Admit(p) {
	case simulcast.Ignore:
		if st.begun { // packets of other encodings are not worth an atomic addition each
			st.sub.shard.stats.tally.add(st.ignored(p), 1)
		} else {
			st.withhold(st.ignored(p))
		}
		return false
	case simulcast.Leave:
		st.withhold(eventOtherLayer)
		if fill, late := st.rewriter.Leave(p); late {
			st.fill(fill)
		}
		return false
	case simulcast.Begin:
		st.begin(p, now)
		began = true
	case simulcast.Forward:
	}
	out, ok := st.rewriter.Rewrite(p)
	if !ok {
		st.withhold(eventBeforeKeyframe) // from before the switch
		return began
	}
	st.send(p, out, now)
	return began
}

// withhold counts a packet that is not sent on purpose.
func (st *Stream) withhold(why event) {
	st.stats.withheld.Add(1)
	st.sub.shard.stats.tally.add(why, 1)
}

// ignored returns why a packet is not sent that the selector does not look at.
func (st *Stream) ignored(p *packet.Packet) event {
	switch {
	case st.selector.Current().Layer != simulcast.None:
		return eventOtherLayer
	case st.muted:
		return eventMutedPacket
	case st.selector.Paused():
		return eventPausedPacket
	case st.selector.Concerns(p):
		return eventBeforeKeyframe
	}
	return eventOtherLayer
}

// send sends a packet for the first time.
func (st *Stream) send(p *packet.Packet, out simulcast.Output, now time.Time) {
	marker := st.selector.Ends(p)
	st.newest = out.Seq
	st.sent[p.Layer] = max(st.sent[p.Layer], p.Seq)
	if st.history != nil {
		st.history.Sent(out.Seq, nack.Source{
			Seq: p.Seq, Layer: p.Layer, Marker: marker,
			Timestamp: out.Timestamp, PictureID: out.PictureID, TL0PICIDX: out.TL0PICIDX,
		}, now)
	}
	if p.Keyframe {
		st.keyframe = out.Seq
		if st.video != nil {
			st.judged.key, st.judged.hasKey = out.Timestamp, true
		}
	}
	payload, payloadType := st.payload(p, out)
	st.header.Marker, st.header.SequenceNumber, st.header.Timestamp = marker, out.Seq, out.Timestamp
	st.header.PayloadType = payloadType
	st.setExtensions(&st.header, p, out.PictureID, len(payload), now)
	st.header.Padding = st.header.PaddingSize != 0
	if err := st.cfg.Sealer.WriteRTP(&st.header, payload); err != nil {
		st.stats.failed.Add(1)
		st.sub.shard.stats.tally.add(eventFailed, 1)
		return
	}
	st.account(st.class(), &st.header, len(payload), now)
	if marker && st.video != nil {
		st.pictureSent(out.Timestamp, now)
	}
	st.sub.budget.Media(len(payload), now)
	st.report.sent(len(payload))
	st.stats.packets.Add(1)
	st.stats.octets.Add(uint64(len(payload)))
	counts, kind := &st.sub.shard.stats.tally.counts, st.kind&1 // the mask spares a check of bounds
	counts[eventPacket+kind]++
	counts[eventOctet+kind] += uint64(len(payload))
}

// payload returns what a packet goes out with, and as which payload type. The
// payload is shared with everybody unless numbers in it must differ, which
// happens once the stream has left out frames or switched.
func (st *Stream) payload(p *packet.Packet, out simulcast.Output) (payload []byte, payloadType uint8) {
	payload = p.Payload()
	if st.red.active(st.cfg) {
		if redundant, ok := st.redundant(p); ok {
			st.sub.shard.stats.tally.add(eventRedundant, 1)
			return redundant, st.cfg.REDPayloadType
		}
	}
	if !renumbered(p, out) {
		return payload, st.cfg.PayloadType
	}
	scratch := st.sub.shard.scratch[:copy(st.sub.shard.scratch[:], payload)]
	codec.SetIDs(st.cfg.Codec, scratch, out.PictureID, out.TL0PICIDX)
	return scratch, st.cfg.PayloadType
}

// renumbered reports whether the payload's own numbers must be written anew. Frame
// numbers are none of these: they stand in the dependency descriptor.
func renumbered(p *packet.Packet, out simulcast.Output) bool {
	mask := uint16(1)<<p.PictureIDBits - 1 // 0 without a picture id
	return p.PictureIDBits != frameNumberBits && (out.PictureID^p.PictureID.Seq())&mask != 0 ||
		p.HasTL0PICIDX && out.TL0PICIDX != p.TL0PICIDX
}

// fill sends an empty packet in place of one that is not for the subscriber,
// when later ones went out already: it would wait for the number, and ask for it.
func (st *Stream) fill(out simulcast.Output) {
	h := rtp.Header{
		Version: 2, PayloadType: st.cfg.PayloadType, SSRC: st.cfg.SSRC,
		SequenceNumber: out.Seq, Timestamp: out.Timestamp, Padding: true, PaddingSize: 1,
	}
	if err := st.cfg.Sealer.WriteRTP(&h, nil); err != nil {
		st.stats.failed.Add(1)
		return
	}
	st.stats.filled.Add(1)
	st.report.sent(0)
}

// begin makes p the first packet of what goes out next: another layer, or the
// same one after a pause.
func (st *Stream) begin(p *packet.Packet, now time.Time) {
	if st.begun && p.Layer == st.layer && p.Epoch == st.epoch {
		st.rewriter.Resume(p)
	} else {
		before := simulcast.Reference{}
		if st.begun {
			before = st.feed.reference(st.layer)
			st.stats.switches.Add(1)
			st.countSwitch(p)
		}
		if p.Layer == st.layer {
			before = simulcast.Reference{} // the source began anew, with another clock
		}
		if st.replayed == 0 || !st.rewriter.Replay(p, st.replayed, now) {
			st.rewriter.Switch(p, before, st.feed.reference(p.Layer), now)
		}
		st.replayed = 0
		st.report.at = time.Time{} // the receiver needs a report soon
		st.sub.hurry()
	}
	st.begun, st.layer, st.epoch = true, p.Layer, p.Epoch
	st.stats.layer.Store(int32(p.Layer))
	st.feed.tellUse()
}

// countSwitch counts the change to the encoding of p.
func (st *Stream) countSwitch(p *packet.Packet) {
	if p.Layer == st.layer {
		return // it began anew
	}
	tally := &st.sub.shard.stats.tally
	if st.feed.ladder.Larger(p.Layer, st.layer) {
		tally.add(eventSwitchUp, 1)
	} else {
		tally.add(eventSwitchDown, 1)
	}
}

// SetMuted stops or resumes the stream. Resumed video waits for a keyframe,
// which is asked for.
func (st *Stream) SetMuted(muted bool) {
	st.sub.shard.command(func() {
		if !st.ended {
			st.setMuted(muted)
		}
	})
}

func (st *Stream) setMuted(muted bool) {
	st.muted = muted
	st.pauseOrResume(time.Now())
	st.sub.link.changed()
}

// pauseOrResume stops the stream while somebody wants that.
func (st *Stream) pauseOrResume(now time.Time) {
	switch pause := st.muted || st.starved; {
	case pause == st.selector.Paused():
	case pause:
		why := eventPausedPacket
		if st.muted {
			why = eventMutedPacket
		}
		st.sub.shard.stats.tally.add(why, st.dropWaiting())
		st.selector.Pause()
		st.judged.meter.Pause(now)
	default:
		st.selector.Resume()
		st.judged.meter.Resume(now)
		st.askForKeyframe(now)
	}
	st.notePause()
	if st.feed != nil {
		st.feed.tellUse()
	}
}

// SetPreferredLayers says what the subscriber wants at most: spatial is a
// position on the track's ladder, 0 being the smallest picture, temporal a
// temporal layer; AllLayers is no limit. The change is made when the stream
// allows.
func (st *Stream) SetPreferredLayers(spatial, temporal uint8) {
	st.request(func() {
		st.preferred = layers{spatial, temporal}
		if st.started {
			now := time.Now()
			st.sub.link.allocate(now)
			st.rewant(now)
		}
	})
}

// SetPreference says how large a picture makes sense, how much it matters beside
// the receiver's other videos, and what to keep of it on a narrow link.
func (st *Stream) SetPreference(p VideoPreference) {
	st.request(func() {
		if st.video == nil {
			return
		}
		st.video.MaxWidth, st.video.MaxHeight = p.MaxWidth, p.MaxHeight
		st.video.Priority, st.video.Prefer = p.Priority, p.Prefer
		if st.started {
			st.sub.link.allocate(time.Now())
		}
	})
}

// rewant makes what is wanted of the track true, as soon as it allows.
func (st *Stream) rewant(now time.Time) {
	st.retarget()
	st.askForKeyframe(now)
	st.feed.tellUse()
}

// wanted returns the highest layers that are to be sent.
func (st *Stream) wanted() layers {
	return layers{min(st.preferred.Spatial, st.allowed.Spatial), min(st.preferred.Temporal, st.allowed.Temporal)}
}

// retarget chooses what is wanted from what the ladder has.
func (st *Stream) retarget() {
	ladder, wanted := &st.feed.ladder, st.wanted()
	target := simulcast.Target{
		Rung:     ladder.Pick(wanted.Spatial),
		Temporal: min(wanted.Temporal, packet.MaxTemporal),
		Openers:  ladder.Lower(wanted.Spatial),
	}
	if !target.Known() {
		target.Spatial = packet.MaxSpatial
	}
	if st.cfg.Codec == codec.AV1 && st.cfg.Extensions.Dependency.To == 0 {
		// Without the dependency descriptor a receiver takes the last spatial layer
		// of a picture for all of it, and decodes nothing: it gets the first alone.
		target.Spatial = 0
	}
	st.selector.SetTarget(target)
}

// uses returns the encodings, as bits, that the stream sends or waits for.
func (st *Stream) uses() (encodings uint8) {
	if !st.started || st.selector.Paused() {
		return 0
	}
	ladder := &st.feed.ladder
	for _, layer := range [...]packet.Layer{
		st.selector.Current().Layer, st.selector.Target().Layer,
		ladder.Lowest().Layer, // stays, to fall back to, and to begin with
	} {
		if layer != simulcast.None {
			encodings |= 1 << layer
		}
	}
	return encodings | ladder.Wanted(st.wanted().Spatial, st.cfg.Encodings)
}

// askForKeyframe asks while a keyframe is what the stream waits for.
func (st *Stream) askForKeyframe(now time.Time) {
	layer, waiting := st.selector.NeedsKeyframe()
	if !waiting || !st.started || st.sub.link.silent {
		return
	}
	st.lastAsked = now
	st.sub.hurry()
	st.feed.source.RequestKeyframe(layer)
}

// tick does what is due without a packet.
func (st *Stream) tick(now time.Time) {
	if now.Sub(st.lastAsked) >= keyframeRetry {
		st.askForKeyframe(now)
	}
	st.hear()
	st.answerPostponed(now)
	st.forgive(now)
	st.judge(now)
}
