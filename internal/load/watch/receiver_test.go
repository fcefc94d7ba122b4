package watch_test

import (
	"slices"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/pion/rtp"

	"github.com/atrium-rtc/atrium/internal/load/transport"
	"github.com/atrium-rtc/atrium/internal/load/watch"
	"github.com/atrium-rtc/atrium/internal/rtptest"
	"github.com/atrium-rtc/atrium/sfu/codec"
)

func TestPerfectStreamIsCountedInFull(t *testing.T) {
	s := newStage(t)
	s.run(100 * ms)
	audio := 0
	var octets, audioOctets uint64
	for i := range 300 { // ten seconds
		packets := s.frame(rtptest.FrameOptions{Keyframe: i == 0})
		for _, p := range packets {
			octets += uint64(len(p.Payload))
		}
		s.send(20*ms, packets...)
		for ; audio < 500 && audio*20*30 <= i*1000; audio++ {
			p := s.talk()
			audioOctets += uint64(len(p.Payload))
			s.send(20*ms, p)
		}
		s.run(frameTime)
	}
	s.run(100 * ms)
	got := s.receiver.Snapshot()
	want := watch.Snapshot{
		FirstMedia: 120 * ms, FirstKeyframe: 120 * ms,
		Audio:  watch.Delivery{Packets: uint64(audio), Octets: audioOctets},
		Video:  watch.Delivery{Packets: 900, Octets: octets},
		Frames: 300, Keyframes: 1, FramesExpected: 300,
		Width: 640, Height: 360, Layer: 0,
		AudioExpected: uint64(audio), AudioStamped: uint64(audio),
	}
	ignored := cmpopts.IgnoreFields(watch.Snapshot{}, "At", "Watched", "Listened")
	if diff := gocmp.Diff(want, got, ignored); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if !near(got.Watched, 10*time.Second, 200*ms) || !near(got.Listened, 10*time.Second, 200*ms) {
		t.Errorf("watched %v, listened %v, want 10 s", got.Watched, got.Listened)
	}
	if l := s.receiver.Latency(); l.Count() != uint64(300+audio) || l.Min() != 20*ms || l.Max() != 20*ms {
		t.Errorf("latency of %d packets from %v to %v, want %d of 20 ms", l.Count(), l.Min(), l.Max(), 300+audio)
	}
	if got.Packets() != uint64(900+audio) || got.Octets() != octets+audioOctets || got.Lost() != 0 || got.Repaired() != 0 {
		t.Errorf("%d packets, %d octets, %d lost, %d repaired", got.Packets(), got.Octets(), got.Lost(), got.Repaired())
	}
}

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

func TestFrameDelayedBeyondTheLimitIsLate(t *testing.T) {
	s := newStage(t)
	for i := range 60 {
		delay := 20 * ms
		if i == 30 {
			delay = 180 * ms // and holds up those behind it
		}
		s.send(delay, s.frame(rtptest.FrameOptions{Keyframe: i == 0})...)
		s.run(frameTime)
	}
	s.run(300 * ms)
	// Frame 30 is shown 160 ms late, 31 then 127 ms.
	if got := s.receiver.Snapshot(); got.Frames != 60 || got.FramesLate != 1 {
		t.Errorf("%d frames, %d late, want 1 of 60", got.Frames, got.FramesLate)
	}
}

func TestPauseOfThePublisherIsNoFreeze(t *testing.T) {
	for _, timeline := range []time.Duration{5 * time.Second, 0} { // timestamps go on, or stand still meanwhile
		s := newStage(t)
		s.play(60, true, nil)
		s.video.Skip(timeline)
		s.run(5 * time.Second)
		s.resumed = true
		s.play(30, true, nil)
		got := s.receiver.Snapshot()
		if got.Freezes != 0 || got.Freezing != 0 || got.FramesLate != 0 {
			t.Errorf("%d freezes, %v going on, %d frames late", got.Freezes, got.Freezing, got.FramesLate)
		}
	}
}

func TestAnnouncedPauseIsNeitherFrozenNorWatched(t *testing.T) {
	s := newStage(t)
	s.play(60, true, nil)
	s.receiver.SetPaused(watch.Video, true)
	s.receiver.SetPaused(watch.Audio, true)
	s.run(5 * time.Second)
	if got := s.receiver.Snapshot(); got.Freezing != 0 || got.PLIs != 0 || !near(got.Watched, 2*time.Second, 50*ms) {
		t.Errorf("freezing %v, %d keyframes asked for, watched %v", got.Freezing, got.PLIs, got.Watched)
	}
	s.receiver.SetPaused(watch.Video, false)
	s.run(time.Second)
	if got := s.receiver.Snapshot(); !near(got.Freezing, time.Second, 20*ms) {
		t.Errorf("freezing %v, want a second: the frames that are expected again do not come", got.Freezing)
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

func TestLayerSwitchesAreCounted(t *testing.T) {
	s := newStage(t)
	s.play(10, true, nil)
	s.layer, s.number = 2, 5000 // another encoding counts for itself
	s.play(10, true, nil)
	s.layer, s.number = 0, 10
	s.play(10, true, nil)
	got := s.receiver.Snapshot()
	if got.LayerSwitches != 2 || got.Layer != 0 || got.FramesExpected != 30 || got.FramesSkipped != 0 {
		t.Errorf("%d switches, layer %d, %d frames expected, %d left out",
			got.LayerSwitches, got.Layer, got.FramesExpected, got.FramesSkipped)
	}
}

func TestPublisherWithAClockAheadIsNoticed(t *testing.T) {
	s := newStage(t)
	s.now = start.Add(time.Second)
	packets := s.frame(rtptest.FrameOptions{Keyframe: true})
	s.now = start
	s.send(0, packets...)
	s.run(20 * ms)
	if got := s.receiver.Snapshot(); got.ClockBehind != 1 || s.receiver.Latency().Max() != 0 {
		t.Errorf("%d from the future, latency %v", got.ClockBehind, s.receiver.Latency().Max())
	}
}

func TestWhatIsNotMediaIsCounted(t *testing.T) {
	s := newStage(t)
	s.play(1, true, nil)
	last := s.frame(rtptest.FrameOptions{})[0]
	s.receiver.RTP([]byte{0x80, 1, 2}, s.now)
	s.receiver.RTCP([]byte{0x80, 1, 2}, s.now)
	other := *last
	other.PayloadType = 55
	s.send(0, &other, rtptest.Padding(rtptest.RTX(last, rtxSSRC, rtxType, 7), 8, 200), truncatedRTX())
	s.run(20 * ms)
	got := s.receiver.Snapshot()
	if got.Malformed != 3 || got.Unknown != 1 || got.Video.Probes != 1 || got.Video.Packets != 3 {
		t.Errorf("%d malformed, %d unknown, %+v", got.Malformed, got.Unknown, got.Video)
	}
}

func truncatedRTX() *rtp.Packet {
	return &rtp.Packet{Header: rtp.Header{Version: 2, PayloadType: rtxType, SSRC: rtxSSRC}, Payload: []byte{1}}
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

func TestFirstMediaIsThatOfEither(t *testing.T) {
	for _, videoFirst := range []bool{true, false} {
		s := newStage(t)
		video, audio := 200*ms, 100*ms
		if videoFirst {
			video, audio = audio, video
		}
		s.send(video, s.frame(rtptest.FrameOptions{Keyframe: true})...)
		s.send(audio, s.talk())
		s.run(300 * ms)
		if got := s.receiver.Snapshot(); got.FirstMedia != 100*ms || got.FirstKeyframe != video {
			t.Errorf("first media after %v, first keyframe after %v", got.FirstMedia, got.FirstKeyframe)
		}
	}
}

func TestAudioAloneIsASubscription(t *testing.T) {
	s := newStage(t, func(m *transport.Media) { m.Video = nil })
	for range 100 {
		s.send(0, s.talk())
		s.run(20 * ms)
	}
	got := s.receiver.Snapshot()
	if got.Audio.Packets != 100 || got.Layer != watch.NoLayer || got.Watched != 0 || got.Listened == 0 {
		t.Errorf("%+v, layer %d, watched %v, listened %v", got.Audio, got.Layer, got.Watched, got.Listened)
	}
}
