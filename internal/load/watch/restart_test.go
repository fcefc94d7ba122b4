package watch_test

import (
	"testing"
	"time"

	"github.com/pion/rtp"

	"github.com/atrium-rtc/atrium/internal/load/transport"
	"github.com/atrium-rtc/atrium/internal/rtptest"
	"github.com/atrium-rtc/atrium/sfu/codec"
)

// TestNumbersAndTimestampsWrap plays long enough that both do: 30 frames a
// second of three packets wrap sequence numbers after twelve minutes, and the
// timeline is moved to just before the end of its range.
func TestNumbersAndTimestampsWrap(t *testing.T) {
	s := newStage(t)
	left := time.Duration(1<<32-uint64(s.video.Timestamp())) * time.Second / 90000
	s.video.Skip(left - 5*time.Second)
	const frames = 22000
	s.play(frames, true, nil)
	got := s.settle()
	if got.Video.Packets != 3*frames || got.Video.Lost != 0 || got.Frames != frames || got.FramesLate != 0 {
		t.Errorf("%+v, %d frames, %d late", got.Video, got.Frames, got.FramesLate)
	}
	if got.Freezes != 0 {
		t.Errorf("%d freezes", got.Freezes)
	}
}

func TestAnotherSourceBeginsAnew(t *testing.T) {
	s := newStage(t)
	s.play(30, true, nil)
	old := s.video
	tail := old.Frame(rtptest.FrameOptions{})
	s.video = rtptest.NewStream(rtptest.Config{Codec: codec.VP8, SSRC: 0x9999, PayloadType: videoType, Seed: 9, Width: 320, Height: 180})
	s.video.Skip(time.Duration(old.Timestamp()-s.video.Timestamp()-60*90000) * time.Second / 90000) // a minute back
	s.number = 0
	s.play(5, true, nil)
	s.send(0, tail...) // still on its way when the publisher changed
	s.play(25, false, nil)
	got := s.settle()
	if got.FramesLate != 0 {
		t.Errorf("%d frames late by the clock of the source before", got.FramesLate)
	}
	if got.Frames != 60 || got.FramesExpected != 60 || got.Video.Packets != 180 || got.Video.Lost != 0 || got.Video.Stray != 3 {
		t.Errorf("%d of %d frames, %+v", got.Frames, got.FramesExpected, got.Video)
	}
	if got.Width != 320 || got.LayerSwitches != 1 || got.Keyframes != 2 {
		t.Errorf("%dx%d, %d switches, %d keyframes", got.Width, got.Height, got.LayerSwitches, got.Keyframes)
	}
	reports, _ := of[*rtcpRR](s)
	if last := reports[len(reports)-1]; len(last.Reports) != 1 || last.Reports[0].SSRC != 0x9999 || last.Reports[0].TotalLost != 0 {
		t.Errorf("last report %+v", last.Reports)
	}
}

func TestSourceMayComeBack(t *testing.T) {
	s := newStage(t)
	s.play(30, true, nil)
	old := s.video
	s.video = rtptest.NewStream(rtptest.Config{Codec: codec.VP8, SSRC: 0x9999, PayloadType: videoType, Seed: 9})
	s.play(75, true, nil)
	s.video = old
	s.play(30, true, nil)
	if got := s.receiver.Snapshot(); got.Frames != 135 || got.Video.Stray != 0 {
		t.Errorf("%d frames, %+v", got.Frames, got.Video)
	}
}

func TestRepairOfTheSourceBeforeIsStray(t *testing.T) {
	s := newStage(t, func(m *transport.Media) {
		m.Video.SSRCs, m.Video.RTXSSRCs = []uint32{videoSSRC, 0x9999}, []uint32{rtxSSRC, 0xaaaa}
	})
	s.play(10, true, nil)
	old := s.frame(rtptest.FrameOptions{})[0]
	s.video = rtptest.NewStream(rtptest.Config{Codec: codec.VP8, SSRC: 0x9999, PayloadType: videoType, Seed: 9})
	s.play(10, true, nil)
	next := s.frame(rtptest.FrameOptions{})
	s.send(0, rtptest.RTX(old, rtxSSRC, rtxType, 1), rtptest.RTX(next[0], 0xaaaa, rtxType, 1))
	s.run(20 * ms)
	if got := s.receiver.Snapshot(); got.Video.Stray != 1 || got.Video.Repaired != 1 || got.Video.Packets != 61 {
		t.Errorf("%+v", got.Video)
	}
}

func TestMissingPacketsOfAReplacedSourceAreLost(t *testing.T) {
	s := newStage(t)
	s.play(30, true, func(i int, packets []*rtp.Packet) []*rtp.Packet {
		if i == 29 {
			return packets[2:]
		}
		return packets
	})
	s.video = rtptest.NewStream(rtptest.Config{Codec: codec.VP8, SSRC: 0x9999, PayloadType: videoType, Seed: 9})
	s.play(1, true, nil)
	if got := s.receiver.Snapshot(); got.Video.Lost != 2 || got.Video.Pending != 0 {
		t.Errorf("%+v", got.Video)
	}
}

func TestRestartUnderTheSameSSRCIsNoLoss(t *testing.T) {
	for _, jump := range []uint16{40000, 20000} { // back and ahead
		s := newStage(t)
		s.play(30, true, nil)
		shift := func(_ int, packets []*rtp.Packet) []*rtp.Packet {
			for _, p := range packets {
				p.SequenceNumber += jump
				p.Timestamp += 1 << 30
			}
			return packets
		}
		s.play(30, true, shift)
		got := s.settle()
		if got.Frames != 60 || got.Video.Packets != 180 || got.Video.Lost != 0 {
			t.Errorf("jump by %d: %d frames, %+v", jump, got.Frames, got.Video)
		}
	}
}

func TestLongOutageIsLoss(t *testing.T) {
	s := newStage(t)
	s.play(30, true, nil)
	var outage uint64
	for range 1500 { // fifty seconds
		outage += uint64(len(s.frame(rtptest.FrameOptions{})))
		s.run(frameTime)
	}
	s.play(30, true, nil)
	got := s.settle()
	if got.Video.Lost != outage || got.Frames != 60 || got.FramesExpected != 1560 {
		t.Errorf("%d lost, want %d; %d of %d frames", got.Video.Lost, outage, got.Frames, got.FramesExpected)
	}
}

func TestStrayNumbersAreIgnored(t *testing.T) {
	s := newStage(t)
	s.play(30, true, nil)
	odd := rtptest.NewStream(rtptest.Config{Codec: codec.VP8, SSRC: videoSSRC, PayloadType: videoType, Seed: 1})
	odd.Skip(time.Hour)
	for range 30 { // two that would follow each other, but for those in between
		p := odd.Frame(rtptest.FrameOptions{Octets: 100})[0]
		p.SequenceNumber += 30000
		s.send(0, p)
		s.play(1, false, nil)
	}
	got := s.settle()
	if got.Video.Packets != 180 || got.Video.Lost != 0 || got.Frames != 60 {
		t.Errorf("%+v, %d frames", got.Video, got.Frames)
	}
}

func TestRepairOfAStreamThatIsNotReceivedIsStray(t *testing.T) {
	s := newStage(t)
	original := s.frame(rtptest.FrameOptions{Keyframe: true})[0]
	s.send(0, rtptest.RTX(original, rtxSSRC, rtxType, 1), rtptest.RTX(original, 0x4444, rtxType, 1))
	s.run(20 * ms)
	if got := s.receiver.Snapshot(); got.Video.Stray != 2 || got.Video.Packets != 0 || got.FirstMedia != 0 {
		t.Errorf("%+v, first media %v", got.Video, got.FirstMedia)
	}
}
