package rtptest

import (
	"slices"
	"time"
)

// What timestamps are compared with arrivals over, and the part of that time
// which they may be off by, beside the jitter.
const (
	paceWindow    = time.Second
	paceTolerance = 0.05
)

// arrival is when the first packet of a timestamp came, and the media time since
// the first one of the stream.
type arrival struct {
	at    time.Time
	media time.Duration
	first *received
}

// judgePace checks that timestamps advance as fast as time does: over each window
// of more than a second, as the arrivals show it.
//
// Two arrivals j and i are too far apart in the media if
// m(j)-m(i) > (t(j)-t(i))·1.05 + jitter, that is if the advance of m-1.05t is more
// than the jitter; so the lowest m-1.05t so far tells of all windows that end at
// j, and the highest m-0.95t of those in which the media advanced too little.
func (c *Conformance) judgePace(s *stream, list []*received) {
	points := s.arrivals(list)
	if len(points) == 0 {
		return
	}
	start := points[0].at
	fast := func(p arrival) float64 {
		return p.media.Seconds() - (1+paceTolerance)*p.at.Sub(start).Seconds()
	}
	slow := func(p arrival) float64 {
		return p.media.Seconds() - (1-paceTolerance)*p.at.Sub(start).Seconds()
	}
	jitter := c.want.Jitter.Seconds()
	lowest, highest, i := points[0], points[0], 0
	for j, p := range points {
		for ; p.at.Sub(points[i].at) > paceWindow; i++ {
			if fast(points[i]) < fast(lowest) {
				lowest = points[i]
			}
			if slow(points[i]) > slow(highest) {
				highest = points[i]
			}
		}
		from := lowest
		if slow(highest)-slow(p) > jitter {
			from = highest
		} else if fast(p)-fast(lowest) <= jitter {
			continue
		}
		if p.at.Sub(from.at) <= paceWindow {
			continue
		}
		c.report(s.ssrc, "timestamps advance by %v in %v, from packet %d to %d", (p.media - from.media).Round(time.Millisecond),
			p.at.Sub(from.at).Round(time.Millisecond), from.first.seq.Seq(), p.first.seq.Seq())
		lowest, highest, i = p, p, j // and from here on anew
	}
}

// arrivals returns them in their order, without packets that were sent again
// and those whose arrival is not known.
func (s *stream) arrivals(list []*received) []arrival {
	rate := s.codec.ClockRate()
	if rate == 0 {
		return nil
	}
	var points []arrival
	var ticks int64 // since the first packet
	for i, r := range list {
		if i > 0 {
			ticks += int64(ahead(r, list[i-1]))
		}
		if r.repaired || r.at.IsZero() || r.octets == 0 {
			continue
		}
		media := time.Duration(float64(ticks) / float64(rate) * float64(time.Second))
		if last := len(points) - 1; last >= 0 && points[last].media == media {
			if r.at.Before(points[last].at) {
				points[last].at = r.at
			}
			continue
		}
		points = append(points, arrival{at: r.at, media: media, first: r})
	}
	slices.SortStableFunc(points, func(a, b arrival) int { return a.at.Compare(b.at) })
	return points
}
