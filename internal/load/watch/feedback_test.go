package watch_test

import (
	"errors"
	"testing"
	"time"

	"github.com/pion/rtcp"
	"github.com/pion/rtp"

	"github.com/atrium-rtc/atrium/internal/load/transport"
	"github.com/atrium-rtc/atrium/internal/rtptest"
	"github.com/atrium-rtc/atrium/sfu/packet"
)

type (
	rtcpPLI = rtcp.PictureLossIndication
	rtcpRR  = rtcp.ReceiverReport
)

// TestReceiverReports: of the 87 packets of the first second every tenth is lost,
// eight in all; of those of the next one a single one.
func TestReceiverReports(t *testing.T) {
	s := newStage(t, func(m *transport.Media) { m.Video.NACK = false })
	n, highest := 0, uint16(0)
	s.play(29, true, func(_ int, packets []*rtp.Packet) []*rtp.Packet {
		var kept []*rtp.Packet
		for _, p := range packets {
			if n%10 != 9 {
				kept = append(kept, p)
				highest = p.SequenceNumber
			}
			n++
		}
		return kept
	})
	s.run(100 * ms)
	s.receiver.RTCP(marshal(t, rtptest.Report(videoSSRC, 0, start, 1, 1)), s.now)
	s.receiver.RTCP(marshal(t, rtptest.Report(0x7777, 0, start.Add(time.Hour), 1, 1)), s.now)
	reportedAt := s.now
	s.play(28, false, func(i int, packets []*rtp.Packet) []*rtp.Packet {
		if i == 10 {
			return packets[1:]
		}
		return packets
	})
	s.run(100 * ms)
	reports, at := withBlocks(of[*rtcpRR](s))
	if len(reports) != 2 || !near(at[0], time.Second, 20*ms) || !near(at[1], 2*time.Second, 30*ms) {
		t.Fatalf("reports at %v, want at 1 s and 2 s", at)
	}
	first, second := reports[0].Reports[0], reports[1].Reports[0]
	jitter := first.Jitter
	want := rtcp.ReceptionReport{
		SSRC: videoSSRC, FractionLost: 8 * 256 / 87, TotalLost: 8, LastSequenceNumber: uint32(highest), Jitter: jitter,
	}
	if first != want {
		t.Errorf("first report %+v, want %+v", first, want)
	}
	if second.TotalLost != 9 || second.FractionLost != 1*256/84 {
		t.Errorf("second report %+v, want one of 84 packets lost", second)
	}
	if want := uint32(packet.NTP(start) >> 16); second.LastSenderReport != want {
		t.Errorf("last sender report %08x, want %08x", second.LastSenderReport, want)
	}
	waited := start.Add(at[1]).Sub(reportedAt)
	if delay := time.Duration(second.Delay) * time.Second / 65536; !near(delay, waited, ms) {
		t.Errorf("delay since the last sender report %v, want %v", delay, waited)
	}
}

// TestInterarrivalJitter: packets every 20 ms that come alternately 0 and 5 ms
// late differ by 5 ms each time, 240 units, to which the estimate converges.
func TestInterarrivalJitter(t *testing.T) {
	s := newStage(t)
	for i := range 200 {
		s.send(time.Duration(i%2)*5*ms, s.talk())
		s.run(20 * ms)
	}
	reports, at := withBlocks(of[*rtcpRR](s))
	last := reports[len(at)-1].Reports[0]
	if last.SSRC != audioSSRC || last.Jitter < 235 || last.Jitter > 240 {
		t.Errorf("jitter %d of %x, want 240", last.Jitter, last.SSRC)
	}
}

// withBlocks leaves out the empty reports in front of other feedback.
func withBlocks(reports []*rtcpRR, at []time.Duration) ([]*rtcpRR, []time.Duration) {
	var full []*rtcpRR
	var when []time.Duration
	for i, r := range reports {
		if len(r.Reports) > 0 {
			full, when = append(full, r), append(when, at[i])
		}
	}
	return full, when
}

func TestTransportWideFeedback(t *testing.T) {
	extended := func(m *transport.Media) {
		for _, stream := range []*transport.Stream{m.Audio, m.Video} {
			stream.TransportCC = true
			stream.Extensions = map[string]uint8{transport.ExtensionTransportCC: transportID}
		}
	}
	s := newStage(t, extended)
	number := uint16(65530)
	sent, missing := 0, uint16(3)
	for i := range 60 {
		var packets []*rtp.Packet
		if i%2 == 0 {
			packets = s.frame(rtptest.FrameOptions{Keyframe: i == 0})
		}
		packets = append(packets, s.talk())
		for _, p := range packets {
			if err := p.SetExtension(transportID, []byte{byte(number >> 8), byte(number)}); err != nil {
				t.Fatal(err)
			}
			if number != missing {
				s.send(0, p)
				sent++
			}
			number++
		}
		s.run(20 * ms)
	}
	s.run(200 * ms)
	feedback, at := of[*rtcp.TransportLayerCC](s)
	if len(at) < 10 || len(at) > 15 {
		t.Errorf("feedback at %v, want about every 100 ms", at)
	}
	received, next := 0, uint16(65530)
	for _, f := range feedback {
		if f.BaseSequenceNumber != next {
			t.Fatalf("feedback begins at %d, the one before ended at %d", f.BaseSequenceNumber, next)
		}
		next += f.PacketStatusCount
		received += len(f.RecvDeltas)
	}
	if received != sent || next != number {
		t.Errorf("%d packets reported up to %d, want %d up to %d", received, next, sent, number)
	}
}

func TestTransportWideFeedbackIsSentOnlyWhereAgreed(t *testing.T) {
	s := newStage(t, func(m *transport.Media) {
		m.Video.Extensions = map[string]uint8{transport.ExtensionTransportCC: transportID}
	})
	packets := s.frame(rtptest.FrameOptions{Keyframe: true})
	for i, p := range packets {
		if err := p.SetExtension(transportID, []byte{0, byte(i)}); err != nil {
			t.Fatal(err)
		}
	}
	s.send(0, packets...)
	s.run(500 * ms)
	if feedback, _ := of[*rtcp.TransportLayerCC](s); len(feedback) != 0 {
		t.Errorf("%d feedback packets", len(feedback))
	}
}

func TestFeedbackThatCannotBeSentIsCounted(t *testing.T) {
	s := newStage(t)
	s.failed = errors.New("closed")
	s.play(5, false, nil)
	if got := s.receiver.Snapshot(); got.SendErrors != 1 {
		t.Errorf("%d errors, want one, for the keyframe asked for", got.SendErrors)
	}
}

func marshal(t *testing.T, p rtcp.Packet) []byte {
	t.Helper()
	b, err := p.Marshal()
	if err != nil {
		t.Fatal(err)
	}
	return b
}
