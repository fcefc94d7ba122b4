package bwe

import (
	"math"
	"time"
)

const (
	// decreaseFactor is how much of what arrives is sent on overuse, and
	// decreaseMargin what is taken off besides, so that the queue drains (libwebrtc:
	// kDefaultBackoffFactor, WebRTC-Bwe-SubtractAdditionalBackoffTerm).
	decreaseFactor = 0.85
	decreaseMargin = 5 * Kbps
	// The shortest and the longest time, which is the round trip between them,
	// until a second decrease.
	minDecreaseInterval = 10 * time.Millisecond
	maxDecreaseInterval = 200 * time.Millisecond

	// increasePerSecond is the growth while the capacity is not known, and
	// minIncrease what it is at least in a second (libwebrtc: 1 kbit/s for each
	// feedback, which comes every 50 ms; here it may come from several flows).
	increasePerSecond = 1.08
	minIncrease       = 20 * Kbps
	// minNearMaxIncrease is the least growth in a second near the capacity.
	minNearMaxIncrease = 4 * Kbps
	// longestIncrease is the longest time that one increase is for, however long
	// there was no update.
	longestIncrease = time.Second

	// The estimate grows no further than 1.5 times what arrives and 10 kbit/s.
	ackedHeadroom       = 1.5
	ackedHeadroomAtRest = 10 * Kbps

	defaultRoundTrip = 200 * time.Millisecond
	// probeTruce is how long beyond a round trip overuse is taken for a probe's.
	probeTruce = 250 * time.Millisecond
	// overuseDelay is about how long it takes to find overuse.
	overuseDelay = 100 * time.Millisecond
	// learningTime is how long arrivals are watched before they are the first
	// estimate, when none was given.
	learningTime = 5 * time.Second
)

// rateState is what rateControl does with the estimate.
type rateState uint8

const (
	holdRate rateState = iota // the queue drains, or has just grown
	increaseRate
)

// rateControl is the estimate by delay. It grows while the delay is normal, by 8 %
// a second, or by about a packet every second response time once the capacity is
// roughly known; it falls below what arrives when there is overuse (AIMD;
// libwebrtc: remote_bitrate_estimator/aimd_rate_control.cc). It is made by
// newRateControl.
//
// A server sends for minutes much less than the path carries, and then learns
// nothing of it. So that the estimate neither creeps up nor fades:
//
//   - While the sender is application-limited, the estimate grows no further than
//     what arrives (libwebrtc has this as WebRTC-DontIncreaseDelayBasedBweInAlr).
//   - It never grows further than 1.5 times what arrives. A probe may set it
//     higher; then it stays there.
//   - Nothing but overuse, a probe or a limit makes it fall. Overuse does so to less
//     than what arrives, even if that is little: the path is full with it.
//
// libwebrtc can also bound it by a separate estimate of the link
// (WebRTC-Bwe-EstimateBoundedIncrease), of which no source is published; here
// there is none.
type rateControl struct {
	lowest, highest Bitrate
	current         Bitrate
	acked           Bitrate // the last one known
	capacity        linkCapacity
	roundTrip       time.Duration
	changed         time.Time // when increases were last accounted for
	decreased       time.Time // the last decrease, or probe
	firstAcked      time.Time // zero before there was any
	truce           time.Time // no overuse counts until then
	ready           bool      // current is an estimate
	state           rateState
}

// newRateControl returns one without an estimate, that will keep to the limits.
func newRateControl(lowest, highest Bitrate) rateControl {
	c := rateControl{roundTrip: defaultRoundTrip}
	c.current = maxBitrate
	c.setLimits(lowest, highest)
	c.acked = c.current
	return c
}

// setLimits sets what the estimate is at least and at most. It changes the
// estimate only when that is outside.
func (c *rateControl) setLimits(lowest, highest Bitrate) {
	c.lowest = min(max(lowest, 0), maxBitrate)
	c.highest = min(max(highest, c.lowest), maxBitrate)
	c.current = c.limited(c.current)
}

// setStart makes the rate the estimate, and what is taken to arrive until more is
// known.
func (c *rateControl) setStart(rate Bitrate) {
	c.current = c.limited(rate)
	c.acked = c.current
	c.ready = true
}

// setProbe makes the rate that a probe found the estimate. Overuse leads to no
// decrease for a round trip then: it may be the probe's own. A probe beyond what
// the capacity was thought to be at most proves that wrong.
func (c *rateControl) setProbe(rate Bitrate, now time.Time) {
	c.set(rate, now)
	switch {
	case rate > c.capacity.upper():
		c.capacity.reset()
	case c.capacity.has():
		c.capacity.onProbe(rate)
	}
}

// probing says that a probe goes out: a queue that grows in the next round trip is
// likely its own. A sender that sends little would fall far below what it had, to
// what arrives of it.
func (c *rateControl) probing(now time.Time) { c.truce = now.Add(c.roundTrip + probeTruce) }

// setRoundTrip sets the round-trip time, 200 ms until then.
func (c *rateControl) setRoundTrip(d time.Duration) { c.roundTrip = max(d, 0) }

// target returns the estimate; while there is none, the highest bitrate.
func (c *rateControl) target() Bitrate { return c.current }

// timeToReduceFurther reports whether overuse may lead to a decrease: a round trip
// after the last one, or at once when less than half of the estimate arrives.
//
// libwebrtc counts from the last change, increases included. When several flows
// share the estimate, increases for one would so put off the decrease for
// another forever.
func (c *rateControl) timeToReduceFurther(now time.Time, acked Bitrate) bool {
	if now.Before(c.truce) {
		return false
	}
	interval := min(max(c.roundTrip, minDecreaseInterval), maxDecreaseInterval)
	return now.Sub(c.decreased) >= interval || c.ready && acked < c.current/2
}

// update takes what the delay says and what arrives, if that is known, on every
// feedback, and returns the estimate. It decides itself whether it is time to
// reduce.
func (c *rateControl) update(u usage, acked Bitrate, ackedKnown, applicationLimited bool, now time.Time) Bitrate {
	if ackedKnown {
		c.acked = max(acked, 0)
		c.learn(now)
	}
	switch u {
	case overuse:
		c.overused(ackedKnown, now)
	case underuse:
		c.state = holdRate
	case normal:
		if c.ready {
			c.increase(applicationLimited, now)
		}
	}
	return c.current
}

// learn makes what arrives the first estimate, in the end.
func (c *rateControl) learn(now time.Time) {
	switch {
	case c.ready:
	case c.firstAcked.IsZero():
		c.firstAcked = now
	case now.Sub(c.firstAcked) > learningTime:
		c.current = c.limited(c.acked)
		c.ready = true
	}
}

// overused decreases the estimate when it is time. While it is not known what
// arrives, there is nothing better than to halve it.
func (c *rateControl) overused(ackedKnown bool, now time.Time) {
	switch {
	case ackedKnown && c.timeToReduceFurther(now, c.acked):
		c.decrease(now)
	case !ackedKnown && c.ready && c.timeToReduceFurther(now, c.current/2):
		c.set(c.current/2, now)
		c.state = holdRate
	}
}

// decrease goes below what arrives, which is what the path carries while a queue
// grows, and learns the capacity from it. It stays on hold then until the queue
// is gone.
func (c *rateControl) decrease(now time.Time) {
	reduced := c.acked.Scale(decreaseFactor)
	if reduced > decreaseMargin {
		reduced -= decreaseMargin
	}
	if reduced > c.current && c.capacity.has() {
		reduced = c.capacity.estimate().Scale(decreaseFactor)
	}
	c.current = c.limited(min(reduced, c.current))
	if c.acked < c.capacity.lower() {
		c.capacity.reset() // far from what was known: learn it anew
	}
	c.capacity.onOveruse(c.acked)
	c.ready = true
	c.state = holdRate
	c.changed, c.decreased = now, now
}

// increase adds what is due since the last change, up to what arrivals allow.
func (c *rateControl) increase(applicationLimited bool, now time.Time) {
	if c.state == holdRate {
		c.state = increaseRate
		c.changed = now
	}
	if c.acked > c.capacity.upper() {
		c.capacity.reset() // more arrives than the path was thought to carry
	}
	elapsed := min(max(now.Sub(c.changed), 0), longestIncrease)
	c.changed = now
	limit := c.acked.Scale(ackedHeadroom) + ackedHeadroomAtRest
	if applicationLimited {
		limit = c.acked
	}
	if c.current >= limit {
		return
	}
	growth := c.multiplicative(elapsed)
	if c.capacity.has() {
		growth = c.nearMax().Scale(elapsed.Seconds())
	}
	c.current = c.limited(min(c.current+growth, limit))
}

// multiplicative returns 8 % a second of the estimate.
func (c *rateControl) multiplicative(elapsed time.Duration) Bitrate {
	factor := math.Pow(increasePerSecond, elapsed.Seconds()) - 1
	return max(c.current.Scale(factor), minIncrease.Scale(elapsed.Seconds()))
}

// nearMax returns the growth in a second near the capacity: a packet of average
// size, of a video of 30 frames a second, in two response times, each a round trip
// and the delay of finding overuse (libwebrtc: GetNearMaxIncreaseRateBpsPerSecond,
// where the second response time came with the adaptive threshold).
func (c *rateControl) nearMax() Bitrate {
	const framesPerSecond, packetBits = 30, 1200 * 8
	frame := float64(c.current) / framesPerSecond
	packets := max(math.Ceil(frame/packetBits), 1)
	response := 2 * (c.roundTrip + overuseDelay)
	return max(bounded(frame/packets/response.Seconds()), minNearMaxIncrease)
}

func (c *rateControl) set(rate Bitrate, now time.Time) {
	c.current = c.limited(rate)
	c.ready = true
	c.changed, c.decreased = now, now
}

func (c *rateControl) limited(rate Bitrate) Bitrate { return min(max(rate, c.lowest), c.highest) }
