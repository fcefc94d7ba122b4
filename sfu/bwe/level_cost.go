package bwe

import "time"

const (
	// peakWindow is how long a peak of a level's bitrate counts at least; it counts
	// for twice as long at most.
	peakWindow = 30 * time.Second
	// assumedBitrate is what the smallest picture costs until it was measured:
	// what browsers give to 320x180.
	assumedBitrate = 150 * Kbps
	// unknownRatio is how many times the pixels of the rung below one has whose
	// size is unknown: browsers halve both sides.
	unknownRatio = 4
)

// levelCost is what one level is expected to cost: its peak in a sliding window.
// The bitrate of video goes up and down by a fifth without anything having
// changed. An allocation by the peak fits at every moment, and does not move with
// what is measured now; one by the mean would have to be corrected all the time.
type levelCost struct {
	peak, before Bitrate
	cost         Bitrate
}

// measure takes note of a bitrate. The window moves only while there are
// measurements: of an encoding that rests, the last ones count.
func (c *levelCost) measure(r Bitrate, turn bool) {
	if r <= 0 {
		return
	}
	if turn {
		c.peak, c.before = 0, c.peak
	}
	c.peak = max(c.peak, min(r, maxBitrate))
}

// levelCosts are those of all levels of a video, in their order.
type levelCosts struct {
	names []Level // which levels these are
	of    []levelCost
	since time.Time // when the window moved
}

// update takes note of what was measured, and guesses the rest.
func (c *levelCosts) update(levels []Level, now time.Time) {
	if !c.match(levels) {
		c.adopt(levels)
	}
	turn := now.Sub(c.since) >= peakWindow
	if turn {
		c.since = now
	}
	rung, below := 0, -1 // first levels of the present rung and of the one below
	for i := range c.of {
		if i > 0 && levels[i].Spatial != levels[i-1].Spatial {
			rung, below = i, rung
		}
		at := &c.of[i]
		if !levels[i].Guess {
			at.measure(levels[i].Bitrate, turn)
		}
		if at.cost = max(at.peak, at.before); at.cost == 0 && levels[i].Guess {
			at.cost = min(max(levels[i].Bitrate, 0), maxBitrate)
		}
		if at.cost == 0 {
			at.cost = c.guess(i, rung, below)
		}
	}
}

// guess returns what a level that was never measured is likely to cost: half as
// much again as with one temporal layer less, or in proportion to the pixels of
// the rung below. That is rather too much, so that a raise to it succeeds.
func (c *levelCosts) guess(i, rung, below int) Bitrate {
	switch {
	case i > rung:
		return min(c.of[i-1].cost*3/2, maxBitrate)
	case below >= 0:
		return min(c.of[below].cost*pixelRatio(c.names[i], c.names[below]), maxBitrate)
	default:
		return assumedBitrate
	}
}

// pixelRatio returns how many times the pixels of b a has, rounded up, between 1
// and 16.
func pixelRatio(a, b Level) Bitrate {
	if !a.sized() || !b.sized() {
		return unknownRatio
	}
	more, less := int64(a.Width)*int64(a.Height), int64(b.Width)*int64(b.Height)
	return Bitrate(min(max(1, (more+less-1)/less), 16))
}

// match reports whether the levels are those of the last time.
func (c *levelCosts) match(levels []Level) bool {
	if len(levels) != len(c.names) {
		return false
	}
	for i := range levels {
		if levels[i].name() != c.names[i] {
			return false
		}
	}
	return true
}

// adopt makes room for other levels, and keeps what is known of those that stay.
func (c *levelCosts) adopt(levels []Level) {
	names, of := make([]Level, len(levels)), make([]levelCost, len(levels))
	for i, l := range levels {
		names[i] = l.name()
		if j := findLevel(c.names, l); j >= 0 {
			of[i] = c.of[j]
		}
	}
	c.names, c.of = names, of
}
