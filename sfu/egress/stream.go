package egress

import (
	"time"

	"github.com/pion/rtp"

	"github.com/atrium-rtc/atrium/sfu/nack"
	"github.com/atrium-rtc/atrium/sfu/packet"
	"github.com/atrium-rtc/atrium/sfu/simulcast"
)

// keyframeRetry is how long a stream waits for a keyframe before it asks again.
const keyframeRetry = 500 * time.Millisecond

// StreamConfig is one track to one subscriber, as it was negotiated.
type StreamConfig struct {
	Video       bool
	ClockRate   uint32
	PayloadType uint8
	SSRC        uint32
	// The repair stream (RFC 4588); RTXPayloadType 0 means that retransmissions
	// go out as the original packets, byte for byte.
	RTXPayloadType uint8
	RTXSSRC        uint32
	// FirstSequence and FirstRTXSequence are chosen at random, as RFC 3550
	// section 5.1 wants it.
	FirstSequence, FirstRTXSequence uint16
	FirstTimestamp                  uint32
	// Extensions are the header extensions that are passed on.
	Extensions []ExtensionMapping
	Muted      bool
	// Writer takes the stream's packets.
	Writer Writer
}

// window is how many packets can be sent again.
func (c StreamConfig) window() int {
	if c.Video {
		return videoRing
	}
	return audioRing
}

// ExtensionMapping passes a header extension on: From is its identifier in the
// publisher's packets, To in the subscriber's (RFC 8285).
type ExtensionMapping struct{ From, To uint8 }

// Stream is one track to one subscriber. It is owned by the subscriber's shard;
// SetMuted, HandleRTCP and Stats may be called from any goroutine.
type Stream struct {
	sub  *Subscriber
	feed *feed
	cfg  StreamConfig

	selector  *simulcast.Selector
	rewriter  *simulcast.Rewriter
	history   *nack.History
	header    rtp.Header // reused for every packet
	rtx       retransmitter
	postponed []postponed
	report    senderReport

	started   bool          // the connection is up
	begun     bool          // something was sent
	layer     packet.Layer  // of what was sent last
	lastAsked time.Time     // for a keyframe
	rtt       time.Duration // 0 while unknown

	stats streamCounters
}

func newStream(sub *Subscriber, cfg StreamConfig) *Stream {
	selector := simulcast.NewAudioSelector()
	if cfg.Video {
		selector = simulcast.NewVideoSelector(0)
	}
	if cfg.Muted {
		selector.Pause()
	}
	extensions := make([]rtp.Extension, 0, len(cfg.Extensions))
	return &Stream{
		sub: sub, cfg: cfg, selector: selector,
		history:  nack.NewHistory(cfg.window()),
		rewriter: simulcast.NewRewriter(cfg.ClockRate, cfg.FirstSequence, cfg.FirstTimestamp),
		header:   rtp.Header{Version: 2, PayloadType: cfg.PayloadType, SSRC: cfg.SSRC, Extensions: extensions},
		rtx:      newRetransmitter(cfg),
	}
}

// start runs on the shard.
func (st *Stream) start() {
	st.started = true
	st.askForKeyframe(time.Now())
}

// forwardBatch sends those of a batch, in arrival order, that the subscriber is
// to have.
func (st *Stream) forwardBatch(batch []*packet.Packet, now time.Time) {
	if !st.started {
		return
	}
	var next packet.ExtSeq // what comes before it, catchUp has sent
	for _, p := range batch {
		if p.Seq < next {
			continue
		}
		if st.forward(p, now) {
			next = st.catchUp(p, now)
		}
	}
	st.answerPostponed(now)
}

// catchUp sends the packets after start that came before it: a keyframe whose
// first packet was lost and repaired can begin only then, and the rest of it was
// withheld until now. It returns the first sequence number it did not look at.
func (st *Stream) catchUp(start *packet.Packet, now time.Time) packet.ExtSeq {
	first := start.Seq + 1
	if span := packet.ExtSeq(st.feed.ring.Size()); st.feed.highest >= span {
		first = max(first, st.feed.highest-span+1)
	}
	for seq := first; seq <= st.feed.highest; seq++ {
		if p := st.feed.ring.Get(seq); p != nil && p.Layer == start.Layer {
			st.forward(p, now)
		}
	}
	return st.feed.highest + 1
}

// forward sends a packet if the subscriber is to have it. It reports whether
// the stream began with it.
func (st *Stream) forward(p *packet.Packet, now time.Time) (began bool) {
	send, switched := st.selector.Admit(p.Layer, p.Keyframe)
	if !send {
		st.stats.withheld.Add(1)
		return false
	}
	if switched {
		st.begin(p, now)
	}
	seq, ts, ok := st.rewriter.Rewrite(p.Seq, p.Timestamp)
	if !ok {
		st.stats.withheld.Add(1) // from before the switch
		return switched
	}
	payload := p.Payload()
	st.header.Marker, st.header.SequenceNumber, st.header.Timestamp = p.Marker, seq, ts
	st.passExtensions(&st.header, p)
	st.history.Sent(seq, nack.Source{Seq: p.Seq, Timestamp: ts, Layer: p.Layer}, now)
	if err := st.cfg.Writer.WriteRTP(&st.header, payload); err != nil {
		st.stats.failed.Add(1)
		return switched
	}
	st.sub.budget.Media(len(payload), now)
	st.report.sent(len(payload))
	st.stats.packets.Add(1)
	st.stats.octets.Add(uint64(len(payload)))
	st.sub.shard.sent.packets++
	st.sub.shard.sent.octets += uint64(len(payload))
	return switched
}

// passExtensions sets the header extensions that p brings and the subscriber
// knows.
func (st *Stream) passExtensions(h *rtp.Header, p *packet.Packet) {
	h.Extension, h.Extensions = false, h.Extensions[:0]
	for _, m := range st.cfg.Extensions {
		if data := p.Extension(m.From); data != nil {
			_ = h.SetExtension(m.To, data) // one that does not fit the header's form is left out
		}
	}
}

// begin makes p the first packet of what goes out next: another layer, or the
// same one after a pause.
func (st *Stream) begin(p *packet.Packet, now time.Time) {
	if st.begun && p.Layer == st.layer {
		st.rewriter.Resume(p.Seq)
	} else {
		st.rewriter.Switch(p.Seq, p.Timestamp, now)
	}
	st.begun, st.layer = true, p.Layer
}

// SetMuted stops or resumes the stream. Resumed video waits for a keyframe,
// which is asked for.
func (st *Stream) SetMuted(muted bool) {
	st.sub.shard.command(func() { st.setMuted(muted) })
}

func (st *Stream) setMuted(muted bool) {
	switch {
	case muted == st.selector.Paused():
	case muted:
		st.selector.Pause()
	default:
		st.selector.Resume()
		st.askForKeyframe(time.Now())
	}
}

// askForKeyframe asks while a keyframe is what the stream waits for.
func (st *Stream) askForKeyframe(now time.Time) {
	if _, waiting := st.selector.NeedsKeyframe(); !waiting || !st.started {
		return
	}
	st.lastAsked = now
	st.feed.source.RequestKeyframe()
}

// tick does what is due without a packet.
func (st *Stream) tick(now time.Time) {
	if now.Sub(st.lastAsked) >= keyframeRetry {
		st.askForKeyframe(now)
	}
	st.answerPostponed(now)
	st.sendReport(now)
}
