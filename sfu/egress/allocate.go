package egress

import (
	"time"

	"github.com/atrium-rtc/atrium/sfu/bwe"
	"github.com/atrium-rtc/atrium/sfu/simulcast"
)

const (
	// unlimited is what a link carries that nobody measures.
	unlimited = 10_000 * bwe.Mbps
	// levelsInterval is how long a feed's list of levels is good.
	levelsInterval = 100 * time.Millisecond
	// beginning is how much more the first seconds of a video may cost than was
	// measured: it begins with a keyframe.
	beginning = 1.5
	// comesWithin is how long a publisher takes at most to send an encoding that
	// rested, or that its own link did not carry for a moment.
	comesWithin = 8 * time.Second
	// guess is the bitrate of an encoding that was not measured yet, in bits a
	// second for each pixel: 1.9 Mbit/s at 1280x720, 120 kbit/s at 320x180. What
	// browsers send at 30 pictures a second is near.
	guess = 2.1
)

// VideoPreference is what a receiver says about one of its videos.
type VideoPreference struct {
	// MaxWidth and MaxHeight are of the largest picture that makes sense, in
	// pixels; 0 is no limit.
	MaxWidth, MaxHeight uint16
	Priority            bwe.Priority
	Prefer              bwe.Preference
}

// Delivery says that a video is no longer sent, or is again, because of what its
// receiver's link carries.
type Delivery struct {
	Paused   bool
	Estimate bwe.Bitrate // of the whole link
}

// allocate gives the link's bitrate to the videos that go over it.
func (l *downlink) allocate(now time.Time) {
	l.allocated = now
	l.videos, l.sound = l.videos[:0], 0
	for _, sub := range l.subs {
		for _, st := range sub.streams {
			l.consider(st, now)
		}
	}
	available := unlimited
	if l.measured(now) {
		l.used = l.estimator.Target()
		available = max(0, l.used-l.sound, l.leastAtFirst(now))
	}
	demand, _ := l.allocator.Allocate(l.videos, available, now)
	l.demand = demand + l.sound
	if l.estimator != nil {
		l.estimator.SetDemand(l.demand)
		l.follow(now)
	}
	for _, sub := range l.subs {
		for _, st := range sub.streams {
			st.obey(now)
		}
	}
}

// leastAtFirst is what the videos may have in the first seconds whatever the estimate,
// which is a guess until then: the smallest picture of each. It is over with the
// first sign that the link carries less.
func (l *downlink) leastAtFirst(now time.Time) (sum bwe.Bitrate) {
	if now.Sub(l.began) > settling || l.estimator.Target() < bwe.StartBitrate {
		return 0
	}
	for _, v := range l.videos {
		if len(v.Levels) > 0 {
			sum += v.Levels[0].Bitrate.Scale(beginning)
		}
	}
	return sum
}

// consider adds a stream to those that want something of the link.
func (l *downlink) consider(st *Stream, now time.Time) {
	switch {
	case !st.started || st.muted:
	case st.video == nil:
		l.sound += st.feed.rates.of(simulcast.Rung{}, 0)
	default:
		v := st.video
		v.Levels = st.feed.levelsAt(now)
		v.MaxSpatial, v.MaxTemporal = st.preferred.Spatial, st.preferred.Temporal
		l.videos = append(l.videos, v)
	}
}

// obey sends what the stream was given.
func (st *Stream) obey(now time.Time) {
	if st.video == nil || !st.started || st.muted {
		return
	}
	level, ok := st.video.Level()
	st.setStarved(!ok, now)
	st.notePause()
	if !ok {
		return
	}
	allowed := layers{AllLayers, AllLayers}
	if reason := st.video.Reason(); reason == bwe.ReasonBandwidth || reason == bwe.ReasonSize {
		allowed = layers{level.Spatial, level.Temporal}
	}
	if st.allowed != allowed {
		st.allowed = allowed
		st.rewant(now)
	}
}

// setStarved stops a video for which nothing is left, or lets it go on with the
// next keyframe, and says so.
func (st *Stream) setStarved(starved bool, now time.Time) {
	if st.starved == starved {
		return
	}
	st.starved = starved
	st.pauseOrResume(now)
	hidden := st.video.Priority <= bwe.PriorityHidden
	if (st.told || !hidden) && st.told != starved {
		st.tell(starved)
	}
}

// tell tells the client that the video is paused for want of bandwidth, or goes on.
func (st *Stream) tell(paused bool) {
	st.told = paused
	if st.cfg.Delivery != nil {
		st.cfg.Delivery(Delivery{Paused: paused, Estimate: st.sub.link.estimate()})
	}
}

// estimate returns what the link is believed to carry, 0 while that is unknown.
func (l *downlink) estimate() bwe.Bitrate {
	if l.estimator == nil || !l.estimator.Measured() {
		return 0
	}
	return l.estimator.Target()
}

// levelsAt returns the ways to send the track, with what they cost.
func (f *feed) levelsAt(now time.Time) []bwe.Level {
	if now.Sub(f.leveled) < levelsInterval && f.leveledAs == f.ladder.Version() {
		return f.levels
	}
	f.leveled, f.leveledAs, f.levels = now, f.ladder.Version(), f.levels[:0]
	for i := range f.ladder.Len() {
		size := f.ladder.At(i)
		if size.Silent && f.failed(size.Layer, now) {
			continue
		}
		top := f.rates.temporalLayers(size.Layer) - 1
		for temporal := range top + 1 {
			rate, measured := f.cost(size, temporal)
			f.levels = append(f.levels, bwe.Level{
				Spatial: uint8(i), Temporal: temporal, //nolint:gosec // few
				Width: size.Width, Height: size.Height, Bitrate: rate, Guess: !measured,
			})
		}
	}
	return f.levels
}

// failed reports whether an encoding that does not come will not come soon either:
// it was asked for long enough. One that only rests comes when it is asked for.
func (f *feed) failed(layer simulcast.Layer, now time.Time) bool {
	since := f.usedSince[layer]
	if last := f.rates[layer].last; last.After(since) && !since.IsZero() {
		since = last
	}
	return !since.IsZero() && now.Sub(since) > comesWithin
}

// cost returns the bitrate of a rung with the temporal layers up to one: measured,
// or guessed while it is new.
func (f *feed) cost(size simulcast.RungSize, temporal uint8) (rate bwe.Bitrate, measured bool) {
	if rate := f.rates.of(size.Rung, temporal); rate > 0 {
		return rate, true
	}
	return bwe.Bitrate(float64(size.Width) * float64(size.Height) * guess), false
}
