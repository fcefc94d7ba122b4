package sfu_test

import (
	"testing"
	"time"

	"github.com/atrium-rtc/atrium/sfu"
)

func TestSpeechIsThatOfThePublicationUnlessMuted(t *testing.T) {
	simulate(t, 31, func(t *testing.T, s *stage) {
		p := s.publish("10.0.1.1", false)
		p.send(time.Second)
		now := time.Now()
		if got, ok := p.publication.Speech(now); !ok || got.Heard.IsZero() || now.Sub(got.Heard) > 200*time.Millisecond {
			t.Errorf("%+v, %v; want packets heard until now", got, ok)
		}
		p.publication.Mute(sfu.Video)
		if _, ok := p.publication.Speech(now); !ok {
			t.Error("no speech while the picture is muted")
		}
		p.publication.Mute(sfu.Audio)
		if got, ok := p.publication.Speech(now); ok {
			t.Errorf("muted, and %+v", got)
		}
	})
}
