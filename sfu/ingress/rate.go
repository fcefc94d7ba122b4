package ingress

import (
	"sync/atomic"
	"time"

	"github.com/atrium-rtc/atrium/sfu/packet"
)

// rate is that of an encoding's payload, measured with each receiver report. The
// Receiver's goroutine measures, and any may read.
type rate struct {
	at     time.Time
	octets uint64
	bits   atomic.Int64 // per second
}

// measure closes an interval in which octets grew to what it is now.
func (r *rate) measure(octets uint64, now time.Time) {
	if passed := now.Sub(r.at); !r.at.IsZero() && passed > 0 {
		r.bits.Store(int64(float64(octets-r.octets) * 8 / passed.Seconds()))
	}
	r.at, r.octets = now, octets
}

// Rate returns how many bits of payload of an encoding came in a second lately; 0
// while it is silent. Any goroutine.
func (t *Track) Rate(layer packet.Layer, now time.Time) int64 {
	e := t.encodings[layer]
	if e.silence(now) > silence {
		return 0
	}
	return e.rate.bits.Load()
}

// Silent reports whether no packet of an encoding's media came in the last second.
// Any goroutine.
func (t *Track) Silent(layer packet.Layer, now time.Time) bool {
	return t.encodings[layer].silence(now) > silence
}

// Watched reports whether anybody gets the track's packets. Any goroutine.
func (t *Track) Watched() bool { return len(t.sinks.load()) > 0 }
