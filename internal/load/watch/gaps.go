package watch

import "time"

const (
	// audioPatience is how late audio may come and still be played: about what
	// the jitter buffer of a browser grows to.
	audioPatience = 200 * time.Millisecond

	defaultAudioStep = 20 * time.Millisecond
	maxAudioStep     = 120 * time.Millisecond // RFC 7587 section 4.2
)

// gaps counts where a listener would have heard concealment instead of what was
// said: runs of audio packets that did not come in time.
type gaps struct {
	count uint64
	total time.Duration
	step  time.Duration // the playing time of one packet
	open  bool
}

// decided takes the fate of one packet, in the order of sequence numbers.
func (g *gaps) decided(usable bool) {
	if usable {
		g.open = false
		return
	}
	g.missing(1)
}

// missing records n packets that a listener lacks.
func (g *gaps) missing(n uint64) {
	if !g.open {
		g.open = true
		g.count++
	}
	g.total += time.Duration(n) * g.length()
}

// skipped records n packets that the sender sent and the server left out of the
// sequence: a gap of its own.
func (g *gaps) skipped(n uint64) {
	g.count++
	g.total += time.Duration(n) * g.length()
}

// learn takes the time between two adjacent packets.
func (g *gaps) learn(step time.Duration) {
	if step > 0 && step <= maxAudioStep {
		g.step = step
	}
}

func (g *gaps) length() time.Duration {
	if g.step == 0 {
		return defaultAudioStep
	}
	return g.step
}
