package bwe

import "time"

const (
	// PacingFactor is how much faster than the estimate media goes out: a keyframe
	// of several times the usual size must not wait for long, and what comes from
	// a publisher was paced by it already (libwebrtc: kDefaultPaceMultiplier).
	PacingFactor = 2.5
	// burstTime is how much may go out at once, in time at the pacing rate. A
	// picture of a usual size fits, so that it leaves as one run of packets
	// (libwebrtc: PacingController's send burst interval).
	burstTime = 40 * time.Millisecond
	// minBurst lets a picture of a few packets go out at once on the narrowest
	// link, in octets.
	minBurst = 3000
)

// Pacer says how many octets may go to one receiver now. It is a bucket that
// fills at the pacing rate up to one burst: while there is something in it, media
// passes at once, and a run of packets is not taken apart. It may be overdrawn by
// the last packet, and by sound, which does not wait. It belongs to one
// goroutine; the zero value lets nothing pass.
type Pacer struct {
	rate   Bitrate
	credit int // octets; negative when overdrawn
	burst  int
	last   time.Time
}

// SetRate sets the pacing rate: PacingFactor times what the path carries, or just
// that while more comes than it carries.
func (p *Pacer) SetRate(rate Bitrate, now time.Time) {
	if rate == p.rate {
		return
	}
	first := p.rate == 0
	p.Room(now)
	p.rate = rate
	p.burst = max(minBurst, rate.Octets(burstTime))
	p.credit = min(p.credit, p.burst)
	if first {
		p.credit, p.last = p.burst, now
	}
}

// Room returns how many octets may go out now, less than one when it is time to
// wait.
func (p *Pacer) Room(now time.Time) int {
	elapsed := now.Sub(p.last)
	if elapsed < time.Millisecond {
		return p.credit // not worth the arithmetic for every packet of a batch
	}
	p.last = now
	if elapsed > time.Second {
		p.credit = p.burst
		return p.credit
	}
	p.credit = min(p.credit+p.rate.Octets(elapsed), p.burst)
	return p.credit
}

// Spend takes note of octets that went out.
func (p *Pacer) Spend(octets int) { p.credit -= octets }

// Wait returns how long it takes until there is room again, 0 when there is.
func (p *Pacer) Wait(now time.Time) time.Duration {
	if room := p.Room(now); room <= 0 {
		return p.rate.Time(1 - room)
	}
	return 0
}
