package tap

import (
	"log/slog"
	"runtime/debug"
	"sync/atomic"
	"time"

	"github.com/pion/rtp"
)

// keyframeSpacing is how often a tap that loses packets may ask for a keyframe: every
// receiver of the stream pays for one.
const keyframeSpacing = 2 * time.Second

// Config configures a Line.
type Config struct {
	Tap    Tap
	Tracks []Track
	// Keyframe asks the publisher for a keyframe. It must not block.
	Keyframe func()
	// Broken is called when the tap has panicked, and will not be called again.
	Broken func()
	// Counters are those of all taps.
	Counters *Counters
	Log      *slog.Logger
}

// Counters count what taps do. Any goroutine may read.
type Counters struct {
	Taps                  atomic.Int64 // at present
	Packets, Lost, Panics atomic.Uint64
}

// Line is the way from a forwarding shard to one tap. Put, Referenced and Close are the
// shard's, the rest anybody's.
type Line struct {
	cfg   Config
	queue *queue
	ended atomic.Pointer[Reason] // set before the queue is closed
	done  chan struct{}

	references []reference // by track; the shard's
	packet     Packet      // reused

	// owned by the goroutine of the tap
	broken bool      // packets were lost since a keyframe was asked for
	asked  time.Time // for a keyframe
}

// reference ties a timestamp of a track to the moment at which it was sampled.
type reference struct {
	timestamp uint32
	at        time.Time
}

// NewLine returns a Line, which does not call the tap before Start.
func NewLine(cfg Config) *Line {
	return &Line{cfg: cfg, queue: newQueue(), done: make(chan struct{}), references: make([]reference, len(cfg.Tracks))}
}

// Start starts the goroutine of the tap, which calls it until the line is closed.
func (l *Line) Start() {
	l.cfg.Counters.Taps.Add(1)
	go l.run()
}

// Tracks returns those of the configuration.
func (l *Line) Tracks() []Track { return l.cfg.Tracks }

// Origin is what is known of a packet beside its octets.
type Origin struct {
	Keyframe      bool
	Width, Height uint16
	Arrival       time.Time
}

// Put gives the tap a packet of one of its tracks, which is copied. It never waits:
// without room the packet is lost.
func (l *Line) Put(track int, header *rtp.Header, payload []byte, from Origin) {
	p := &l.packet
	*p = Packet{
		Track: track, SequenceNumber: header.SequenceNumber, Timestamp: header.Timestamp, Marker: header.Marker,
		Keyframe: from.Keyframe, Width: from.Width, Height: from.Height, Arrival: from.Arrival,
	}
	if r := &l.references[track]; !r.at.IsZero() {
		ticks := int64(int32(header.Timestamp - r.timestamp)) //nolint:gosec // timestamps wrap
		p.Captured = r.at.Add(time.Duration(ticks) * time.Second / time.Duration(l.cfg.Tracks[track].ClockRate()))
	}
	l.queue.add(p, header, payload)
}

// Referenced says when a timestamp of the track with an SSRC was sampled.
func (l *Line) Referenced(ssrc, timestamp uint32, at time.Time) {
	for i, t := range l.cfg.Tracks {
		if t.SSRC == ssrc {
			l.references[i] = reference{timestamp, at}
		}
	}
}

// End says why the line will be closed; the first reason counts. Any goroutine.
func (l *Line) End(why Reason) { l.ended.CompareAndSwap(nil, &why) }

// Close lets the tap have what waits, and then its end. Nothing may be put any more.
func (l *Line) Close() { l.queue.close() }

// Done is closed when the tap is not called any more.
func (l *Line) Done() <-chan struct{} { return l.done }

// run is the goroutine of the tap.
func (l *Line) run() {
	defer close(l.done)
	defer l.cfg.Counters.Taps.Add(-1)
	defer l.contain()
	l.cfg.Tap.Begin(l.cfg.Tracks)
	var told uint64
	for e := l.queue.next(); e != nil; e = l.queue.next() {
		if e.lost > told {
			l.broken = true
			l.tellLost(e.lost - told)
			told = e.lost
		}
		if l.broken {
			l.askForKeyframe(time.Now())
		}
		l.cfg.Counters.Packets.Add(1)
		l.cfg.Tap.Packet(&e.packet)
		l.queue.done()
	}
	if lost := l.queue.lost.Load(); lost > told {
		l.tellLost(lost - told)
	}
	why := Removed
	if r := l.ended.Load(); r != nil {
		why = *r
	}
	l.cfg.Tap.End(why)
}

// askForKeyframe asks for what makes the picture whole again, unless it did a moment
// ago.
func (l *Line) askForKeyframe(now time.Time) {
	if now.Sub(l.asked) >= keyframeSpacing {
		l.broken, l.asked = false, now
		l.cfg.Keyframe()
	}
}

func (l *Line) tellLost(packets uint64) {
	l.cfg.Counters.Lost.Add(packets)
	l.cfg.Tap.Lost(packets)
}

// contain ends a panic of the application's code here.
func (l *Line) contain() {
	if p := recover(); p != nil {
		l.cfg.Counters.Panics.Add(1)
		l.cfg.Log.Error("panic in the application's tap, which ends", "panic", p, "stack", string(debug.Stack()))
		l.cfg.Broken()
	}
}
