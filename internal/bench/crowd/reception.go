package crowd

import (
	"encoding/binary"
	"math"
	"time"

	"github.com/pion/rtcp"
)

// reception is what receiver reports say of a source besides its numbers (RFC
// 3550 section 6.4.1).
type reception struct {
	arrival   time.Time
	timestamp uint32
	jitter    float64 // in units of the media clock (appendix A.8)

	expected, arrived uint64 // at the report before

	senderReport   uint32 // the middle of its NTP timestamp
	senderReportAt time.Time
}

// received takes the times of a packet.
func (r *reception) received(clockRate, timestamp uint32, now time.Time) {
	if !r.arrival.IsZero() {
		arrived := now.Sub(r.arrival).Seconds() * float64(clockRate)
		sent := float64(int32(timestamp - r.timestamp)) //nolint:gosec // meant to wrap
		r.jitter += (math.Abs(arrived-sent) - r.jitter) / 16
	}
	r.arrival, r.timestamp = now, timestamp
}

// sender takes a sender report.
func (r *reception) sender(ntp uint64, now time.Time) {
	r.senderReport, r.senderReportAt = uint32(ntp>>16), now //nolint:gosec // the middle 32 bits
}

// block returns the report on a source and begins the next interval.
func (n *numbers) block(ssrc uint32, now time.Time) rtcp.ReceptionReport {
	const firstCycle = 1 << 16
	r := &n.report
	expected, received := n.highest-n.first+1, n.unique+n.duplicates
	due, got := expected-r.expected, received-r.arrived
	r.expected, r.arrived = expected, received
	report := rtcp.ReceptionReport{
		SSRC: ssrc, LastSequenceNumber: uint32(n.highest - firstCycle), //nolint:gosec // 16 bits of cycles
		Jitter: uint32(r.jitter),
	}
	if expected > received {
		report.TotalLost = uint32(min(expected-received, 1<<23-1)) //nolint:gosec // 23 bits
	}
	if due > got {
		report.FractionLost = uint8(min((due-got)<<8/due, 255)) //nolint:gosec // 8 bits
	}
	if !r.senderReportAt.IsZero() {
		report.LastSenderReport = r.senderReport
		report.Delay = uint32(now.Sub(r.senderReportAt).Seconds() * 65536)
	}
	return report
}

// senderReport finds the sender report in a compound packet, where it comes
// first.
func senderReport(b []byte) (ssrc uint32, ntp uint64, ok bool) {
	const kind, size = 200, 28
	if len(b) < size || b[1] != kind {
		return 0, 0, false
	}
	return binary.BigEndian.Uint32(b[4:]), binary.BigEndian.Uint64(b[8:]), true
}
