package bwe

import "time"

// Priority says how much a video matters to its viewer. The zero value is
// PriorityNormal.
type Priority int8

// The priorities, from the least. A hidden video is not sent.
const (
	PriorityHidden Priority = iota - 2
	PriorityThumbnail
	PriorityNormal
	PrioritySpeaker
	PriorityPinned
)

// Reason says what keeps a video from the best that its publisher sends.
type Reason uint8

// The reasons.
const (
	ReasonNone      Reason = iota // nothing does
	ReasonPreferred               // MaxSpatial or MaxTemporal
	ReasonSize                    // MaxWidth and MaxHeight
	ReasonBandwidth               // it does not fit, or not yet
	ReasonHidden                  // nobody looks
)

// NoLimit as MaxSpatial or MaxTemporal means that there is none.
const NoLimit = 255

// Video is one video of one receiver. The exported fields are the caller's, and
// are set before each Allocate; the rest is the memory of the Allocator.
type Video struct {
	Priority Priority
	Prefer   Preference
	// MaxWidth and MaxHeight are the pixels in which the video is shown, 0 is no
	// limit. Rungs above the smallest one that fills them are not sent.
	MaxWidth, MaxHeight uint16
	// MaxSpatial and MaxTemporal are the highest position on the ladder and the
	// highest temporal layer that the viewer wants. When the publisher sends only
	// rungs above MaxSpatial, the lowest of them is taken.
	MaxSpatial, MaxTemporal uint8
	// Levels are what the publisher sends at the moment, each once, ordered by
	// Spatial, then Temporal. While there are none, the video counts as one of
	// 150 kbit/s, so that a newcomer has its place before its first packet; a video
	// that is not sent at all should not be passed to Allocate.
	Levels []Level

	costs   levelCosts
	path    levelPath
	limit   Reason // at the end of the path
	asked   wishes // in the last call
	backoff levelBackoff

	playing bool    // at level; false when paused
	known   bool    // was allocated before, and not hidden since
	level   Level   // the last
	spent   Bitrate // its cost
	reason  Reason

	// During Allocate: positions on the path, -1 when paused.
	was, at int
	stopped bool // goes no higher
}

// wishes are what the viewer asks for.
type wishes struct {
	priority                Priority
	prefer                  Preference
	maxWidth, maxHeight     uint16
	maxSpatial, maxTemporal uint8
}

// Level returns what was allocated to the video, false when it is paused. While
// Levels were empty it is the zero Level.
func (v *Video) Level() (Level, bool) {
	if !v.playing {
		return Level{}, false
	}
	return v.level, true
}

// Reason returns why the video does not get the best that its publisher sends.
func (v *Video) Reason() Reason { return v.reason }

// prepare looks at what the caller set. It reports whether the viewer asked for
// something else than last time, or for the video at all.
func (v *Video) prepare(now time.Time) (asked bool) {
	wanted := wishes{v.Priority, v.Prefer, v.MaxWidth, v.MaxHeight, v.MaxSpatial, v.MaxTemporal}
	asked = !v.known || wanted != v.asked
	v.asked = wanted
	if asked {
		v.backoff.forgive()
	}
	v.costs.update(v.Levels, now)
	v.layPath()
	v.was, v.at, v.stopped = v.find(), -1, false
	return asked
}

// find returns where on the path the video is. What it is sent may not be on the
// path any longer: then it is where it costs no more than that.
func (v *Video) find() int {
	if !v.playing {
		return -1
	}
	spent := v.spent
	if i := findLevel(v.Levels, v.level); i >= 0 {
		spent = v.costs.of[i].cost
	}
	return v.path.reach(spent)
}

// rank returns the priority, unknown ones counted as the nearest that is known.
func (v *Video) rank() Priority { return min(max(v.Priority, PriorityHidden), PriorityPinned) }

// settle makes the position at which the video ended its level, and reports
// whether anything is different from before. A reduction makes the video wait
// unless it was asked for.
func (v *Video) settle(asked bool, now time.Time) (changed bool) {
	switch {
	case v.at > v.was && v.known:
		v.backoff.raise(now)
	case v.at < v.was && !asked:
		v.backoff.reduce(now)
	}
	if v.at < 0 && (v.was >= 0 || !v.known) {
		v.backoff.pause(now)
	}
	before, played, reason := v.level.name(), v.playing, v.reason
	v.playing = v.at >= 0
	v.reason = ReasonBandwidth
	if v.playing {
		v.level, v.spent = Level{}, v.path[v.at].cost
		if i := v.path[v.at].level; i >= 0 {
			v.level = v.Levels[i]
		}
		if v.at == v.path.top() {
			v.reason = v.limit
		}
	}
	changed = !v.known || played != v.playing || reason != v.reason ||
		v.playing && (before.Spatial != v.level.Spatial || before.Temporal != v.level.Temporal)
	v.known = true
	return changed
}

// hide takes everything from a hidden video. When it is shown again it is like a
// new one.
func (v *Video) hide() (changed bool) {
	changed = v.reason != ReasonHidden
	v.playing, v.known, v.reason = false, false, ReasonHidden
	return changed
}
