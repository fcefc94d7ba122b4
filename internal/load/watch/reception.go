package watch

import (
	"math"
	"time"

	"github.com/pion/rtcp"

	"github.com/atrium-rtc/atrium/sfu/packet"
)

// firstCycle is where packet.Unwrapper begins; RFC 3550 counts cycles from 0.
const firstCycle packet.ExtSeq = 1 << 16

// reception keeps what receiver reports say of one source (RFC 3550 appendix A.3
// and A.8). Packets of the retransmission stream do not count: the report is
// about the path.
type reception struct {
	clockRate float64

	count, countBefore uint64 // duplicates included, as section 6.4.1 wants it
	expectedBefore     uint64
	first, highest     packet.ExtSeq
	arrival            time.Time // of the packet before
	timestamp          uint32
	jitter             float64 // in units of the clock rate
	senderReport       uint32  // middle 32 bits of its NTP timestamp
	senderReportAt     time.Time
}

// received counts a packet that came by itself.
func (r *reception) received(seq packet.ExtSeq, timestamp uint32, now time.Time) {
	if r.count == 0 {
		r.first, r.highest = seq, seq
	} else {
		arrived := now.Sub(r.arrival).Seconds() * r.clockRate
		sent := float64(int32(timestamp - r.timestamp))
		r.jitter += (math.Abs(arrived-sent) - r.jitter) / 16
	}
	r.count++
	r.highest = max(r.highest, seq)
	r.arrival, r.timestamp = now, timestamp
}

// sender records a sender report.
func (r *reception) sender(ntp uint64, now time.Time) {
	r.senderReport, r.senderReportAt = uint32(ntp>>16), now
}

// report closes an interval. It is not to be called before the first packet.
func (r *reception) report(ssrc uint32, now time.Time) rtcp.ReceptionReport {
	expected := uint64(r.highest-r.first) + 1
	due := expected - r.expectedBefore
	got := r.count - r.countBefore
	r.expectedBefore, r.countBefore = expected, r.count

	report := rtcp.ReceptionReport{
		SSRC:               ssrc,
		LastSequenceNumber: uint32(r.highest - firstCycle), // 16 bits of cycles are wanted
		Jitter:             uint32(r.jitter),
	}
	if expected > r.count { // else duplicates make up for the loss, or more
		report.TotalLost = uint32(min(expected-r.count, 1<<23-1)) // 24 bits, signed
	}
	if due > got {
		report.FractionLost = uint8(min((due-got)<<8/due, math.MaxUint8))
	}
	if !r.senderReportAt.IsZero() {
		report.LastSenderReport = r.senderReport
		report.Delay = uint32(now.Sub(r.senderReportAt).Seconds() * 65536)
	}
	return report
}
