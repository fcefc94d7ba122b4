package watch_test

import (
	"errors"
	"slices"
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

func TestMissingPacketIsAskedForUntilItComes(t *testing.T) {
	s := newStage(t)
	s.rtt = 100 * ms // asked again after 125 ms
	s.play(10, true, nil)
	lostAt := s.now.Sub(start)
	s.play(15, false, func(i int, packets []*rtp.Packet) []*rtp.Packet {
		if i == 0 {
			return slices.Delete(packets, 0, 1)
		}
		return packets
	})
	_, at := of[*rtcp.TransportLayerNack](s)
	if len(at) != 4 || !near(at[0]-lostAt, 15*ms, 5*ms) {
		t.Fatalf("asked at %v after a loss at %v, want four times, the first 10 to 20 ms later", at, lostAt)
	}
	for i := range 3 {
		if wait := at[i+1] - at[i]; wait != 130*ms { // 125, and looked at every 10
			t.Errorf("asked again after %v", wait)
		}
	}
}

func TestServerWithoutNACKIsNotAsked(t *testing.T) {
	s := newStage(t, func(m *transport.Media) { m.Video.NACK = false })
	s.play(30, true, func(i int, packets []*rtp.Packet) []*rtp.Packet {
		if i == 5 {
			return packets[1:]
		}
		return packets
	})
	if asked := s.requested(); len(asked) != 0 {
		t.Errorf("asked for %v", asked)
	}
}

func TestRetransmissionWithoutAStreamOfItsOwnIsARepair(t *testing.T) {
	s := newStage(t, func(m *transport.Media) { m.Video.RTXPayloadType = 0 })
	s.play(10, true, func(i int, packets []*rtp.Packet) []*rtp.Packet {
		if i == 5 {
			s.send(50*ms, packets[0])
			return packets[1:]
		}
		return packets
	})
	if got := s.settle(); got.Video.Repaired != 1 || got.Video.Lost != 0 {
		t.Errorf("%+v", got.Video)
	}
}

// TestKeyframeIsAskedForLikeABrowserDoes: at once when the stream begins with
// something else, then every 200 ms until one comes.
func TestKeyframeIsAskedForLikeABrowserDoes(t *testing.T) {
	s := newStage(t)
	s.play(20, false, nil)
	_, at := of[*rtcpPLI](s)
	for i, want := range []time.Duration{0, 200 * ms, 400 * ms, 600 * ms} {
		if len(at) != 4 || !near(at[i], want, 15*ms) {
			t.Fatalf("asked at %v, want at 0, 200, 400 and 600 ms", at)
		}
	}
	s.play(20, true, nil)
	got := s.receiver.Snapshot()
	if got.PLIs != 4 || got.Frames != 20 || !near(got.FirstKeyframe, 20*frameTime, ms) || got.FirstMedia != 1 {
		t.Errorf("%d PLIs, %d frames, first keyframe after %v, first media after %v",
			got.PLIs, got.Frames, got.FirstKeyframe, got.FirstMedia)
	}
}

func TestNoKeyframeIsAskedForWhileOneComesIn(t *testing.T) {
	s := newStage(t)
	key := s.frame(rtptest.FrameOptions{Keyframe: true, Octets: 20_000})
	for i, p := range key {
		s.send(time.Duration(i)*50*ms, p) // a slow network: a second in all
	}
	s.run(1200 * ms)
	if got := s.receiver.Snapshot(); got.PLIs != 0 || got.Keyframes != 1 {
		t.Errorf("%d PLIs, %d keyframes", got.PLIs, got.Keyframes)
	}
}

// TestKeyframeIsAskedForWhenNothingWasDecodableForLong: without NACK nobody
// gives a packet up, so that only the silence of the decoder tells.
func TestKeyframeIsAskedForWhenNothingWasDecodableForLong(t *testing.T) {
	s := newStage(t, func(m *transport.Media) { m.Video.NACK = false })
	s.play(30, true, nil)
	s.play(200, false, func(i int, packets []*rtp.Packet) []*rtp.Packet {
		if i == 0 {
			return packets[1:]
		}
		return packets
	})
	_, at := of[*rtcpPLI](s)
	if len(at) != 2 || !near(at[0], 4*time.Second, 50*ms) || !near(at[1], 7*time.Second, 60*ms) {
		t.Errorf("asked at %v, want at 4 s and 7 s: three seconds after the last frame, and again", at)
	}
}

func TestKeyframeThatCameAnywayIsNotAskedFor(t *testing.T) {
	s := newStage(t)
	s.play(30, true, func(i int, packets []*rtp.Packet) []*rtp.Packet {
		if i == 20 {
			return packets[1:]
		}
		return packets
	})
	s.play(60, true, nil) // the packet is given up meanwhile
	if got := s.receiver.Snapshot(); got.NACKs != 10 || got.PLIs != 0 || got.Frames != 80 {
		t.Errorf("%d NACKs, %d PLIs, %d frames", got.NACKs, got.PLIs, got.Frames)
	}
}

func TestSilentSourceIsNotAskedForKeyframes(t *testing.T) {
	s := newStage(t)
	s.play(30, true, nil)
	s.run(30 * time.Second)
	if _, at := of[*rtcpPLI](s); len(at) != 1 { // after 3 s; from 5 s on it is silent
		t.Errorf("asked at %v", at)
	}
}

func TestServerThatCutsFramesIsAskedForAKeyframe(t *testing.T) {
	s := newStage(t)
	s.play(30, true, nil)
	cut := s.frame(rtptest.FrameOptions{})
	s.send(0, cut[:2]...) // its end is left out of the numbers too
	renumber := func(_ int, packets []*rtp.Packet) []*rtp.Packet {
		for _, p := range packets {
			p.SequenceNumber--
		}
		return packets
	}
	s.run(frameTime)
	s.play(10, false, renumber)
	_, at := of[*rtcpPLI](s)
	if got := s.receiver.Snapshot(); got.Frames != 30 || len(at) != 1 || !near(at[0], time.Second+frameTime, 20*ms) {
		t.Errorf("%d frames, asked at %v", got.Frames, at)
	}
	s.play(10, true, renumber)
	if got := s.receiver.Snapshot(); got.Frames != 40 || got.Video.Lost != 0 {
		t.Errorf("%d frames, %+v", got.Frames, got.Video)
	}
}

func TestFullIntraRequestWhereNothingElseIsKnown(t *testing.T) {
	s := newStage(t, func(m *transport.Media) { m.Video.PLI = false })
	s.play(10, false, nil)
	firs, _ := of[*rtcp.FullIntraRequest](s)
	if len(firs) != 2 || firs[1].FIR[0] != (rtcp.FIREntry{SSRC: videoSSRC, SequenceNumber: 1}) {
		t.Errorf("%+v", firs)
	}
	if plis, _ := of[*rtcpPLI](s); len(plis) != 0 {
		t.Errorf("%d picture loss indications", len(plis))
	}
	mute := newStage(t, func(m *transport.Media) { m.Video.PLI, m.Video.FIR = false, false })
	mute.play(10, false, nil)
	if got := mute.receiver.Snapshot(); got.PLIs != 0 {
		t.Errorf("%d keyframes asked for where nothing is known", got.PLIs)
	}
}

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
