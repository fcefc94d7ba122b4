package simulcast_test

import (
	"testing"

	"pgregory.net/rapid"

	"github.com/atrium-rtc/atrium/sfu/simulcast"
)

func wantAdmit(t *testing.T, s *simulcast.Selector, layer simulcast.Layer, keyframe, forward, switched bool) {
	t.Helper()
	f, sw := s.Admit(layer, keyframe)
	if f != forward || sw != switched {
		t.Errorf("layer %d keyframe %v: forward %v switched %v, want %v %v", layer, keyframe, f, sw, forward, switched)
	}
}

func TestVideoStartsAtAKeyframe(t *testing.T) {
	s := simulcast.NewVideoSelector(0)
	wantAdmit(t, s, 0, false, false, false)
	wantAdmit(t, s, 0, true, true, true)
	wantAdmit(t, s, 0, false, true, false)
	wantAdmit(t, s, 0, true, true, false)
}

func TestOldLayerGoesOnUntilTheKeyframeOfTheNew(t *testing.T) {
	s := simulcast.NewVideoSelector(0)
	s.Admit(0, true)
	s.SetTarget(2)
	wantAdmit(t, s, 2, false, false, false)
	wantAdmit(t, s, 0, false, true, false)
	wantAdmit(t, s, 1, true, false, false)
	wantAdmit(t, s, 2, true, true, true)
	wantAdmit(t, s, 0, false, false, false)
	wantAdmit(t, s, 0, true, false, false)
	if s.Current() != 2 || s.Target() != 2 {
		t.Errorf("current %d target %d", s.Current(), s.Target())
	}
}

func TestNeedsKeyframeOfTheTargetOnly(t *testing.T) {
	s := simulcast.NewVideoSelector(1)
	if layer, needed := s.NeedsKeyframe(); !needed || layer != 1 {
		t.Errorf("at the start: layer %d, %v", layer, needed)
	}
	s.Admit(1, true)
	if _, needed := s.NeedsKeyframe(); needed {
		t.Error("after the keyframe")
	}
	s.SetTarget(0)
	if layer, needed := s.NeedsKeyframe(); !needed || layer != 0 {
		t.Errorf("after a new target: layer %d, %v", layer, needed)
	}
	s.Pause()
	if _, needed := s.NeedsKeyframe(); needed {
		t.Error("while paused")
	}
}

func TestTargetNoneStopsAtOnce(t *testing.T) {
	s := simulcast.NewVideoSelector(0)
	s.Admit(0, true)
	s.SetTarget(simulcast.None)
	wantAdmit(t, s, 0, true, false, false)
	if _, needed := s.NeedsKeyframe(); needed || s.Current() != simulcast.None {
		t.Error("something is still wanted")
	}
}

func TestResumedVideoWaitsForAKeyframe(t *testing.T) {
	s := simulcast.NewVideoSelector(0)
	s.Admit(0, true)
	s.Pause()
	if !s.Paused() {
		t.Error("not paused")
	}
	wantAdmit(t, s, 0, true, false, false)
	s.Resume()
	wantAdmit(t, s, 0, false, false, false)
	wantAdmit(t, s, 0, true, true, true)
}

func TestResumedAudioGoesOnWithTheNextPacket(t *testing.T) {
	s := simulcast.NewAudioSelector()
	wantAdmit(t, s, 0, false, true, true)
	wantAdmit(t, s, 0, false, true, false)
	s.Pause()
	wantAdmit(t, s, 0, false, false, false)
	s.Resume()
	if _, needed := s.NeedsKeyframe(); needed {
		t.Error("audio has no keyframes to wait for")
	}
	wantAdmit(t, s, 0, false, true, true)
}

func TestPacketsOfNoLayerAreNotForwarded(t *testing.T) {
	s := simulcast.NewVideoSelector(simulcast.None)
	wantAdmit(t, s, simulcast.None, true, false, false)
}

// TestEverySourceBeginsWithAKeyframe checks that whatever is commanded, what
// goes out is runs of one layer, each begun by a keyframe and marked as a switch.
func TestEverySourceBeginsWithAKeyframe(t *testing.T) {
	layers := rapid.Map(rapid.IntRange(-1, 2), func(i int) simulcast.Layer { return simulcast.Layer(i) })
	rapid.Check(t, func(t *rapid.T) {
		s := simulcast.NewVideoSelector(layers.Draw(t, "target"))
		running := simulcast.None
		for range rapid.IntRange(1, 100).Draw(t, "steps") {
			switch rapid.IntRange(0, 9).Draw(t, "command") {
			case 0:
				target := layers.Draw(t, "target")
				s.SetTarget(target)
				if target == simulcast.None {
					running = simulcast.None
				}
			case 1:
				s.Pause()
				running = simulcast.None
			case 2:
				s.Resume()
			}
			layer, keyframe := layers.Draw(t, "layer"), rapid.Bool().Draw(t, "keyframe")
			forward, switched := s.Admit(layer, keyframe)
			switch {
			case !forward && switched:
				t.Fatal("switched without forwarding")
			case !forward:
			case switched && (!keyframe || layer != s.Target() || s.Paused()):
				t.Fatalf("switched to layer %d, keyframe %v, target %d, paused %v", layer, keyframe, s.Target(), s.Paused())
			case !switched && layer != running:
				t.Fatalf("layer %d goes out while %d runs", layer, running)
			}
			if forward {
				running = layer
			}
			if running != s.Current() {
				t.Fatalf("current %d, but %d runs", s.Current(), running)
			}
		}
	})
}

func BenchmarkAdmit(b *testing.B) {
	s := simulcast.NewVideoSelector(1)
	s.Admit(1, true)
	b.ReportAllocs()
	for b.Loop() {
		s.Admit(0, false)
		s.Admit(1, false)
		s.Admit(2, false)
	}
}
