package ingress

import "time"

// ntpEpoch is the NTP era zero (1900) in Unix seconds (RFC 3550 section 4).
const ntpEpoch = 2208988800

// maxClockError is how far the publisher's clock may wander from our first
// sight of it before we look anew: beyond it the clock was set, not drifting.
const maxClockError = time.Second

// clockOffset maps the publisher's NTP clock to ours. The mapping is fixed at
// the first sender report and shared by all tracks of the publisher, so the
// network's jitter moves audio and video together and never apart.
type clockOffset struct {
	known  bool
	offset time.Duration // ours minus theirs
}

// local converts an NTP timestamp of the publisher, received now.
func (c *clockOffset) local(ntp uint64, now time.Time) time.Time {
	theirs := ntpToTime(ntp)
	if diff := now.Sub(theirs); !c.known || (diff-c.offset).Abs() > maxClockError {
		c.known, c.offset = true, diff
	}
	return theirs.Add(c.offset)
}

// ntpToTime converts a 64-bit NTP timestamp.
func ntpToTime(ntp uint64) time.Time {
	sec := int64(ntp>>32) - ntpEpoch
	nsec := int64((ntp & 0xffffffff) * 1e9 >> 32)
	return time.Unix(sec, nsec)
}

// reference ties an RTP timestamp of a track to a moment of our clock.
type reference struct {
	rtp  uint32
	wall time.Time
	// for the LSR and DLSR of our receiver reports (RFC 3550 section 6.4.1)
	lastSR  uint32
	arrival time.Time
}
