package watch_test

import (
	"slices"
	"testing"

	"github.com/pion/rtp"

	"github.com/atrium-rtc/atrium/internal/rtptest"
)

func TestLossIsRepairedByRetransmission(t *testing.T) {
	s := newStage(t)
	kept := map[uint16]*rtp.Packet{}
	s.repairing(kept)
	lost := uint64(0)
	s.play(300, true, func(i int, packets []*rtp.Packet) []*rtp.Packet {
		if i == 0 || i%10 != 5 {
			return packets
		}
		kept[packets[1].SequenceNumber] = packets[1]
		lost++
		return slices.Delete(packets, 1, 2)
	})
	got := s.settle()
	if got.Video.Packets != 900 || got.Video.Lost != 0 || got.Video.Repaired != lost || got.Video.Pending != 0 {
		t.Errorf("%+v, want 900 packets, %d of them repaired", got.Video, lost)
	}
	if got.Frames != 300 || got.FramesExpected != 300 || got.PLIs != 0 || got.FramesLate != 0 {
		t.Errorf("%d of %d frames, %d late, %d PLIs", got.Frames, got.FramesExpected, got.FramesLate, got.PLIs)
	}
	if count, _, _ := got.AllFreezes(); count != 1 { // the silence at the end
		t.Errorf("%d freezes", count)
	}
	reports, _ := withBlocks(of[*rtcpRR](s))
	if last := reports[len(reports)-1].Reports[0]; uint64(last.TotalLost) != lost {
		t.Errorf("reported %d lost on the path, want %d: repair does not change that", last.TotalLost, lost)
	}
	if asked := sorted(s.requested()); len(asked) != int(lost) || got.NACKs != lost {
		t.Errorf("asked for %d packets, counted %d, want %d, once each", len(asked), got.NACKs, lost)
	}
}

// TestLossWithoutRepairFreezesUntilTheNextKeyframe: frame 30 loses a packet that
// nobody sends again. Frame 31 shows the gap; ten requests, one every 50 ms,
// bring nothing; then a keyframe is asked for. Here it takes until frame 65.
func TestLossWithoutRepairFreezesUntilTheNextKeyframe(t *testing.T) {
	s := newStage(t)
	s.play(30, true, nil)
	lostAt := s.now.Sub(start)
	s.play(35, false, func(i int, packets []*rtp.Packet) []*rtp.Packet {
		if i == 0 {
			return packets[:2] // without its last packet
		}
		return packets
	})
	during := s.receiver.Snapshot()
	if during.FramesExpected != 65 {
		t.Errorf("%d frames expected, want those that came though nothing could be made of them", during.FramesExpected)
	}
	if during.Frames != 30 || !near(during.Freezing, 36*frameTime, 15*ms) || during.Freezes != 0 {
		t.Errorf("%d frames, freezing %v, %d freezes ended", during.Frames, during.Freezing, during.Freezes)
	}
	_, at := of[*rtcpPLI](s)
	if len(at) != 1 || !near(at[0]-lostAt, frameTime+500*ms, 30*ms) {
		t.Errorf("keyframe asked for at %v, want once, half a second after the loss at %v", at, lostAt)
	}
	s.play(30, true, nil)
	s.run(100 * ms)
	got := s.receiver.Snapshot()
	if got.Frames != 60 || got.Keyframes != 2 || got.FramesExpected != 95 || got.Video.Lost != 1 {
		t.Errorf("%d of %d frames, %d keyframes, %d packets lost",
			got.Frames, got.FramesExpected, got.Keyframes, got.Video.Lost)
	}
	// From frame 29 to frame 65.
	if got.Freezes != 1 || !near(got.Frozen, 36*frameTime, ms) || got.LongestFreeze != got.Frozen {
		t.Errorf("%d freezes, %v frozen, longest %v", got.Freezes, got.Frozen, got.LongestFreeze)
	}
	if tries := s.requested(); len(tries) != 1 || got.NACKs != 10 {
		t.Errorf("asked for %v, %d times", tries, got.NACKs)
	}
	if got.FramesSkipped != 0 {
		t.Errorf("%d frames left out by the server", got.FramesSkipped)
	}
}

func TestLossUnderAnotherStreamOfNumbersIsNoGapInFrames(t *testing.T) {
	s := newStage(t)
	s.play(10, true, nil)
	for range 20 { // the server leaves out every other frame and numbers anew
		s.video.Skip(frameTime)
		s.number++
		s.play(1, false, nil)
	}
	got := s.receiver.Snapshot()
	if got.Frames != 30 || got.FramesExpected != 50 || got.FramesSkipped != 20 || got.PLIs != 0 || got.Video.Lost != 0 {
		t.Errorf("%d of %d frames, %d left out, %d PLIs, %d lost",
			got.Frames, got.FramesExpected, got.FramesSkipped, got.PLIs, got.Video.Lost)
	}
}

func TestReorderedPacketsAreNeitherLostNorRepaired(t *testing.T) {
	s := newStage(t)
	s.play(100, true, func(_ int, packets []*rtp.Packet) []*rtp.Packet {
		slices.Reverse(packets)
		return packets
	})
	got := s.receiver.Snapshot()
	if got.Frames != 100 || got.Video.Packets != 300 || got.Video.Repaired != 0 || got.NACKs != 0 || got.PLIs != 0 {
		t.Errorf("%d frames, %+v, %d NACKs, %d PLIs", got.Frames, got.Video, got.NACKs, got.PLIs)
	}
}

func TestFrameOvertakenByAKeyframeIsStillShown(t *testing.T) {
	s := newStage(t)
	s.play(10, true, nil)
	before := s.frame(rtptest.FrameOptions{})
	s.send(30*ms, before...)
	s.send(0, s.frame(rtptest.FrameOptions{Keyframe: true})...)
	s.run(100 * ms)
	if got := s.receiver.Snapshot(); got.Frames != 12 {
		t.Errorf("%d frames, want 12", got.Frames)
	}
}

func TestKeyframeBehindAGapIsShownThoughNothingFollows(t *testing.T) {
	s := newStage(t)
	s.play(10, true, nil)
	s.send(0, s.frame(rtptest.FrameOptions{})[1:]...)
	s.send(0, s.frame(rtptest.FrameOptions{Keyframe: true})...)
	s.run(40 * ms)
	if got := s.receiver.Snapshot(); got.Frames != 10 {
		t.Errorf("%d frames while the missing packet may only have been overtaken", got.Frames)
	}
	s.run(60 * ms)
	if got := s.receiver.Snapshot(); got.Frames != 11 || got.Keyframes != 2 {
		t.Errorf("%d frames, %d keyframes", got.Frames, got.Keyframes)
	}
}

func TestDuplicatesCountOnce(t *testing.T) {
	s := newStage(t)
	s.play(100, true, func(_ int, packets []*rtp.Packet) []*rtp.Packet { return append(packets, packets...) })
	s.run(200 * ms)
	got := s.receiver.Snapshot()
	if got.Video.Packets != 300 || got.Video.Duplicates != 300 || got.Frames != 100 || got.Video.TooLate != 0 {
		t.Errorf("%+v, %d frames", got.Video, got.Frames)
	}
	if n := s.receiver.Latency().Count(); n != 100 {
		t.Errorf("latency of %d packets, want each once", n)
	}
}

func TestPacketAfterTheRepairWindowStaysLost(t *testing.T) {
	s := newStage(t)
	var missing *rtp.Packet
	s.play(60, true, func(i int, packets []*rtp.Packet) []*rtp.Packet {
		if i == 5 {
			missing = packets[0]
			return packets[1:]
		}
		return packets
	})
	s.send(0, missing)
	s.run(20 * ms)
	got := s.receiver.Snapshot()
	if got.Video.Lost != 1 || got.Video.TooLate != 1 || got.Video.Packets != 179 {
		t.Errorf("%+v", got.Video)
	}
}

func TestMissingPacketIsPendingBeforeItIsLost(t *testing.T) {
	s := newStage(t)
	s.play(10, true, func(i int, packets []*rtp.Packet) []*rtp.Packet {
		if i == 5 {
			return packets[1:]
		}
		return packets
	})
	if got := s.receiver.Snapshot(); got.Video.Lost != 0 || got.Video.Pending != 1 {
		t.Errorf("after 150 ms: %+v", got.Video)
	}
	if got := s.settle(); got.Video.Lost != 1 || got.Video.Pending != 0 {
		t.Errorf("after a second: %+v", got.Video)
	}
}
