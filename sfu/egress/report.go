package egress

import (
	"slices"
	"time"

	"github.com/pion/rtcp"

	"github.com/atrium-rtc/atrium/sfu/packet"
)

const (
	// reportInterval between sender reports of one stream. The first follows the
	// first packet at once: until it comes, a browser cannot synchronize sound
	// and picture.
	reportInterval = time.Second
	// keptReports may be on their way at a time.
	keptReports = 4
	// reportsTogether is how many sender reports go out in one packet: 28 octets each, which
	// keeps it below what any path carries (R16).
	reportsTogether = 40
	// maxRTT is the longest round trip that is believed.
	maxRTT = 5 * time.Second
)

// senderReport is the state of a stream's sender reports (RFC 3550 section
// 6.4.1).
type senderReport struct {
	packets, octets uint32 // wrap, as the fields do
	lastPackets     uint32 // at the last report
	at              time.Time
	packet          rtcp.SenderReport       // reused
	recent          [keptReports]sentReport // the last ones, to match an LSR
	next            int
}

// sentReport is when a report was sent, and what the receiver calls it: the middle
// bits of its NTP time.
type sentReport struct {
	ntp uint32
	at  time.Time
}

func (r *senderReport) sent(payload int) {
	r.packets++
	r.octets += uint32(payload) //nolint:gosec // a payload is at most packet.MaxSize
}

// reportDue reports whether a sender report of the stream should go out, when
// interval has passed since the last.
func (st *Stream) reportDue(now time.Time, interval time.Duration) bool {
	r := &st.report
	return r.packets != r.lastPackets && now.Sub(r.at) >= interval
}

// sendReports sends the sender reports of all streams together when that of one
// is due: each RTCP packet costs a seal and a system call.
func (s *Subscriber) sendReports(now time.Time) {
	if !slices.ContainsFunc(s.streams, func(st *Stream) bool { return st.reportDue(now, reportInterval) }) {
		return
	}
	s.compound = s.compound[:0]
	for _, st := range s.streams {
		if st.reportDue(now, reportInterval/2) {
			if report := st.nextReport(now); report != nil {
				s.compound = append(s.compound, report)
			}
		}
	}
	for together := range slices.Chunk(s.compound, reportsTogether) {
		_ = s.reports.WriteRTCP(together) // a lost report is replaced by the next
	}
}

// nextReport returns the stream's sender report, nil when it cannot be made yet.
//
// The publisher's own report ties a timestamp of the encoding to its clock; the
// ingress translated that to ours, with one offset for all tracks of the
// publisher. Extrapolated to now at the clock rate, and passed through the
// rewriter like a packet's timestamp, it keeps sound and picture as far apart
// as they were made.
func (st *Stream) nextReport(now time.Time) *rtcp.SenderReport {
	if st.selector.Current().Layer != st.layer {
		return nil // nothing goes out, and the encoding may have begun anew with another clock
	}
	ref := st.feed.reference(st.layer)
	if !ref.Known() {
		return nil
	}
	r := &st.report
	elapsed := now.Sub(ref.Wall).Seconds() * float64(st.cfg.Codec.ClockRate())
	ts, ok := st.rewriter.Timestamp(ref.RTP + uint32(int64(elapsed))) //nolint:gosec // RTP timestamps wrap
	if !ok {
		return nil
	}
	ntp := packet.NTP(now)
	r.lastPackets, r.at = r.packets, now
	r.recent[r.next] = sentReport{uint32(ntp >> 16), now} //nolint:gosec // the middle 32 bits
	r.next = (r.next + 1) % keptReports
	r.packet = rtcp.SenderReport{
		SSRC: st.cfg.SSRC, NTPTime: ntp, RTPTime: ts,
		PacketCount: r.packets, OctetCount: r.octets,
	}
	return &r.packet
}

// measureRTT takes the round trip from a report block that answers one of our
// last sender reports.
func (st *Stream) measureRTT(block rtcp.ReceptionReport, now time.Time) {
	i := slices.IndexFunc(st.report.recent[:], func(r sentReport) bool { return r.ntp == block.LastSenderReport })
	if block.LastSenderReport == 0 || i < 0 {
		return
	}
	delay := time.Duration(block.Delay) * time.Second / 65536
	rtt := now.Sub(st.report.recent[i].at) - delay
	if rtt <= 0 || rtt > maxRTT {
		return
	}
	st.rtt = rtt
	st.stats.rtt.Store(int64(rtt))
	if e := st.sub.link.estimator; e != nil {
		e.RoundTrip(rtt, now)
	}
}
