package watch_test

import (
	"testing"
	"time"

	"github.com/pion/rtp"

	"github.com/atrium-rtc/atrium/internal/load/transport"
	"github.com/atrium-rtc/atrium/internal/load/watch"
	"github.com/atrium-rtc/atrium/internal/rtptest"
	"github.com/atrium-rtc/atrium/sfu/codec"
)

// speak sends a packet every 20 ms; pick returns how long each takes, and false
// for one that is lost.
func (s *stage) speak(packets int, pick func(i int) (time.Duration, bool)) {
	for i := range packets {
		p := s.talk()
		if delay, ok := pick(i); ok {
			s.send(delay, p)
		}
		s.run(20 * ms)
	}
}

func onTime(int) (time.Duration, bool) { return 10 * ms, true }

func TestAudioGapsAreRunsOfMissingPackets(t *testing.T) {
	s := newStage(t)
	s.speak(200, func(i int) (time.Duration, bool) {
		return 10 * ms, i != 50 && i != 51 && i != 52 && i != 100 // three, and one
	})
	got := s.settle()
	if got.AudioGaps != 2 || got.AudioGap != 80*ms || got.Audio.Lost != 4 {
		t.Errorf("%d gaps of %v, %d lost", got.AudioGaps, got.AudioGap, got.Audio.Lost)
	}
	if got.AudioExpected != 200 || got.AudioStamped != 196 {
		t.Errorf("%d of %d packets by stamps", got.AudioStamped, got.AudioExpected)
	}
}

func TestAudioThatComesTooLateToBePlayedIsAGap(t *testing.T) {
	s := newStage(t)
	s.speak(200, func(i int) (time.Duration, bool) {
		switch i {
		case 50:
			return 205 * ms, true // 195 ms later than the quickest: still played
		case 100, 101:
			return 215 * ms, true // 205 ms later
		default:
			return 10 * ms, true
		}
	})
	got := s.settle()
	if got.AudioGaps != 1 || got.AudioGap != 40*ms || got.Audio.Lost != 0 || got.Audio.Packets != 200 {
		t.Errorf("%d gaps of %v, %+v", got.AudioGaps, got.AudioGap, got.Audio)
	}
}

func TestSlowStartIsForgottenAsSoonAsTheQuickestTransitIsKnown(t *testing.T) {
	s := newStage(t)
	s.speak(50, func(int) (time.Duration, bool) { return 150 * ms, true })
	s.speak(50, onTime)
	if got := s.settle(); got.AudioGaps != 0 {
		t.Errorf("%d gaps of %v", got.AudioGaps, got.AudioGap)
	}
}

func TestAudioLeftOutByTheServerIsAGap(t *testing.T) {
	s := newStage(t)
	s.speak(50, onTime)
	s.audio.Skip(60 * ms) // the numbers go on, three stamps are missing
	s.audioNumber += 3
	s.run(60 * ms)
	s.speak(50, onTime)
	got := s.settle()
	if got.AudioGaps != 1 || got.AudioGap != 60*ms || got.Audio.Lost != 0 || got.AudioExpected != 103 {
		t.Errorf("%d gaps of %v, %d expected, %+v", got.AudioGaps, got.AudioGap, got.AudioExpected, got.Audio)
	}
}

func TestSilenceOfThePublisherIsNoGap(t *testing.T) {
	s := newStage(t)
	s.speak(50, onTime)
	s.audio.Skip(3 * time.Second)
	s.run(3 * time.Second)
	if got := s.receiver.Snapshot(); !near(got.AudioSilent, 3*time.Second, 40*ms) {
		t.Errorf("silent for %v", got.AudioSilent)
	}
	s.speak(50, onTime)
	got := s.settle()
	if got.AudioGaps != 0 || got.AudioExpected != 100 {
		t.Errorf("%d gaps of %v, %d expected", got.AudioGaps, got.AudioGap, got.AudioExpected)
	}
	s.receiver.SetPaused(watch.Audio, true)
	s.run(time.Second)
	if got := s.receiver.Snapshot(); got.AudioSilent != 0 {
		t.Errorf("silent for %v while muted", got.AudioSilent)
	}
	s.receiver.SetPaused(watch.Audio, false)
	s.run(500 * ms)
	if got := s.receiver.Snapshot(); !near(got.AudioSilent, 500*ms, 20*ms) {
		t.Errorf("silent for %v since the end of the pause", got.AudioSilent)
	}
}

func TestAudioThatResumesOnAnOldTimelineIsNoGap(t *testing.T) {
	s := newStage(t)
	s.speak(50, onTime)
	s.run(3 * time.Second) // the timestamps stand still
	s.resumed = true
	s.speak(50, onTime)
	if got := s.settle(); got.AudioGaps != 0 {
		t.Errorf("%d gaps of %v", got.AudioGaps, got.AudioGap)
	}
}

func TestGapsOfLongPacketsAreLonger(t *testing.T) {
	s := newStage(t)
	s.audio = rtptest.NewStream(rtptest.Config{
		Codec: codec.Opus, SSRC: audioSSRC, PayloadType: audioType, Interval: 60 * ms,
	})
	for i := range 50 {
		if p := s.talk(); i != 20 && i != 21 {
			s.send(0, p)
		}
		s.run(60 * ms)
	}
	if got := s.settle(); got.AudioGaps != 1 || got.AudioGap != 120*ms {
		t.Errorf("%d gaps of %v", got.AudioGaps, got.AudioGap)
	}
}

func TestAudioIsRepairedWhereTheServerDoes(t *testing.T) {
	s := newStage(t, func(m *transport.Media) { m.Audio.NACK = true })
	s.speak(100, func(i int) (time.Duration, bool) {
		if i == 50 {
			return 90 * ms, true // asked for after 20 ms
		}
		return 10 * ms, true
	})
	got := s.settle()
	if got.Audio.Repaired != 1 || got.NACKs == 0 || got.AudioGaps != 0 || got.PLIs != 0 {
		t.Errorf("%+v, %d NACKs, %d gaps", got.Audio, got.NACKs, got.AudioGaps)
	}
}

func TestAudioOfAnotherSourceBeginsAnew(t *testing.T) {
	s := newStage(t)
	s.speak(50, onTime)
	s.run(5 * time.Second)
	s.audioNumber = 7000
	var packets []*rtp.Packet
	for range 50 {
		p := s.talk()
		p.SSRC = 0x8888
		p.SequenceNumber += 30000
		packets = append(packets, p)
	}
	for _, p := range packets {
		s.send(0, p)
		s.run(20 * ms)
	}
	got := s.settle()
	if got.AudioGaps != 0 || got.AudioExpected != 100 || got.Audio.Packets != 100 {
		t.Errorf("%d gaps, %d expected, %+v", got.AudioGaps, got.AudioExpected, got.Audio)
	}
}
