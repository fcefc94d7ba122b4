package ingress

import (
	"sync/atomic"
	"time"
)

// maxClockError is how far the publisher's clock may seem to wander from our
// first sight of it before we look anew: beyond it the clock was set, not
// drifting.
const maxClockError = time.Second

// clockOffset maps the publisher's NTP clock to ours. The mapping is fixed at
// the first sender report and shared by all tracks of the publisher, so that
// neither the network's jitter nor a new look ever moves audio and video apart.
// It is written on the goroutine of the SRTCP session and read anywhere.
type clockOffset struct {
	offset  atomic.Int64 // ours minus theirs, in nanoseconds
	known   bool
	suspect bool // the last report was off by more than maxClockError
}

// observe takes a report's NTP time, received now. One report that is off came
// late; two in a row mean that the clock was set.
func (c *clockOffset) observe(theirs, now time.Time) {
	diff := now.Sub(theirs)
	off := (diff - time.Duration(c.offset.Load())).Abs() > maxClockError
	if !c.known || off && c.suspect {
		c.known, off = true, false
		c.offset.Store(int64(diff))
	}
	c.suspect = off
}

// local returns the moment of our clock for one of the publisher's.
func (c *clockOffset) local(theirs time.Time) time.Time {
	return theirs.Add(time.Duration(c.offset.Load()))
}

// reference ties an RTP timestamp of a track to a moment of the publisher's
// clock.
type reference struct {
	rtp    uint32
	theirs time.Time
	// for the LSR and DLSR of our receiver reports (RFC 3550 section 6.4.1)
	lastSR  uint32
	arrival time.Time
}
