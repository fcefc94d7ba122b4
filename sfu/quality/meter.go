package quality

import (
	"math"
	"time"
)

// rateSpan is over how much time, less what was frozen or paused, the frame rate is
// taken.
const rateSpan = 2 * time.Second

// Sample is what the server knows of a subscription, once a second.
type Sample struct {
	Conditions

	// RTT is the round trip to the viewer and UplinkRTT that to the publisher; 0
	// while unknown.
	RTT, UplinkRTT time.Duration

	// Of sound, see Sound.
	JitterBuffer time.Duration
	Redundant    bool

	// Of video, see Picture. Where nothing goes out, Size does not count.
	Size, WantedSize float64
	BestRate         float64
}

// Report is what a Meter has found by its last Update.
type Report struct {
	Score Score // 0 while there is nothing to judge
	Cause Cause // of what is wrong now
	// Trouble is the last time with a cause, which may be over.
	Trouble Trouble

	// Freezes and Frozen count all of a video, by the client where it reports.
	Freezes uint32
	Frozen  time.Duration
	Watched time.Duration // since the first frame, less pauses
	// The same of the last ten seconds, from which the Score is made.
	RecentFreezes int
	RecentFrozen  time.Duration
	FirstFrame    time.Duration // from Start; 0 before it has gone out
	Rate          float64       // frames per second while the picture moves

	Lost       float64 // share of sound that was concealed, or of packets lost after repair
	ClientLost uint64  // packets that the client has counted as lost
	FromClient bool    // freezes and concealment are by the client
}

// Meter judges one track of one subscription. It is owned by one goroutine. For
// sound the methods about frames do nothing.
type Meter struct {
	video   bool
	freezes Freezes
	judge   Judge
	client  clientView
	rtt     time.Duration

	// Freezes as the server saw them when they were last looked at, and the frames
	// and the time without movement when the rate was last taken.
	seenCount  uint32
	seenFrozen time.Duration
	rated      rateMark

	report Report
}

type rateMark struct {
	at, still time.Duration // still: frozen or paused, in all
	frames    uint64
}

// NewVideoMeter returns the Meter of a video.
func NewVideoMeter() *Meter { return &Meter{video: true} }

// NewAudioMeter returns the Meter of a sound track.
func NewAudioMeter() *Meter { return &Meter{} }

// Start says that the viewer expects the track from now on.
func (m *Meter) Start(now time.Time) { m.freezes.Start(now) }

// Pause says that the viewer expects nothing from now on: muted, or nothing there to
// see. A video that the allocator has stopped is such a pause as well, and costs the
// Score by its Current of -1.
func (m *Meter) Pause(now time.Time) { m.freezes.Pause(now) }

// Resume ends a Pause.
func (m *Meter) Resume(now time.Time) { m.freezes.Resume(now) }

// Frame says that a complete frame has gone out that is no keyframe.
func (m *Meter) Frame(now time.Time) {
	if m.video {
		m.freezes.Frame(now)
	}
}

// Keyframe says that a complete keyframe has gone out.
func (m *Meter) Keyframe(now time.Time) {
	if m.video {
		m.freezes.Keyframe(now)
	}
}

// Broken says that the viewer asks for a keyframe.
func (m *Meter) Broken(now time.Time) {
	if m.video {
		m.freezes.Broken(now, m.rtt)
	}
}

// Client takes the viewer's own statistics. From the second report on they go before
// what the server sees of freezes, frame rate and concealment, each for 30 seconds.
func (m *Meter) Client(c Client, now time.Time) {
	m.look(now) // what the server saw before the client spoke counts
	t := m.freezes.latest
	g, ok := m.client.take(c, t, t-m.report.Frozen)
	if !ok {
		return
	}
	m.report.ClientLost += g.lost
	if m.video {
		m.report.Freezes += g.freezes
		m.report.Frozen += g.frozen
	}
}

// Update judges the time since the last one. Call it about once a second.
func (m *Meter) Update(s Sample, now time.Time) {
	m.rtt = s.RTT
	seen := m.look(now)
	m.rate(seen)

	r := &m.report
	s.Frozen = m.video && seen.Ongoing
	r.Cause = m.judge.Update(s.Conditions, now)
	r.Trouble = m.judge.Trouble()
	r.FromClient = m.client.speaks(m.freezes.latest)
	r.Watched = seen.Watched
	r.RecentFreezes, r.RecentFrozen = seen.RecentCount, seen.RecentFrozen
	r.Lost = 1 - (1-fraction(s.UplinkUnrepaired))*(1-fraction(s.DownlinkLost))
	if r.FromClient {
		m.believe()
	}
	if !seen.Waiting {
		r.FirstFrame = seen.FirstFrame
	}
	r.Score = m.score(s, seen)
}

// Report returns what was found by the last Update, and by Client since.
func (m *Meter) Report() Report { return m.report }

// look counts the freezes since the last look, unless the client does. A freeze
// begins before it can be told from a slow frame, so some of it may be time that the
// client has counted: there is never more of it than time.
func (m *Meter) look(now time.Time) FreezeStats {
	seen := m.freezes.At(now)
	if !m.client.speaks(m.freezes.latest) {
		m.report.Freezes += seen.Count - m.seenCount
		m.report.Frozen = min(m.report.Frozen+seen.Frozen-m.seenFrozen, m.freezes.latest)
	}
	m.seenCount, m.seenFrozen = seen.Count, seen.Frozen
	return seen
}

// believe puts the client's view in the place of ours.
func (m *Meter) believe() {
	v, r := &m.client, &m.report
	if v.heard {
		r.Lost = v.concealed
	}
	if m.video {
		t := m.freezes.latest
		r.RecentFrozen, r.RecentFreezes = v.recent.sum(t, t, false)
		r.Rate = v.rate
	}
}

// rate takes the frame rate of the time in which the picture moved.
func (m *Meter) rate(seen FreezeStats) {
	mark := rateMark{at: m.freezes.latest, still: seen.Frozen + seen.Paused, frames: seen.Frames}
	moved := mark.at - m.rated.at - (mark.still - m.rated.still)
	switch {
	case seen.Waiting || seen.Frames == 0:
		m.rated = mark
	case moved >= rateSpan:
		m.report.Rate = float64(mark.frames-m.rated.frames) / moved.Seconds()
		m.rated = mark
	}
}

// score is that of the last seconds.
func (m *Meter) score(s Sample, seen FreezeStats) Score {
	switch {
	case s.idle() || s.PublisherMuted || s.Alive < 0:
		return 0
	case seen.Waiting && seen.FirstFrame < patience && m.video:
		return 0
	case s.Current < 0 || seen.Waiting && m.video:
		return worst
	case !m.video:
		return Sound{
			Lost: m.report.Lost, RTT: s.RTT, UplinkRTT: s.UplinkRTT,
			JitterBuffer: s.JitterBuffer, Redundant: s.Redundant,
		}.Score()
	}
	rate := m.report.Rate
	if rate == 0 && !m.client.known {
		rate = math.Inf(1) // not measured yet
	}
	return Picture{
		Size: s.Size, WantedSize: s.WantedSize, Rate: rate, BestRate: s.BestRate,
		Frozen:  float64(m.report.RecentFrozen) / float64(recentSpan),
		Freezes: m.report.RecentFreezes,
	}.Score()
}
