package ingress

import (
	"math"
	"time"

	"github.com/pion/rtcp"

	"github.com/atrium-rtc/atrium/sfu/packet"
)

// firstCycle is where packet.Unwrapper begins; RFC 3550 counts cycles from 0.
const firstCycle packet.ExtSeq = 1 << 16

// reception keeps the statistics of RFC 3550 appendix A.3 and A.8 for one
// source. Repaired packets do not count: the report is about the path.
type reception struct {
	clockRate uint32

	started         bool
	base, highest   packet.ExtSeq
	count           uint64
	priorExpected   uint64
	priorCount      uint64
	transit, jitter float64 // in units of the clock rate
	start           time.Time
}

// received counts a packet of the source.
func (r *reception) received(p *packet.Packet, now time.Time) {
	if !r.started {
		r.started, r.base, r.highest, r.start = true, p.Seq, p.Seq, now
		r.transit = -float64(p.Timestamp)
	}
	r.count++
	r.highest = max(r.highest, p.Seq)
	if r.clockRate == 0 {
		return
	}
	arrival := now.Sub(r.start).Seconds() * float64(r.clockRate)
	transit := arrival - float64(p.Timestamp)
	d := math.Abs(transit - r.transit)
	r.transit = transit
	if d < math.MaxUint32/2 { // a wrapped timestamp is not jitter
		r.jitter += (d - r.jitter) / 16
	}
}

// report closes an interval. It returns false when nothing came in it.
func (r *reception) report() (rtcp.ReceptionReport, bool) {
	if !r.started || r.count == r.priorCount {
		return rtcp.ReceptionReport{}, false
	}
	expected := uint64(r.highest-r.base) + 1
	lost := int64(expected) - int64(r.count)
	intervalExpected := int64(expected - r.priorExpected)
	intervalLost := intervalExpected - int64(r.count-r.priorCount)
	r.priorExpected, r.priorCount = expected, r.count
	fraction := 0
	if intervalExpected > 0 && intervalLost > 0 {
		fraction = int(min(255, intervalLost<<8/intervalExpected))
	}
	return rtcp.ReceptionReport{
		FractionLost:       uint8(fraction),
		TotalLost:          uint32(min(max(lost, 0), 0x7fffff)), // 24 bits, signed on the wire
		LastSequenceNumber: uint32(r.highest - firstCycle),      //nolint:gosec // 16 bits of cycles are wanted
		Jitter:             uint32(r.jitter),
	}, true
}
