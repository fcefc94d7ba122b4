package egress

import "time"

const (
	// At lossSome and lossMuch of the packets, as a receiver reports them, its
	// pictures are to wait for so many repairs, one after the other. A repair takes
	// a round trip and repairMargin: the next packet shows the gap, and the frame
	// has to be decoded.
	lossSome, repairsSome = 0.025, 2
	lossMuch, repairsMuch = 0.08, 4
	repairMargin          = 20 * time.Millisecond
	// maxPlayout is where waiting is worse than a picture that stands.
	maxPlayout = time.Second

	// playoutTold is for how long each packet tells a new delay; the receiver keeps
	// it. playoutCalm is for how long less has to be enough until less is told.
	playoutTold = 2 * time.Second
	playoutCalm = 10 * time.Second
	// playoutLimit is the most delay that the receiver may choose, which we leave
	// open: in units of 10 ms, as all of the extension is.
	playoutUnit  = 10 * time.Millisecond
	playoutLimit = 1000
)

// playout is how long a receiver shall hold pictures back, told by the playout
// delay extension of libwebrtc (http://www.webrtc.org/experiments/rtp-hdrext/playout-delay).
// On a path that is long and loses much, a repair comes later than the receiver
// thinks that it should wait, again and again, and the picture stands each time:
// at 15 % of loss and 200 ms of round trip for most of the time. A picture that is
// steady and half a second late is better. Where little is lost nothing is told
// and the receiver decides for itself.
type playout struct {
	lost   float64       // of all packets, smoothed over some reports
	delay  time.Duration // as told last; 0 at first
	tell   time.Time     // until when packets tell it
	enough time.Time     // since when less would do; zero when it would not
}

// reported takes the loss of a receiver report (RFC 3550 section 6.4.1), and the
// round trip as it is known, 0 if it is not.
func (p *playout) reported(fractionLost uint8, rtt time.Duration, now time.Time) {
	p.lost += (float64(fractionLost)/256 - p.lost) / 4
	switch wanted := p.wanted(rtt); {
	case rtt <= 0 || wanted == p.delay:
		p.enough = time.Time{}
	case wanted > p.delay:
		p.set(wanted, now)
	case p.enough.IsZero():
		p.enough = now
	case now.Sub(p.enough) >= playoutCalm:
		p.set(wanted, now)
	}
}

func (p *playout) set(delay time.Duration, now time.Time) {
	p.delay, p.tell, p.enough = delay, now.Add(playoutTold), time.Time{}
}

func (p *playout) wanted(rtt time.Duration) time.Duration {
	repairs := 0
	switch {
	case p.lost >= lossMuch:
		repairs = repairsMuch
	case p.lost >= lossSome:
		repairs = repairsSome
	}
	// A tenth of a second more or less is not worth a change.
	const step = 100 * time.Millisecond
	return min(time.Duration(repairs)*(rtt+repairMargin)+step-1, maxPlayout).Truncate(step)
}

// telling reports whether packets are to carry the delay.
func (p *playout) telling(now time.Time) bool { return now.Before(p.tell) }

// put writes the extension's element.
func (p *playout) put(b []byte) {
	least := uint32(p.delay / playoutUnit) //nolint:gosec // 100 at most
	both := least<<12 | playoutLimit
	b[0], b[1], b[2] = byte(both>>16), byte(both>>8), byte(both)
}
