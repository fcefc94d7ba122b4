package publish_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/atrium-rtc/atrium/internal/load/clip"
	"github.com/atrium-rtc/atrium/sfu/codec"
)

// levels returns the audio level extension of each packet.
func levels(t *testing.T, seed uint64, d time.Duration) []uint8 {
	cfg := config(codec.VP8)
	cfg.Media.Video, cfg.Seed = nil, seed
	s := newStage(t, cfg)
	s.run(d)
	var list []uint8
	for _, p := range s.of(audioSSRC) {
		list = append(list, p.GetExtension(levelID)[0])
	}
	return list
}

func TestPublishersSpeakATimeAndListenLonger(t *testing.T) {
	for seed := range uint64(5) {
		list := levels(t, seed, 5*time.Minute)
		speaking, spurts, silence := 0, 0, 0
		for _, level := range list {
			if level == 127 { // V 0, silent
				silence++
				continue
			}
			if silence > 50 { // a second, which no pause of the clip lasts
				spurts++
			}
			silence = 0
			speaking++
		}
		if share := float64(speaking) / float64(len(list)); share < 0.2 || share > 0.55 {
			t.Errorf("seed %d: speaks %.0f %% of the time", seed, share*100)
		}
		if spurts < 15 || spurts > 60 {
			t.Errorf("seed %d: %d talk spurts in 5 minutes", seed, spurts)
		}
	}
}

func TestVoiceActivityGoesWithALoudLevel(t *testing.T) {
	count, sum := map[bool]int{}, map[bool]int{}
	for _, level := range levels(t, 1, time.Minute) {
		voiced := level&0x80 != 0
		count[voiced]++
		sum[voiced] += int(level & 0x7f)
	}
	if count[true] < 300 || count[false] < 300 {
		t.Fatalf("%d packets with and %d without voice in a minute", count[true], count[false])
	}
	if with, without := sum[true]/count[true], sum[false]/count[false]; with > 60 || without < 100 {
		t.Errorf("-%d dBov on the average with voice, -%d without", with, without)
	}
}

func TestPublishersDoNotSpeakAtTheSameTimes(t *testing.T) {
	a, b := levels(t, 1, time.Minute), levels(t, 2, time.Minute)
	n := min(len(a), len(b))
	together, apart := 0, 0
	for i := range n {
		if (a[i] == 127) == (b[i] == 127) {
			together++
		} else {
			apart++
		}
	}
	if apart < n/10 {
		t.Errorf("two publishers do the same in %d of %d packets", together, n)
	}
	if !cmp.Equal(a, levels(t, 1, time.Minute)) {
		t.Error("equal seeds speak at different times")
	}
}

func TestClipWithoutPausesIsSilencedByItsQuietestFrame(t *testing.T) {
	cfg := config(codec.VP8)
	cfg.Media.Video = nil
	cfg.Voice = clip.Audio{Frames: []clip.AudioFrame{
		{Data: []byte{0x78, 1}, Level: 20, Voice: true}, {Data: []byte{0x78, 2, 2}, Level: 70, Voice: true},
	}}
	s := newStage(t, cfg)
	s.run(time.Minute)
	sizes := map[int]int{}
	for _, p := range s.of(audioSSRC) {
		if p.GetExtension(levelID)[0] == 127 {
			sizes[len(p.Payload)]++
		}
	}
	if len(sizes) != 1 {
		t.Errorf("payload sizes in silence: %v", sizes)
	}
}
