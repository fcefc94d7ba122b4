package ingress

import (
	"time"

	"github.com/pion/interceptor/pkg/twcc"
	"github.com/pion/rtcp"

	"github.com/atrium-rtc/atrium/sfu/packet"
)

const (
	// maxSSRCs bounds the synchronization sources of one publisher. A browser
	// with three simulcast layers and repair uses eight; a peer that goes on is
	// misbehaving and its further sources are dropped.
	maxSSRCs = 32

	reportInterval = time.Second // RFC 3550 section 6.2, the usual rate of WebRTC
	twccInterval   = 50 * time.Millisecond
)

// Feedback takes the RTCP that a Receiver sends to its publisher. It is called
// on the Receiver's goroutine, must not block, and may keep the packets.
type Feedback interface {
	SendRTCP(pkts []rtcp.Packet)
	// KeyframeNeeded reports that a gap in the track could not be repaired.
	KeyframeNeeded(*Track)
}

// Config describes one publisher's connection as it was negotiated.
type Config struct {
	Tracks   []TrackConfig
	Pool     *packet.Pool
	Feedback Feedback
	// SSRC is our own in reports, chosen at random (RFC 3550 section 8.1).
	SSRC uint32
	// Negotiated header extension ids; 0 is "not negotiated".
	MIDExtension, TWCCExtension, AudioLevelExtension uint8
}

// Receiver takes the decrypted RTP of one publisher and gives each packet to
// its track. See the package comment for who may call what.
type Receiver struct {
	cfg    Config
	tracks []*Track
	bySSRC map[uint32]route

	twcc       *twcc.Recorder
	epoch      time.Time // zero of the TWCC arrival clock
	lastTWCC   time.Time
	lastReport time.Time

	clock clockOffset
	stats receiverCounters
}

// route says whose packets an SSRC carries.
type route struct {
	track *Track
	rtx   bool
}

// NewReceiver returns a Receiver for the negotiated tracks.
func NewReceiver(cfg Config) *Receiver {
	r := &Receiver{cfg: cfg, bySSRC: make(map[uint32]route)}
	if cfg.TWCCExtension != 0 {
		r.twcc = twcc.NewRecorder(cfg.SSRC)
	}
	for _, tc := range cfg.Tracks {
		t := newTrack(tc, cfg, &r.clock)
		r.tracks = append(r.tracks, t)
		if tc.SSRC != 0 {
			r.bySSRC[tc.SSRC] = route{track: t}
		}
		if tc.RTXSSRC != 0 {
			r.bySSRC[tc.RTXSSRC] = route{track: t, rtx: true}
		}
	}
	return r
}

// Tracks returns the tracks in the order of Config.Tracks. Any goroutine.
func (r *Receiver) Tracks() []*Track { return r.tracks }

// WriteRTP takes one decrypted RTP packet. The bytes are copied.
func (r *Receiver) WriteRTP(b []byte, now time.Time) {
	p := r.cfg.Pool.Get()
	if err := p.Parse(b); err != nil {
		r.stats.malformed.Add(1)
		p.Release()
		return
	}
	p.Arrival = now
	r.recordTransport(p, now)
	rt, ok := r.route(p)
	switch {
	case !ok:
		r.stats.unrouted.Add(1)
	case rt.rtx:
		rt.track.receiveRTX(p, now)
	default:
		rt.track.receive(p, now)
	}
	p.Release()
	r.tick(now)
}

// route finds the track of a packet: by its SSRC when that is known, else by
// the MID extension (RFC 8843 section 9.2), else by its payload type, which is
// unique within our answers. What was found is remembered for the SSRC.
func (r *Receiver) route(p *packet.Packet) (route, bool) {
	rt, known := r.bySSRC[p.SSRC]
	if known {
		return rt, rt.track != nil
	}
	if len(r.bySSRC) >= maxSSRCs {
		return route{}, false
	}
	mid := ""
	if id := r.cfg.MIDExtension; id != 0 {
		mid = string(p.Extension(id))
	}
	for _, t := range r.tracks {
		if mid != "" && mid != t.cfg.MID {
			continue
		}
		switch p.PayloadType {
		case t.cfg.PayloadType:
			rt = route{track: t}
		case t.cfg.RTXPayloadType:
			rt = route{track: t, rtx: t.cfg.RTXPayloadType != 0}
		}
	}
	if rt.track != nil && !rt.rtx && rt.track.reception.started {
		rt = route{} // a second encoding, which was not agreed: its numbers are another space
	}
	r.bySSRC[p.SSRC] = rt // also what belongs nowhere, so that it is looked up once
	return rt, rt.track != nil
}

// recordTransport notes the packet's transport-wide sequence number, whatever
// stream it belongs to: bandwidth probes come on SSRCs of their own.
func (r *Receiver) recordTransport(p *packet.Packet, now time.Time) {
	if r.twcc == nil {
		return
	}
	ext := p.Extension(r.cfg.TWCCExtension)
	if len(ext) < 2 {
		return
	}
	if r.epoch.IsZero() {
		r.epoch, r.lastTWCC = now, now
	}
	seq := uint16(ext[0])<<8 | uint16(ext[1])
	r.twcc.Record(p.SSRC, seq, now.Sub(r.epoch).Microseconds())
}

// tick sends the reports that are due, and asks for what is still missing: any
// packet of the publisher drives it, since the track with the gap may be silent.
func (r *Receiver) tick(now time.Time) {
	for _, t := range r.tracks {
		if t.detector.Missing() > 0 {
			t.askForMissing(now)
		}
	}
	if r.twcc != nil && !r.epoch.IsZero() && now.Sub(r.lastTWCC) >= twccInterval {
		r.lastTWCC = now
		if pkts := r.twcc.BuildFeedbackPacket(); len(pkts) > 0 {
			r.cfg.Feedback.SendRTCP(pkts)
		}
	}
	if r.lastReport.IsZero() {
		r.lastReport = now
	}
	if now.Sub(r.lastReport) < reportInterval {
		return
	}
	r.lastReport = now
	r.report(now)
}

// report sends one receiver report for all sources heard since the last one.
func (r *Receiver) report(now time.Time) {
	rr := &rtcp.ReceiverReport{SSRC: r.cfg.SSRC}
	for _, t := range r.tracks {
		if block, ok := t.receptionReport(now); ok {
			rr.Reports = append(rr.Reports, block)
		}
	}
	if len(rr.Reports) > 0 {
		r.cfg.Feedback.SendRTCP([]rtcp.Packet{rr})
	}
}

// SenderReport takes a sender report of the publisher. It is called on the
// goroutine of the SRTCP session, and only there.
func (r *Receiver) SenderReport(sr *rtcp.SenderReport, now time.Time) {
	for _, t := range r.tracks {
		if t.ssrc.Load() == sr.SSRC {
			theirs := packet.TimeOfNTP(sr.NTPTime)
			r.clock.observe(theirs, now)
			t.ref.Store(&reference{rtp: sr.RTPTime, theirs: theirs, lastSR: uint32(sr.NTPTime >> 16), arrival: now})
		}
	}
}
