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
	// maxRTT is the longest round trip that is believed.
	maxRTT = 5 * time.Second
)

// senderReport is the state of a stream's sender reports (RFC 3550 section
// 6.4.1).
type senderReport struct {
	packets, octets uint32 // wrap, as the fields do
	lastPackets     uint32 // at the last report
	at              time.Time
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

// sendReport sends a sender report when one is due and something was sent.
//
// The publisher's own report ties a timestamp of the encoding to its clock; the
// ingress translated that to ours, with one offset for all tracks of the
// publisher. Extrapolated to now at the clock rate, and passed through the
// rewriter like a packet's timestamp, it keeps sound and picture as far apart
// as they were made.
func (st *Stream) sendReport(now time.Time) {
	r := &st.report
	if r.packets == r.lastPackets || now.Sub(r.at) < reportInterval {
		return
	}
	if st.selector.Current().Layer != st.layer {
		return // nothing goes out, and the encoding may have begun anew with another clock
	}
	ref := st.feed.reference(st.layer)
	if !ref.Known() {
		return
	}
	elapsed := now.Sub(ref.Wall).Seconds() * float64(st.cfg.Codec.ClockRate())
	ts, ok := st.rewriter.Timestamp(ref.RTP + uint32(int64(elapsed))) //nolint:gosec // RTP timestamps wrap
	if !ok {
		return
	}
	ntp := packet.NTP(now)
	r.lastPackets, r.at = r.packets, now
	r.recent[r.next] = sentReport{uint32(ntp >> 16), now} //nolint:gosec // the middle 32 bits
	r.next = (r.next + 1) % keptReports
	_ = st.sub.reports.WriteRTCP([]rtcp.Packet{&rtcp.SenderReport{
		SSRC: st.cfg.SSRC, NTPTime: ntp, RTPTime: ts,
		PacketCount: r.packets, OctetCount: r.octets,
	}}) // a lost report is replaced by the next
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
}
