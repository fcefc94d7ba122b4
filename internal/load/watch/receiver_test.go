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

var _ transport.Handler = (*watch.Receiver)(nil)

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

func TestPublisherMayCountFromZeroAgain(t *testing.T) {
	s := newStage(t)
	s.number = 5000
	s.play(10, true, nil)
	s.number = 0
	s.play(10, true, nil)
	got := s.receiver.Snapshot()
	if got.FramesExpected != 20 || got.FramesSkipped != 0 || got.LayerSwitches != 0 {
		t.Errorf("%d frames expected, %d left out, %d switches", got.FramesExpected, got.FramesSkipped, got.LayerSwitches)
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

func TestEveryCodecIsAssembled(t *testing.T) {
	for _, c := range []codec.Codec{codec.VP8, codec.VP9, codec.H264, codec.AV1} {
		t.Run(c.String(), func(t *testing.T) {
			s := newStage(t, func(m *transport.Media) { m.Video.Codec = c })
			kept := map[uint16]*rtp.Packet{}
			s.repairing(kept)
			stream := rtptest.NewStream(rtptest.Config{Codec: c, SSRC: videoSSRC, PayloadType: videoType, Seed: 4})
			for i := range 90 {
				packets := stream.Frame(rtptest.FrameOptions{Keyframe: i%30 == 0, Octets: 1 + i*100})
				if lost := i % 7; lost == 3 {
					p := packets[len(packets)/2]
					kept[p.SequenceNumber] = p
					packets = slices.DeleteFunc(packets, func(q *rtp.Packet) bool { return p == q })
				}
				s.send(0, packets...)
				s.run(frameTime)
			}
			got := s.settle()
			if got.Frames != 90 || got.Keyframes != 3 || got.Video.Repaired != 13 || got.Video.Lost != 0 || got.PLIs != 0 {
				t.Errorf("%d frames, %d keyframes, %d PLIs, %+v", got.Frames, got.Keyframes, got.PLIs, got.Video)
			}
			if got.Width != 640 {
				t.Errorf("%dx%d", got.Width, got.Height)
			}
		})
	}
}
