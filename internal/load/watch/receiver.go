package watch

import (
	"sync"
	"sync/atomic"
	"time"

	"github.com/pion/interceptor/pkg/twcc"
	"github.com/pion/rtcp"

	"github.com/atrium-rtc/atrium/internal/load/histogram"
	"github.com/atrium-rtc/atrium/internal/load/transport"
	"github.com/atrium-rtc/atrium/sfu/nack"
	"github.com/atrium-rtc/atrium/sfu/packet"
)

// DefaultLate is how long after its time a frame counts as late.
const DefaultLate = 150 * time.Millisecond

// Kind is audio or video.
type Kind uint8

// The kinds of media.
const (
	Audio Kind = iota
	Video
	kinds
)

// Writer sends RTCP to the server: transport.Conn.
type Writer interface {
	WriteRTCP(compound []byte) error
}

// Config describes one subscription.
type Config struct {
	Media *transport.Media // what was negotiated
	// Late is by how much a frame must be shown later than it would have been
	// with the quickest transit of the last half minute to be late; DefaultLate
	// if 0.
	Late   time.Duration
	Writer Writer
	RTT    func() time.Duration // to the server, 0 while unknown; may be nil
}

// Receiver is the far end of one subscription. RTP, RTCP and Tick are for the
// connection's reader goroutine; the other methods are for any.
//
// When a packet comes for one of a thousand receivers, no cache holds anything
// of it. So what each packet needs stands together, here and in what a Receiver
// consists of, before what is needed now and then.
type Receiver struct {
	routes [2 * kinds]route // of the first so many payload types
	routed int
	feedback

	asked        time.Time
	audio, video *track   // nil where nothing was negotiated
	tracks       []*track // those that are not nil
	paused       [kinds]atomic.Bool
	ticked       time.Time
	cfg          Config
	latency      histogram.Histogram
	counts       Snapshot // those that no track keeps

	mu     sync.Mutex
	shared Snapshot // guarded by mu
}

// route says where packets of one payload type go.
type route struct {
	payloadType uint8
	repair      bool // they are retransmissions
	track       *track
}

// feedback is what must be remembered to answer like a browser.
type feedback struct {
	transport   *twcc.Recorder
	transportID uint8     // header extension, 0 for none
	polled      time.Time // last

	epoch    time.Time // zero of the recorder's clock
	recorded time.Time // last feedback
	reported time.Time

	due []packet.ExtSeq // scratch
	fir uint8           // sequence number of the next full intra request
}

// New returns a Receiver for a subscription that was asked for at that moment.
func New(cfg Config, asked time.Time) *Receiver {
	if cfg.Late == 0 {
		cfg.Late = DefaultLate
	}
	r := &Receiver{cfg: cfg, asked: asked, ticked: asked}
	r.due = make([]packet.ExtSeq, 0, nack.MaxMissing)
	if s := cfg.Media.Audio; s != nil {
		r.audio = &track{stream: s, codec: s.Codec, sound: newSound(s.ClockRate)}
		r.add(r.audio)
	}
	if s := cfg.Media.Video; s != nil {
		r.video = &track{stream: s, codec: s.Codec, picture: newPicture(s.ClockRate, cfg.Late)}
		r.add(r.video)
	}
	r.shared = r.snapshot(asked)
	return r
}

func (r *Receiver) add(t *track) {
	r.tracks = append(r.tracks, t)
	r.routes[r.routed] = route{payloadType: t.stream.PayloadType, track: t}
	r.routed++
	if rtx := t.stream.RTXPayloadType; rtx != 0 {
		r.routes[r.routed] = route{payloadType: rtx, repair: true, track: t}
		r.routed++
	}
	// One number space for the whole connection, and one identifier (RFC 8843
	// section 9.3).
	if id := t.stream.Extensions[transport.ExtensionTransportCC]; id != 0 && t.stream.TransportCC && r.transport == nil {
		r.transportID, r.transport = id, twcc.NewRecorder(ownSSRC)
	}
}

// RTP takes one decrypted packet.
func (r *Receiver) RTP(b []byte, now time.Time) {
	var h header
	if !h.parse(b) {
		r.counts.Malformed++
		return
	}
	r.recordTransport(&h, now)
	if t, repair := r.route(h.payloadType); t == nil {
		r.counts.Unknown++
	} else if !repair || r.restore(t, &h) {
		a := arrival{repair: repair}
		a.read(&h, t.codec, now)
		r.receive(t, &a)
	}
	if now.Sub(r.polled) >= pollInterval {
		r.poll(now)
	}
}

// route finds the track of a payload type, which is unique in a bundle (RFC 8843
// section 9.1).
func (r *Receiver) route(payloadType uint8) (t *track, repair bool) {
	for i := range r.routes[:r.routed] {
		if to := &r.routes[i]; to.payloadType == payloadType {
			return to.track, to.repair
		}
	}
	return nil, false
}

// restore turns a retransmission into what it carries.
func (r *Receiver) restore(t *track, h *header) bool {
	if len(h.payload) == 0 {
		t.counts.Probes++
		return false
	}
	ssrc, ok := t.original(h.ssrc)
	if !ok {
		t.counts.Stray++
		return false
	}
	h.ssrc = ssrc
	if !h.original() {
		r.counts.Malformed++
		return false
	}
	return true
}

// receive gives the packet to its track and takes the time it was on its way.
func (r *Receiver) receive(t *track, a *arrival) {
	if !t.receive(a) || !a.stamped {
		return
	}
	latency := a.now.Sub(a.stamp.Sent)
	if latency < 0 {
		r.counts.ClockBehind++
	}
	r.latency.Record(latency)
}

// RTCP takes one decrypted compound packet.
func (r *Receiver) RTCP(b []byte, now time.Time) {
	packets, err := rtcp.Unmarshal(b)
	if err != nil {
		r.counts.Malformed++
		return
	}
	for _, p := range packets {
		sr, ok := p.(*rtcp.SenderReport)
		if !ok {
			continue
		}
		for _, t := range r.tracks {
			if t.source != nil && t.source.ssrc == sr.SSRC {
				t.source.reception.sender(sr.NTPTime, now)
			}
		}
	}
}

// Tick lets time pass: see transport.Handler.
func (r *Receiver) Tick(now time.Time) {
	passed := now.Sub(r.ticked)
	r.ticked = now
	if r.audio != nil {
		r.audio.tick(now, passed, r.paused[Audio].Load())
	}
	if r.video != nil {
		r.video.tick(now, passed, r.paused[Video].Load())
	}
	r.poll(now)
	s := r.snapshot(now)
	r.mu.Lock()
	r.shared = s
	r.mu.Unlock()
}

// Snapshot returns the measurements as of the last Tick.
func (r *Receiver) Snapshot() Snapshot {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.shared
}

// Latency returns the one-way latency of stamped packets, from the publisher's
// socket to here. It goes on counting.
func (r *Receiver) Latency() *histogram.Histogram { return &r.latency }

// SetPaused says that the publisher stopped sending on purpose, muted or gone,
// or that it is expected to send again. The gap that a pause touches is no
// freeze and its time is not watched; after it the wait for the next frame
// counts, unless that frame is stamped Resumed.
func (r *Receiver) SetPaused(kind Kind, paused bool) { r.paused[kind].Store(paused) }
