package ingress

import (
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/pion/interceptor/pkg/twcc"
	"github.com/pion/rtcp"

	"github.com/atrium-rtc/atrium/sfu/packet"
)

const (
	reportInterval = time.Second // RFC 3550 section 6.2, the usual rate of WebRTC
	twccInterval   = 50 * time.Millisecond

	maxReports = 31 // in a receiver report (RFC 3550 section 6.4.2)
)

// Feedback takes the RTCP that a Receiver sends to its publisher. It is called
// on the Receiver's goroutine, must not block, and may keep the packets.
type Feedback interface {
	SendRTCP(pkts []rtcp.Packet)
	// KeyframeNeeded reports that a gap in an encoding could not be repaired.
	KeyframeNeeded(*Track, packet.Layer)
}

// Config describes one publisher's connection as it was negotiated.
type Config struct {
	Tracks []TrackConfig // to begin with
	Pool   *packet.Pool
	// Feedback is for the connection, and for the tracks to begin with.
	Feedback Feedback
	// SSRC is our own in reports, chosen at random (RFC 3550 section 8.1).
	SSRC       uint32
	Extensions Extensions
}

// Receiver takes the decrypted RTP of one publisher and gives each packet to
// its track. See the package comment for who may call what.
type Receiver struct {
	cfg   Config
	table atomic.Pointer[table]

	// owned by the Receiver's goroutine
	current    *table // as far as that has noticed
	bySSRC     map[uint32]route
	twcc       *twcc.Recorder
	epoch      time.Time // zero of the TWCC arrival clock
	lastTWCC   time.Time
	lastReport time.Time

	clock clockOffset
	stats receiverCounters

	mu      sync.Mutex // of those who change the table, and of what has been counted before
	retired []*Track   // removed, and perhaps not left alone yet
	past    Totals     // of tracks that were removed before
}

// route says whose packets an SSRC carries.
type route struct {
	encoding *encoding // nil: nobody's
	rtx      bool
}

// NewReceiver returns a Receiver for the negotiated tracks.
func NewReceiver(cfg Config) *Receiver {
	r := &Receiver{cfg: cfg, bySSRC: make(map[uint32]route)}
	tracks := r.NewTracks(cfg.Tracks, cfg.Extensions, cfg.Feedback)
	first := &table{tracks: tracks, ids: cfg.Extensions, guess: true}
	r.table.Store(first)
	r.adopt(first)
	return r
}

// Tracks returns the tracks, those to begin with in the order of Config.Tracks. Any
// goroutine.
func (r *Receiver) Tracks() []*Track { return r.table.Load().tracks }

// WriteRTP takes one decrypted RTP packet. The bytes are copied.
func (r *Receiver) WriteRTP(b []byte, now time.Time) {
	p := r.cfg.Pool.Get()
	if err := p.Parse(b); err != nil {
		r.stats.malformed.Add(1)
		p.Release()
		return
	}
	p.Arrival = now
	if t := r.table.Load(); t != r.current {
		r.adopt(t)
	}
	r.recordTransport(p, now)
	rt := r.route(p, now)
	switch {
	case rt.encoding == nil:
		r.stats.unrouted.Add(1)
	case rt.rtx:
		rt.encoding.receiveRTX(p, now)
	default:
		rt.encoding.receive(p, now)
	}
	p.Release()
	r.tick(now)
}

// recordTransport notes the packet's transport-wide sequence number, whatever
// stream it belongs to: bandwidth probes come on SSRCs of their own.
func (r *Receiver) recordTransport(p *packet.Packet, now time.Time) {
	if r.twcc == nil {
		return
	}
	ext := p.Extension(r.current.ids.TWCC)
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
	for _, t := range r.current.tracks {
		for _, e := range t.encodings {
			if e.detector.Missing() > 0 {
				e.askForMissing(now)
			}
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

// report sends receiver reports for all sources heard since the last time.
func (r *Receiver) report(now time.Time) {
	var blocks []rtcp.ReceptionReport
	for _, t := range r.current.tracks {
		for _, e := range t.encodings {
			e.rate.measure(e.stats.octets.Load(), now)
			if block, ok := e.receptionReport(now); ok {
				blocks = append(blocks, block)
			}
		}
	}
	for few := range slices.Chunk(blocks, maxReports) {
		r.cfg.Feedback.SendRTCP([]rtcp.Packet{&rtcp.ReceiverReport{SSRC: r.cfg.SSRC, Reports: few}})
	}
}

// SenderReport takes a sender report of the publisher. It is called on the
// goroutine of the SRTCP session, and only there.
func (r *Receiver) SenderReport(sr *rtcp.SenderReport, now time.Time) {
	for _, t := range r.Tracks() {
		for _, e := range t.encodings {
			if e.ssrc.Load() != sr.SSRC {
				continue
			}
			theirs := packet.TimeOfNTP(sr.NTPTime)
			r.clock.observe(theirs, now)
			e.ref.Store(&reference{rtp: sr.RTPTime, theirs: theirs, lastSR: uint32(sr.NTPTime >> 16), arrival: now})
		}
	}
}
