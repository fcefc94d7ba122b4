package nack

import (
	"slices"
	"time"

	"github.com/atrium-rtc/atrium/sfu/packet"
)

// How the Detector asks. A packet counts as lost, not late, when three newer
// packets or ten milliseconds have passed it by. It is asked for again after a
// bit more than a round trip, when the answer would have come.
const (
	MaxMissing = 256         // sequence numbers waited for at a time
	MaxTries   = 10          // requests for one packet
	MaxAge     = time.Second // from the discovery of the gap to giving up
	MaxBehind  = 512         // sequence numbers behind the highest before giving up

	reorderPackets = 3
	reorderDelay   = 10 * time.Millisecond
	defaultRTT     = 100 * time.Millisecond // while none is measured
	minRetry       = 20 * time.Millisecond
	maxRetry       = 400 * time.Millisecond
)

// Detector finds the gaps in one received stream. It is owned by one goroutine.
type Detector struct {
	highest packet.ExtSeq
	started bool
	passed  uint64 // packets that raised highest
	missing []missing
	gaveUp  bool
	losses  Losses
}

// Losses counts packets of one stream.
type Losses struct {
	Lost    uint64 // asked for, or given up before they were
	GivenUp uint64 // of them, those that nobody waits for any more
}

// missing is one packet waited for.
type missing struct {
	seq    packet.ExtSeq
	since  time.Time // when the gap was seen
	asked  time.Time // last request
	passed uint64    // Detector.passed before the packet that showed the gap
	tries  uint8
}

// NewDetector returns a Detector that has seen nothing.
func NewDetector() *Detector {
	return &Detector{missing: make([]missing, 0, MaxMissing)}
}

// Received records a packet of the stream, retransmitted or not, and reports whether
// it was asked for. When it shows more gaps than MaxMissing, all of them are given
// up: a keyframe is cheaper.
func (d *Detector) Received(seq packet.ExtSeq, now time.Time) (asked bool) {
	switch {
	case !d.started:
		d.started, d.highest = true, seq
	case seq <= d.highest:
		return d.found(seq)
	default:
		d.note(seq, now)
		d.highest = seq
		d.passed++
	}
	return false
}

// Due appends to dst the sequence numbers to ask for now, in ascending order,
// and counts them as asked for. rtt is the round trip to the sender, zero or
// less while unknown. Call it every ten milliseconds or so while Missing is not
// zero. It does not allocate when dst has room for MaxMissing.
func (d *Detector) Due(dst []packet.ExtSeq, now time.Time, rtt time.Duration) []packet.ExtSeq {
	retry := retryInterval(rtt)
	kept := d.missing[:0]
	for _, m := range d.missing {
		if now.Sub(m.since) >= MaxAge || d.highest-m.seq > MaxBehind {
			d.giveUp(m)
			continue
		}
		if d.due(&m, now, retry) {
			if m.tries == MaxTries {
				d.giveUp(m)
				continue
			}
			if m.tries == 0 {
				d.losses.Lost++
			}
			m.tries++
			m.asked = now
			dst = append(dst, m.seq)
		}
		kept = append(kept, m)
	}
	d.missing = kept
	return dst
}

// giveUp counts a packet that is not waited for any more.
func (d *Detector) giveUp(m missing) {
	d.gaveUp = true
	d.losses.GivenUp++
	if m.tries == 0 {
		d.losses.Lost++
	}
}

// Losses returns what was lost since the beginning.
func (d *Detector) Losses() Losses { return d.losses }

// Missing returns how many packets are waited for.
func (d *Detector) Missing() int { return len(d.missing) }

// GaveUp reports whether any packet was given up since the last call. The
// picture is then broken until the next keyframe: ask for one.
func (d *Detector) GaveUp() bool {
	gaveUp := d.gaveUp
	d.gaveUp = false
	return gaveUp
}

func (d *Detector) due(m *missing, now time.Time, retry time.Duration) bool {
	if m.tries > 0 {
		return now.Sub(m.asked) >= retry
	}
	return d.passed-m.passed >= reorderPackets || now.Sub(m.since) >= reorderDelay
}

// note adds the numbers between the highest so far and seq.
func (d *Detector) note(seq packet.ExtSeq, now time.Time) {
	gap := seq - d.highest - 1
	if gap > MaxMissing || len(d.missing)+int(gap) > MaxMissing {
		for _, m := range d.missing {
			d.giveUp(m)
		}
		d.missing = d.missing[:0]
		d.gaveUp = true
		d.losses.Lost += uint64(gap)    //nolint:gosec // not negative
		d.losses.GivenUp += uint64(gap) //nolint:gosec // not negative
		return
	}
	for s := d.highest + 1; s < seq; s++ {
		d.missing = append(d.missing, missing{seq: s, since: now, passed: d.passed})
	}
}

// found stops waiting for seq, and reports whether it was asked for. The list is in ascending order, since gaps are
// only ever found above the highest number.
func (d *Detector) found(seq packet.ExtSeq) (asked bool) {
	i, ok := slices.BinarySearchFunc(d.missing, seq, func(m missing, seq packet.ExtSeq) int {
		switch {
		case m.seq < seq:
			return -1
		case m.seq > seq:
			return 1
		default:
			return 0
		}
	})
	if ok {
		asked = d.missing[i].tries > 0
		d.missing = slices.Delete(d.missing, i, i+1)
	}
	return asked
}

// retryInterval is a round trip and a quarter: the answer to the last request
// would be here, jitter included.
func retryInterval(rtt time.Duration) time.Duration {
	if rtt <= 0 {
		rtt = defaultRTT
	}
	return min(max(rtt+rtt/4, minRetry), maxRetry)
}
