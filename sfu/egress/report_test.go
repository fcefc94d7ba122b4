package egress

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/pion/rtcp"

	"github.com/atrium-rtc/atrium/sfu/packet"
)

// The publisher said that it sampled timestamp 50000 of the track at a moment
// two seconds ago; a report sent now must say the same of the rewritten
// timestamps.
func TestSenderReportKeepsThePublishersTime(t *testing.T) {
	bubble(t, func(t *testing.T, e *Engine, src *fakeSource) {
		sampled := time.Now()
		src.rtp, src.wall = 50000, sampled
		w, _, _ := started(e, src)
		time.Sleep(2 * time.Second)
		src.push(1, 230000, true, 10) // 180000 after the reference: sampled now
		time.Sleep(2 * tickInterval)
		reports := w.senderReports()
		if len(reports) != 1 {
			t.Fatalf("%d reports, want one right after the first packet", len(reports))
		}
		r := reports[0]
		out := w.take()[0]
		// what the report says about the packet's timestamp
		sentAt := packet.TimeOfNTP(r.NTPTime).Add(-time.Duration(float64(r.RTPTime-out.Timestamp) / 90000 * float64(time.Second)))
		want := sampled.Add(2 * time.Second)
		if diff := sentAt.Sub(want).Abs(); diff > time.Millisecond {
			t.Errorf("the packet appears sampled at %v, want %v", sentAt, want)
		}
		if r.PacketCount != 1 || r.OctetCount != 10 {
			t.Errorf("counts %d packets and %d octets, want 1 and 10", r.PacketCount, r.OctetCount)
		}
		time.Sleep(5 * time.Second)
		if n := len(w.senderReports()); n != 1 {
			t.Errorf("%d reports while nothing was sent, want none", n-1)
		}
	})
}

func TestRoundTripIsMeasuredFromReceiverReports(t *testing.T) {
	bubble(t, func(t *testing.T, e *Engine, src *fakeSource) {
		src.wall = time.Now()
		w, _, st := started(e, src)
		src.push(1, 0, true, 10)
		time.Sleep(2 * tickInterval)
		sr := w.senderReports()[0]
		time.Sleep(time.Until(packet.TimeOfNTP(sr.NTPTime).Add(80*time.Millisecond + 500*time.Millisecond)))
		st.HandleRTCP(&rtcp.ReceiverReport{Reports: []rtcp.ReceptionReport{{
			SSRC: mediaSSRC, LastSenderReport: uint32(sr.NTPTime >> 16), Delay: 65536 / 2, FractionLost: 64,
		}}})
		time.Sleep(calmInterval)
		synctest.Wait()
		got := st.Stats()
		if got.RTT < 79*time.Millisecond || got.RTT > 81*time.Millisecond {
			t.Errorf("round trip %v, want 80 ms", got.RTT)
		}
		if got.FractionLost != 0.25 {
			t.Errorf("fraction lost %v, want 0.25", got.FractionLost)
		}
		st.HandleRTCP(&rtcp.ReceiverReport{Reports: []rtcp.ReceptionReport{{SSRC: mediaSSRC, LastSenderReport: 12345, Delay: 1}}})
		time.Sleep(calmInterval)
		synctest.Wait()
		if again := st.Stats().RTT; again != got.RTT {
			t.Errorf("a report about an unknown sender report changed the round trip to %v", again)
		}
	})
}
