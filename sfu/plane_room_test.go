package sfu_test

import (
	"time"

	"github.com/atrium-rtc/atrium/internal/rtptest"
)

// number is the plane's place among those that share an engine.
func (p *plane) number() int {
	for i, q := range p.all() {
		if q == p {
			return i
		}
	}
	return 0
}

// crowd makes n planes with one engine, and lets their publishers begin, at
// different moments of the time from picture to picture.
func (p *plane) crowd(n int) []*plane {
	for i := 1; i < n; i++ {
		cfg := p.planeConfig
		cfg.seed += uint64(i) << 16
		p.another(cfg)
	}
	for _, q := range p.all() {
		p.after(time.Duration(p.random.Int64N(int64(frameInterval))), q.publisher.start)
	}
	return p.all()
}

// joinAll makes a viewer of all planes, one tile for each. What the configuration
// of a tile has besides is up to each.
func joinAll(planes []*plane, cfg viewerConfig, each func(i int, cfg *viewerConfig)) (tiles []*planeViewer) {
	for i, q := range planes {
		one := cfg
		if i > 0 {
			one.over = tiles[0]
		}
		if each != nil {
			each(i, &one)
		}
		tiles = append(tiles, q.join(one))
	}
	return tiles
}

// linkRecord is what a downlink did.
type linkRecord struct {
	packets []linkPacket
	sounds  []soundArrival
}

// linkPacket is one packet on a downlink.
type linkPacket struct {
	at     time.Duration // since the start
	queued time.Duration // in the queue of the link
	octets int           // with IP and UDP
	kind   byte
	ssrc   uint32
	seq    uint16
	lost   bool
}

// soundArrival is a packet of sound that came, and how long after it was made.
type soundArrival struct{ at, delay time.Duration }

// show is a picture that a tile showed.
type show struct {
	at                 time.Duration // since the start
	encoding, temporal uint8
}

func (r *linkRecord) sent(v *planeViewer, o *outgoing, at time.Time, arrives bool) {
	p := linkPacket{at: o.at.Sub(v.plane.start), octets: len(o.b) + 28, kind: o.kind, ssrc: o.header.SSRC, seq: o.header.SequenceNumber, lost: !arrives}
	if arrives {
		p.queued = at.Sub(o.at) - v.down.Link().Delay
	}
	r.packets = append(r.packets, p)
}

// heardSound notes how long a packet of sound was on its way.
func (v *planeViewer) heardSound(payload []byte, now time.Time) {
	if v.record == nil {
		return
	}
	if stamp, ok := rtptest.ReadStamp(payload); ok {
		made := v.plane.publisher.sounds[stamp.Frame]
		v.soundsAt = append(v.soundsAt, v.plane.since())
		v.record.sounds = append(v.record.sounds, soundArrival{v.plane.since(), now.Sub(made)})
	}
}

// queue returns the percentile of the time that packets spend in the link's queue.
func (r *linkRecord) queue(from, to time.Duration, share float64) time.Duration {
	var list []time.Duration
	for _, p := range r.packets {
		if p.at >= from && p.at < to && !p.lost {
			list = append(list, p.queued)
		}
	}
	if len(list) == 0 {
		return 0
	}
	return percentile(list, share)
}

// soundDelay returns the percentile of the time from microphone to ear.
func (r *linkRecord) soundDelay(from, to time.Duration, share float64) time.Duration {
	var list []time.Duration
	for _, s := range r.sounds {
		if s.at >= from && s.at < to {
			list = append(list, s.delay)
		}
	}
	if len(list) == 0 {
		return 0
	}
	return percentile(list, share)
}

// rate returns what went onto the link, in bits per second with IP and UDP.
func (r *linkRecord) rate(from, to time.Duration) int {
	octets := 0
	for _, p := range r.packets {
		if p.at >= from && p.at < to {
			octets += p.octets
		}
	}
	return int(float64(octets) * 8 / (to - from).Seconds())
}

// lost returns how many packets of a kind the link did not deliver.
func (r *linkRecord) lost(kind byte) (n int) {
	for _, p := range r.packets {
		if p.kind == kind && p.lost {
			n++
		}
	}
	return n
}

// frozenBetween returns how long the picture stood in a span of time: gaps of more
// than freeze beyond the pace of the lowest temporal layer.
func (v *planeViewer) frozenBetween(from, to time.Duration) (frozen time.Duration, freezes int) {
	last := from
	count := func(at time.Duration) {
		if gap := at - last; gap > freeze+3*frameInterval {
			frozen += gap - 4*frameInterval
			freezes++
		}
		last = at
	}
	for _, s := range v.shows {
		if s.at >= from && s.at < to {
			count(s.at)
		}
	}
	count(to)
	return frozen, freezes
}

// firstShow returns when the first picture of at least, or at most, an encoding was
// shown behind a moment and counted from there.
func (v *planeViewer) firstShow(from time.Duration, is func(show) bool) (time.Duration, bool) {
	for _, s := range v.shows {
		if s.at >= from && is(s) {
			return s.at - from, true
		}
	}
	return 0, false
}

// share returns which part of the pictures of a span is as wanted.
func (v *planeViewer) share(from, to time.Duration, is func(show) bool) float64 {
	n, all := 0, 0
	for _, s := range v.shows {
		if s.at >= from && s.at < to {
			all++
			if is(s) {
				n++
			}
		}
	}
	return float64(n) / float64(max(all, 1))
}

func ofEncoding(e uint8) func(show) bool { return func(s show) bool { return s.encoding == e } }
