package sfu_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/atrium-rtc/atrium/internal/testnet"
	"github.com/atrium-rtc/atrium/sfu"
	"github.com/atrium-rtc/atrium/sfu/inspect"
)

func between(t *testing.T, what string, got, low, high float64) {
	t.Helper()
	if got < low || got > high {
		t.Errorf("%s is %g, want %g to %g", what, got, low, high)
	}
}

func TestInspectionShowsACallAsItIs(t *testing.T) {
	simulate(t, 1, func(t *testing.T, s *stage) {
		p := s.publish("10.0.1.1", false)
		p.send(1500 * time.Millisecond)
		if tracks := p.publication.Inspect().Tracks; tracks[1].Encodings[0].Used || !tracks[1].Encodings[0].Alive {
			t.Errorf("%+v while nobody watches", tracks[1].Encodings[0])
		}
		sub := s.subscribe("10.0.2.1", p.publication)
		p.send(3500 * time.Millisecond)

		published, received := p.publication.Inspect(), sub.subscription.Inspect()
		path := inspect.Transport{Connected: true, Protocol: "udp", Family: "ipv4", Local: "host", Remote: "host"}
		if diff := cmp.Diff([]inspect.Transport{path, path}, []inspect.Transport{published.Transport, received.Transport}); diff != "" {
			t.Errorf("paths (-want +got):\n%s", diff)
		}
		if len(published.Tracks) != 2 || published.Tracks[0].Codec != "opus" || published.Tracks[1].Codec != "VP8" {
			t.Fatalf("published %+v", published.Tracks)
		}
		camera := published.Tracks[1].Encodings[0]
		if camera.Width != 640 || camera.Height != 360 || !camera.Alive || !camera.Used || camera.Keyframes == 0 {
			t.Errorf("the camera: %+v", camera)
		}
		const sent = 30 * 3600 * 8
		between(t, "the bit rate of the camera", camera.BitsPerSecond, 0.9*sent, 1.1*sent)
		if len(received.Tracks) != 2 || received.Tracks[0].Kind != "audio" || received.Tracks[0].Layer != nil {
			t.Fatalf("received %+v", received.Tracks)
		}
		picture := received.Tracks[1]
		layer := &inspect.Layer{Width: 640, Height: 360}
		if diff := cmp.Diff([]*inspect.Layer{layer, layer}, []*inspect.Layer{picture.Layer, picture.Wanted}); diff != "" {
			t.Errorf("layers (-want +got):\n%s", diff)
		}
		between(t, "the bit rate of the picture", picture.BitsPerSecond, 0.9*sent, 1.1*sent)
		between(t, "the score", picture.Score, 4, 5)
		between(t, "the first frame", picture.FirstFrame, 0.001, 1)
		if picture.Cause != "" || picture.Paused != "" {
			t.Errorf("trouble on a clean network: %+v", picture)
		}
		between(t, "the estimate", received.Downlink.Estimate, received.Downlink.Allocated, 1e9)
	})
}

func TestInspectionSaysWhyAPictureStands(t *testing.T) {
	simulate(t, 2, func(t *testing.T, s *stage) {
		p := s.publish("10.0.1.1", false)
		sub := s.subscribe("10.0.2.1", p.publication)
		paused := func(want string) {
			t.Helper()
			p.send(2500 * time.Millisecond)
			if picture := sub.subscription.Inspect().Tracks[1]; picture.Paused != want || (want == "") != (picture.BitsPerSecond > 0) {
				t.Errorf("paused by %q at %g bit/s, want by %q", picture.Paused, picture.BitsPerSecond, want)
			}
		}
		paused("")
		p.publication.Mute(sfu.Video)
		paused("muted")
		p.publication.Mute(0)
		paused("")
		sub.subscription.SetVideoPreference(sfu.VideoPreference{Priority: sfu.PriorityHidden})
		paused("hidden")
		sub.subscription.SetVideoPreference(sfu.VideoPreference{})
		paused("")
		s.net.Host("10.0.2.1").SetUplink(testnet.Link{Loss: 1})
		p.send(2 * time.Second) // until it is noticed
		paused("silent")

		time.Sleep(2 * time.Second)
		if camera := p.publication.Inspect().Tracks[1].Encodings[0]; camera.Alive || camera.BitsPerSecond != 0 {
			t.Errorf("the camera was switched off: %+v", camera)
		}
	})
}

func TestInspectionShowsWhichEncodingsAreUsed(t *testing.T) {
	simulate(t, 3, func(t *testing.T, s *stage) {
		e := s.encode("10.0.0.2")
		done := make(chan struct{})
		go func() { defer close(done); e.send(20 * time.Second) }()
		sub := s.subscribe("10.0.0.3", e.publication)
		for _, want := range []struct {
			spatial    uint8
			used       [3]bool
			layer, top uint16
		}{
			{sfu.AllLayers, [3]bool{true, false, true}, 1280, 1280},
			{0, [3]bool{true, false, false}, 320, 320},
			{1, [3]bool{true, true, false}, 640, 640},
		} {
			sub.subscription.SetPreferredLayers(want.spatial, sfu.AllLayers)
			time.Sleep(5 * time.Second)
			var used [3]bool
			var widths [3]uint16
			for i, encoding := range e.publication.Inspect().Tracks[0].Encodings {
				used[i], widths[i] = encoding.Used, encoding.Width
			}
			if used != want.used || widths != [3]uint16{320, 640, 1280} {
				t.Errorf("at most layer %d: encodings %v of widths %v are used, want %v", want.spatial, used, widths, want.used)
			}
			video := sub.subscription.Inspect().Tracks[0]
			if video.Layer == nil || video.Layer.Width != want.layer || video.Wanted == nil || video.Wanted.Width != want.top {
				t.Errorf("at most layer %d: %v is shown and %v wanted", want.spatial, video.Layer, video.Wanted)
			}
		}
		<-done
	})
}
