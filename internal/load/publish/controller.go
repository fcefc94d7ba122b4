package publish

import "time"

// The controller's figures. It takes a cut of 15 % when a tenth of the packets
// is lost or a queue of 100 ms has built up, and adds 40 kbit/s a second while
// less than a fiftieth is lost.
const (
	minTarget     = 100_000 // bit/s
	judgeInterval = 500 * time.Millisecond
	cutFactor     = 0.85
	raisePerJudge = 20_000 // bit/s
	highLoss      = 0.10
	lowLoss       = 0.02
	maxQueueDelay = 100 * time.Millisecond
	floorWindow   = 5 * time.Second
)

// controller follows what feedback says about loss and delay: additive increase,
// multiplicative decrease, twice a second. It makes a publisher give way when
// the path is too narrow, so that simulcast and layer changes can be tested, and
// is no congestion control to copy: it does not probe, does not tell a queue of
// its own making from others', and is slow. sfu/bwe is the real thing.
type controller struct {
	target, most   int // bit/s
	judged         time.Duration
	arrived, lost  int     // since then, by transport-wide feedback
	worst          float64 // share lost, by receiver reports since then
	delay          time.Duration
	delays         int // how many are summed in delay
	floor, earlier time.Duration
	floorSince     time.Duration
}

// newController starts at the most that it may give.
func newController(most int) *controller {
	return &controller{target: most, most: max(most, minTarget), floor: never, earlier: never}
}

// arrival records a packet that came, and how long it took by two clocks that
// do not agree: only differences count.
func (c *controller) arrival(took time.Duration) {
	c.arrived++
	c.delay += took
	c.delays++
}

// missing records a packet that did not come.
func (c *controller) missing() { c.lost++ }

// report records the share of packets lost that a receiver report tells.
func (c *controller) report(share float64) { c.worst = max(c.worst, share) }

// judge adjusts the target when it is time to, and returns it.
func (c *controller) judge(at time.Duration) int {
	if at-c.judged < judgeInterval {
		return c.target
	}
	share := c.worst
	if all := c.arrived + c.lost; all > 0 {
		share = max(share, float64(c.lost)/float64(all))
	}
	switch queue := c.queue(at); {
	case share >= highLoss || queue > maxQueueDelay:
		c.target = max(int(cutFactor*float64(c.target)), minTarget)
	case share < lowLoss:
		c.target = min(c.target+raisePerJudge, c.most)
	}
	c.judged = at
	c.arrived, c.lost, c.worst, c.delay, c.delays = 0, 0, 0, 0, 0
	return c.target
}

// queue returns by how much packets took longer, on the average, than the
// quickest average of the last five to ten seconds.
func (c *controller) queue(at time.Duration) time.Duration {
	if c.delays == 0 {
		return 0
	}
	if at-c.floorSince >= floorWindow {
		c.earlier, c.floor, c.floorSince = c.floor, never, at
	}
	mean := c.delay / time.Duration(c.delays)
	c.floor = min(c.floor, mean)
	return mean - min(c.floor, c.earlier)
}
