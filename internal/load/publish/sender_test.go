package publish_test

import (
	"bytes"
	"errors"
	"math"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/atrium-rtc/atrium/internal/load/publish"
	"github.com/atrium-rtc/atrium/internal/rtptest"
	"github.com/atrium-rtc/atrium/sfu/codec"
)

func videoCodecs() []codec.Codec {
	return []codec.Codec{codec.VP8, codec.VP9, codec.H264, codec.AV1}
}

func TestStreamsConform(t *testing.T) {
	for _, c := range videoCodecs() {
		t.Run(c.String(), func(t *testing.T) {
			s := newStage(t, config(c))
			s.run(10 * time.Second)
			checker := rtptest.NewConformance(rtptest.Expectations{
				Codecs: map[uint8]codec.Codec{audioType: codec.Opus, videoType: c},
			})
			for i := range s.packets {
				checker.Packet(&s.packets[i].Packet)
			}
			for _, r := range s.reports {
				checker.SenderReport(r.SenderReport)
			}
			if found := checker.Violations(); found != nil {
				t.Error(found)
			}
			if n := len(s.pictures(c, videoSSRC)); n < 298 || n > 301 {
				t.Errorf("%d frames in 10 s", n)
			}
			if n := len(s.of(audioSSRC)); n < 499 || n > 501 {
				t.Errorf("%d audio packets in 10 s", n)
			}
		})
	}
}

func TestRateIsTheTarget(t *testing.T) {
	for _, c := range videoCodecs() {
		for _, size := range []int{300, 1100} {
			cfg := config(c)
			cfg.PacketSize = size
			s := newStage(t, cfg)
			s.run(time.Minute)
			octets := 0
			for _, p := range s.of(videoSSRC) {
				octets += len(p.Payload)
				if len(p.Payload) > size {
					t.Errorf("%v: a payload of %d octets", c, len(p.Payload))
				}
			}
			rate := float64(octets) * 8 / 60
			if math.Abs(rate/500_000-1) > 0.02 {
				t.Errorf("%v in packets of %d: %.0f bit/s", c, size, rate)
			}
		}
	}
}

func TestRateHoldsWhenKeyframesAreAskedForAllTheTime(t *testing.T) {
	cfg := config(codec.VP8)
	cfg.Bitrates = []int{1_000_000}
	s := newStage(t, cfg)
	for range 120 {
		s.hear(pli(videoSSRC))
		s.run(500 * time.Millisecond)
	}
	if n := keyframesSince(s.pictures(codec.VP8, videoSSRC), start); n < 100 {
		t.Fatalf("%d keyframes", n)
	}
	octets := s.sender.Stats().Video[0].Octets
	if rate := float64(octets) * 8 / 60; math.Abs(rate/1_000_000-1) > 0.02 {
		t.Errorf("%.0f bit/s", rate)
	}
}

func TestKeyframesAreLargeAndPaidBackByTheFramesBehind(t *testing.T) {
	s := newStage(t, config(codec.VP8))
	s.run(12 * time.Second)
	const perFrame = 500_000 / 8 / 30
	octets, keyframes := 0, 0
	for i, p := range s.pictures(codec.VP8, videoSSRC) {
		size := 0
		for _, packet := range p.packets {
			size += len(packet.Payload)
		}
		octets += size
		switch {
		case p.keyframe:
			keyframes++
			if size < 9*perFrame/2 {
				t.Errorf("keyframe of %d octets", size)
			}
		case size > perFrame*3/2:
			t.Errorf("frame %d has %d octets", i, size)
		}
		if i%120 == 30 && octets > (i+1)*perFrame*101/100 {
			t.Errorf("%d octets in %d frames, a second after a keyframe", octets, i+1)
		}
	}
	if keyframes != 3 {
		t.Errorf("%d keyframes", keyframes)
	}
}

func TestWithoutABitrateTheClipIsSentAsItIs(t *testing.T) {
	cfg := config(codec.VP8)
	cfg.Bitrates = nil
	own, err := publish.OwnBitrate(cfg, cfg.Video[0])
	if err != nil {
		t.Fatal(err)
	}
	s := newStage(t, cfg)
	s.run(time.Minute)
	stats := s.sender.Stats().Video[0]
	if rate := float64(stats.Octets) * 8 / 60; stats.Target != own || math.Abs(rate/float64(own)-1) > 0.02 {
		t.Errorf("%.0f bit/s, target %d, want %d", rate, stats.Target, own)
	}
}

func TestFrameRateScalesTheClip(t *testing.T) {
	cfg := config(codec.VP8)
	cfg.FramesPerSecond = 15
	s := newStage(t, cfg)
	s.run(20 * time.Second)
	list := s.pictures(codec.VP8, videoSSRC)
	if len(list) < 299 || len(list) > 301 {
		t.Errorf("%d frames in 20 s", len(list))
	}
	for i, p := range list[1:] {
		if step := p.packets[0].Timestamp - list[i].packets[0].Timestamp; step != 6000 {
			t.Fatalf("frame %d: timestamp advanced by %d", i+1, step)
		}
	}
	if n := keyframesSince(list, start); n != 3 { // 4 s of 30 take 8 of 15
		t.Errorf("%d keyframes", n)
	}
}

func TestEqualSeedsMakeEqualPackets(t *testing.T) {
	run := func(seed uint64) [][]byte {
		cfg := simulcast()
		cfg.Seed = seed
		s := newStage(t, cfg)
		s.run(5 * time.Second)
		var list [][]byte
		for _, p := range s.packets {
			list = append(list, p.bytes)
		}
		return list
	}
	first := run(1)
	if !slices.EqualFunc(first, run(1), bytes.Equal) {
		t.Error("the same seed made other packets")
	}
	if slices.EqualFunc(first, run(2), bytes.Equal) {
		t.Error("another seed changed nothing")
	}
}

func TestSequenceNumbersStartInTheLowerHalf(t *testing.T) {
	for seed := range uint64(50) {
		cfg := config(codec.VP8)
		cfg.Seed = seed
		s := newStage(t, cfg)
		s.run(100 * time.Millisecond)
		for _, ssrc := range []uint32{audioSSRC, videoSSRC} {
			if seq := s.of(ssrc)[0].SequenceNumber; seq >= 1<<15 {
				t.Errorf("seed %d: begins with %d", seed, seq)
			}
		}
	}
}

func TestPacketsArePacedAndAudioDoesNotWait(t *testing.T) {
	cfg := config(codec.VP8)
	cfg.Video = clips()[codec.VP8][2:3]
	cfg.Bitrates = []int{1_000_000}
	s := newStage(t, cfg)
	s.run(4 * time.Second)
	key := s.pictures(codec.VP8, videoSSRC)[0].packets
	octets := 0
	for _, p := range key[:len(key)-1] {
		octets += len(p.Payload)
	}
	spread := key[len(key)-1].at.Sub(key[0].at)
	want := time.Duration(float64(octets*8) / 2_500_000 * float64(time.Second))
	if len(key) < 5 || spread < want*9/10 || spread > want*11/10 {
		t.Errorf("%d packets of the keyframe over %v, want %v", len(key), spread, want)
	}
	audio := s.of(audioSSRC)
	for i := range audio[1:] {
		if gap := audio[i+1].at.Sub(audio[i].at); gap != 20*time.Millisecond {
			t.Fatalf("%v between audio packets", gap)
		}
	}
}

func TestBurstSendsAFrameAtOnce(t *testing.T) {
	cfg := config(codec.VP8)
	cfg.Burst = true
	s := newStage(t, cfg)
	s.run(4 * time.Second)
	for i, p := range s.pictures(codec.VP8, videoSSRC) {
		if spread := p.packets[len(p.packets)-1].at.Sub(p.packets[0].at); spread != 0 {
			t.Fatalf("frame %d took %v", i, spread)
		}
	}
}

func TestLargeKeyframeDoesNotDelayTheNextFramesForLong(t *testing.T) {
	cfg := simulcast()
	cfg.Bitrates = nil
	s := newStage(t, cfg)
	s.run(10 * time.Second)
	for _, p := range s.pictures(codec.VP8, videoSSRC+2) {
		captured := time.Duration(p.packets[0].Timestamp-s.of(videoSSRC + 2)[0].Timestamp) * time.Second / 90000
		if late := p.packets[len(p.packets)-1].at.Sub(start) - captured; late > 700*time.Millisecond {
			t.Fatalf("frame %d left %v after its capture", p.stamp.Number, late)
		}
	}
}

func TestStallIsSkippedAndCounted(t *testing.T) {
	s := newStage(t, config(codec.VP8))
	s.run(2 * time.Second)
	before := len(s.packets)
	s.now = s.now.Add(5 * time.Second)
	if err := s.sender.Poll(s.now, s); err != nil {
		t.Fatal(err)
	}
	if n := len(s.packets) - before; n > 10 {
		t.Errorf("%d packets at once", n)
	}
	s.run(2 * time.Second)
	stats := s.sender.Stats()
	if stats.Stalls != 1 || stats.Skipped < 395 || stats.Skipped > 405 {
		t.Errorf("%d stalls, %d skipped, want 1 and 400", stats.Stalls, stats.Skipped)
	}
	if longest := stats.Lateness.Max(); longest < 4900*time.Millisecond {
		t.Errorf("lateness at most %v", longest)
	}
	list := s.pictures(codec.VP8, videoSSRC) // checks that numbers have no gap
	gaps := 0
	for i := range list[1:] {
		if list[i+1].packets[0].Timestamp-list[i].packets[0].Timestamp > 4*90000 {
			gaps++
		}
	}
	if gaps != 1 {
		t.Errorf("%d gaps in the timestamps", gaps)
	}
}

func TestShortDelayIsCaughtUp(t *testing.T) {
	s := newStage(t, config(codec.VP8))
	s.run(time.Second)
	s.now = s.now.Add(500 * time.Millisecond)
	s.run(time.Second)
	stats := s.sender.Stats()
	if stats.Stalls != 0 || stats.Skipped != 0 {
		t.Errorf("%d stalls, %d skipped", stats.Stalls, stats.Skipped)
	}
	if longest := stats.Lateness.Max(); longest < 450*time.Millisecond || longest > 550*time.Millisecond {
		t.Errorf("lateness at most %v", longest)
	}
	if n := len(s.pictures(codec.VP8, videoSSRC)); n < 74 || n > 76 {
		t.Errorf("%d frames in 2.5 s", n)
	}
}

func TestPollReturnsTheWritersErrorAndGoesOn(t *testing.T) {
	s := newStage(t, config(codec.VP8))
	s.run(time.Second)
	s.err = errors.New("no route")
	s.run(time.Second)
	s.err = nil
	s.run(time.Second)
	if n := len(s.pictures(codec.VP8, videoSSRC)); n < 88 || n > 91 {
		t.Errorf("%d frames in 3 s", n)
	}
}

func TestMuteEndsWithAResumedKeyframe(t *testing.T) {
	for _, c := range videoCodecs() {
		s := newStage(t, config(c))
		s.run(1900 * time.Millisecond)
		s.sender.Mute(publish.Video, true)
		s.sender.Mute(publish.Audio, true)
		s.run(100 * time.Millisecond) // the pacer empties
		muted := len(s.packets)
		s.run(2 * time.Second)
		if n := len(s.packets) - muted; n != 0 {
			t.Errorf("%v: %d packets while muted", c, n)
		}
		s.sender.Mute(publish.Video, false)
		s.sender.Mute(publish.Audio, false)
		from := s.now
		s.run(time.Second)
		list := s.pictures(c, videoSSRC)
		at := slices.IndexFunc(list, func(p picture) bool { return !p.packets[0].at.Before(from) })
		for i, p := range list {
			if p.stamp.Resumed != (i == at) {
				t.Errorf("%v: frame %d of %d: resumed %v, unmuted at %d", c, i, len(list), p.stamp.Resumed, at)
			}
		}
		if !list[at].keyframe {
			t.Errorf("%v: began again without a keyframe", c)
		}
		resumed := 0
		for i, p := range s.of(audioSSRC) {
			st, ok := p.stamp(codec.Opus)
			if !ok || st.Number != uint32(i) {
				t.Fatalf("%v: audio packet %d has stamp %+v", c, i, st)
			}
			if st.Resumed {
				resumed++
				if p.at.Before(from) || p.at.Sub(from) > 20*time.Millisecond {
					t.Errorf("%v: audio resumed at %v, unmuted at %v", c, p.at, from)
				}
			}
		}
		if resumed != 1 {
			t.Errorf("%v: audio resumed %d times", c, resumed)
		}
	}
}

func TestStatsCountWhatLeft(t *testing.T) {
	s := newStage(t, simulcast())
	s.run(10 * time.Second)
	stats := s.sender.Stats()
	if len(stats.Video) != 3 {
		t.Fatalf("%d encodings", len(stats.Video))
	}
	for i, got := range append(stats.Video, stats.Audio) {
		ssrc := videoSSRC + uint32(i)
		if i == 3 {
			ssrc = audioSSRC
		}
		want := publish.StreamStats{Packets: uint64(len(s.of(ssrc))), Frames: uint64(len(s.of(ssrc)))}
		for _, p := range s.of(ssrc) {
			want.Octets += uint64(len(p.Payload))
		}
		if i < 3 {
			list := s.pictures(codec.VP8, ssrc)
			want.Frames = uint64(len(list))
			want.Keyframes = uint64(keyframesSince(list, start))
			want.Target = simulcast().Bitrates[i]
		}
		if i < 3 && got.Frames == want.Frames+1 { // one is in the pacer
			got.Frames--
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("stream %x (-want +got)\n%s", ssrc, diff)
		}
	}
	if n := stats.Lateness.Count(); n < 1390 {
		t.Errorf("lateness of %d frames", n)
	}
}
