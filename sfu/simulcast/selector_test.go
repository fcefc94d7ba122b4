package simulcast_test

import (
	"testing"

	"github.com/atrium-rtc/atrium/sfu/packet"
	"github.com/atrium-rtc/atrium/sfu/simulcast"
)

// scenario is a script and the behaviour that it shows.
type scenario struct{ behaviour, words string }

func playAll(t *testing.T, l layering, scenarios []scenario) {
	t.Helper()
	for _, s := range scenarios {
		t.Run(s.behaviour, func(t *testing.T) { play(t, l, s.words) })
	}
}

func TestEncodings(t *testing.T) {
	playAll(t, layering{1, 1, always}, []scenario{
		{"video starts at a keyframe", "@none 0:- ?any K:0 ?no 0:0 K:0 0:0"},
		{"the first keyframe of any encoding will do", "b0:- bK:0 @b3.3 ?no aK:- b0:0 bK:0 cK:-"},
		{"of a known target only its own keyframe will do", "=b0.3 ?b aK:- b0:- bK:0 ?no b0:0"},
		{"the old encoding goes on until the keyframe of the new", "=a0.3 aK:0 =c0.3 ?c c0:- a0:0 bK:- aK:0 @a0.3 cK:0 @c0.3 ?no a0:- aK:- c0:0"},
		{"a target that changes back needs no keyframe", "=a0.3 aK:0 =c0.3 ?c a0:0 =a0.3 ?no a0:0 cK:- a0:0"},
		{"without a target what goes out goes on", "=b0.3 bK:0 =none ?no b0:0 aK:- b0:0"},
		{"without a target nothing needs to be right", "=none ?any bK:0 aK:-"},
		{"an opener will do at first", "=b0.3/a ?b a0:- aK:0 ?b @a3.3 a0:0 bK:0 ?no a0:- aK:- b0:0"},
		{"an opener takes over from nobody", "=c0.3/ab aK:0 bK:- a0:0 bK:- cK:0 aK:-"},
		{"what is no opener does not open", "=c0.3/b aK:- bK:0"},
		{"the target needs to be no opener", "=c0.3/a cK:0 aK:-"},
		{"paused, nothing goes out and nothing is needed", "=a0.3 K:0 pause ?no @none 0:- K:- ?no"},
		{"resumed video waits for a keyframe", "=a0.3 K:0 pause 0:- resume ?a 0:- K:0 ?no 0:0"},
		{"paused before it began", "=a0.3 pause K:- resume ?a 0:- K:0"},
		{"the target may change while paused", "=a0.3 aK:0 pause =b0.3 ?no resume ?b aK:- a0:- bK:0"},
		{"an opener will do after a pause, too", "=b0.3/a bK:0 pause b0:- resume ?b b0:- aK:0 a0:0 bK:0"},
		{"padding is left out", "K:0 p:- 0:0"},
		{"padding begins nothing", "p:- ?any K:0"},
	})
}

func TestEncodingThatBeginsAnew(t *testing.T) {
	playAll(t, layering{1, 1, always}, []scenario{
		{"begins with its keyframe", "=a0.3 K:0 0:0 a! K:0 ?no 0:0"},
		{"needs a keyframe if that was lost", "=a0.3 K:0 0:0 a! 0:- ?a @none K:0 ?no 0:0"},
		{"needs one of any encoding if none is wanted", "bK:0 b! b0:- ?any aK:0"},
		{"goes on while another one is waited for", "=a0.3 aK:0 =b0.3 a! aK:0 ?b a0:0 bK:0 a0:-"},
		{"opens again while another one is waited for", "=b0.3/a aK:0 a! a0:- ?b aK:0 ?b bK:0"},
		{"is noticed by its padding, too", "=a0.3 K:0 a! p:- ?a 0:- K:0"},
		{"does not matter while another one goes out", "=a0.3 aK:0 b! bK:- a0:0 ?no"},
		{"does not matter while paused", "=a0.3 K:0 pause a! K:- resume ?a 0:- K:0 0:0"},
	})
}

// TestTemporalLayers of VP8 and others without spatial layers.
func TestTemporalLayers(t *testing.T) {
	playAll(t, layering{1, 3, always}, []scenario{
		{"all go out unless somebody wants less", "K:0 2:0 1:0 2:0 0:0"},
		{"fewer from the beginning", "=a0.0 K:0 2:- 1:- 2:- 0:0 @a0.0"},
		{"down at once", "=a0.2 K:0 2:0 1:0 =a0.1 2:- 0:0 2:- 1:0 =a0.0 2:- 0:0 1:- 0:0 ?no"},
		{"back up at once where nothing was left out", "=a0.0 K:0 0:0 =a0.2 2:0 1:0 2:0"},
		{"back up at once to a layer of which nothing was left out", "=a0.1 K:0 1:0 0:0 =a0.2 2:0 =a0.1 0:0 1:0 =a0.2 2:0"},
		{"up at a keyframe", "=a0.0 K:0 2:- 1:- =a0.2 2:- 1:- 0:0 1:- K:0 2:0 1:0"},
		{"up costs no keyframe", "=a0.0 K:0 1:- =a0.2 ?no 1:- ?no"},
		{"Y: up where the layer refers to the base only", "=a0.0 K:0 2:- 1:- =a0.1 0:0 1:- 0:0 1y:0 2y:- 0:0 1:0"},
		{"Y: one layer after the other", "=a0.0 K:0 2:- 1:- =a0.2 2y:- 0:0 1y:0 @a0.1 2:- 0:0 2y:0 @a0.2 1:0 2:0"},
		{"Y: not of a layer that is not wanted", "=a0.0 K:0 2:- 1y:- 2y:- 0:0 1y:-"},
		{"Y: missed while something else was wanted", "=a0.0 K:0 1:- 0:0 1y:- =a0.1 0:0 1:- 0:0 1y:0"},
		{"Y: the layer above a left out one is no way up", "=a0.1 K:0 1:0 2:- =a0.0 0:0 1:- =a0.2 0:0 2y:- 1y:0 2y:0"},
		{"U: up from the base", "=a0.0 K:0 2:- 1:- =a0.2 2:- 0:0 1:- 0u:0 2:0 1:0 2:0"},
		{"U: up from the middle", "=a0.1 K:0 2:- 1:0 =a0.2 2:- 0:0 2:- 1u:0 2:0 0:0 2:0"},
		{"U: not from a layer that is not complete", "=a0.0 K:0 2:- 1:- =a0.2 2:- 1u:- 2:- 0u:0 2:0"},
		{"U: holds until something is left out", "=a0.0 K:0 1:- 0u:0 =a0.1 1:0 =a0.0 0u:0 1:- =a0.1 0:0 1:-"},
		{"beyond the highest", "=a0.1 K:0 1:0 =a0.9 2:0 @a0.3"},
		{"of the old encoding while another one is waited for", "=a0.2 aK:0 a2:0 =b0.0 a2:- a1:- a0:0 =b0.2 a2:- a0u:0 a2:0 bK:0 b2:0"},
	})
}

func TestSpatialLayersOfFullSVC(t *testing.T) {
	playAll(t, layering{3, 3, always}, []scenario{
		{"all go out unless somebody wants less", "K:012 2:012 1:012 0:012"},
		{"fewer from the beginning", "=a1.2 K:01 2:01 0:01 @a1.2"},
		{"down at once", "=a2.2 K:012 2:012 =a1.2 1:01 2:01 =a0.2 0:0 2:0 1:0 ?no"},
		{"up at a key picture", "=a0.2 K:0 2:0 =a2.2 ?a 1:0 2:0 @a0.2 K:012 ?no 2:012"},
		{"up at once where nothing was left out", "=a2.2 K:012 =a0.2 =a2.2 ?no 0:012"},
		{"back up needs a key picture", "=a2.2 K:012 =a0.2 0:0 =a2.2 ?a 0:0 =a1.2 ?a 0:0 K:01 ?no =a0.2 ?no"},
		{"up as far as nothing was left out", "=a1.2 K:01 =a0.2 0^1:0 =a2.2 0:01 ?a K:012"},
		{"both ways at once", "=a2.0 K:012 2:- 1:- =a0.2 ?no 2:- 1:- 0:0 0u:0 2:0 1:0"},
		{"temporal layers up with all spatial ones", "=a2.0 K:012 2:- 1:- =a2.2 0:012 1:- 0u:012 2:012 1:012 2:012"},
		{"temporal layers down at once", "=a2.2 K:012 2:012 =a2.0 1:- 2:- 0:012"},
		{"beyond the highest", "=a3.3 K:012 0:012 2:012 @a3.3"},
		{"of the old encoding while another one is waited for", "=a1.2 aK:01 =b2.1 a0:01 a2:- aK:01 bK:012 b1:012 b2:-"},
	})
}

func TestSpatialLayersThatLeanAtKeyPicturesOnly(t *testing.T) {
	playAll(t, layering{3, 3, atKeys}, []scenario{
		{"one layer goes out between key pictures", "=a2.2 K:012 2:2 1:2 0:2 K:012 0:2"},
		{"the lower layers of a key picture go out with it", "=a1.2 K:01 2:1 0:1"},
		{"down at a key picture only", "=a2.2 K:012 0:2 =a0.2 ?a 2:2 0:2 @a2.2 K:0 ?no 0:0 2:0"},
		{"up at a key picture only", "=a0.2 K:0 0:0 =a2.2 ?a 2:0 0:0 K:012 ?no 2:2"},
		{"down as far as nothing was left out", "=a2.2 K:012 0^1:- =a0.2 0:1 ?a K:0"},
		{"down at once right behind a key picture", "=a2.2 K:012 =a0.2 ?no 0:0 2:0"},
		{"temporal layers down at once", "=a2.2 K:012 2:2 =a2.1 0:2 2:- 1:2"},
		{"temporal layers up where all is told", "=a2.1 K:012 2:- 1:2 =a2.2 0:2 2:- 0u:2 2:2"},
		{"the temporal layers of another spatial layer are another matter", "=a2.2 K:012 2:2 1:2 =a1.0 K:01 2:- 1:- 0:1"},
	})
}

func TestSpatialLayersThatStandApart(t *testing.T) {
	playAll(t, layering{3, 3, nowhere}, []scenario{
		{"one goes out, with the keyframe that it begins with", "=a2.2 K:02 2:2 1:2 0:2"},
		{"and alone at the next key picture", "=a2.2 K:02 0:2 K:2 0:2"},
		{"the lowest", "=a0.2 K:0 2:0 0:0 K:0"},
		{"down at a key picture only", "=a2.2 K:02 0:2 =a0.2 ?a 0:2 K:0 ?no 0:0"},
		{"up at a key picture only", "=a0.2 K:0 0:0 =a1.2 ?a 0:0 K:1 ?no 0:1"},
		{"all wanted is the highest", "K:02 0:2"},
	})
}

// parts is a Selector whose packets come one by one, in any order.
type parts struct {
	*testing.T
	*simulcast.Selector
	layering
}

// newParts returns one that sends the base temporal layer, after two pictures at
// 0 and 3000 whose upper layers were left out.
func newParts(t *testing.T, l layering) *parts {
	t.Helper()
	s := &parts{T: t, Selector: simulcast.NewVideoSelector(), layering: l}
	s.SetTarget(simulcast.Target{Rung: rung(0, 0)})
	key := s.packet(0, 0, 0, true)
	key.Keyframe, key.Needed, key.Switch = true, l.needed(0, 0, true), packet.AllTargets
	s.want(simulcast.Begin, key)
	for spatial := uint8(1); spatial < l.spatial; spatial++ {
		s.want(simulcast.Leave, s.packet(0, spatial, 0, true))
	}
	for temporal := l.temporal - 1; temporal > 0; temporal-- {
		s.want(simulcast.Leave, s.packet(3000, 0, temporal, true))
	}
	return s
}

func (s *parts) wanted(spatial, temporal uint8) {
	s.SetTarget(simulcast.Target{Rung: rung(0, spatial), Temporal: temporal})
}

func (s *parts) packet(ts uint32, spatial, temporal uint8, start bool) *packet.Packet {
	return &packet.Packet{
		Timestamp: ts, Spatial: spatial, Temporal: temporal, FrameStart: start, Needed: s.needed(spatial, temporal, false),
	}
}

// sync returns the first packet of a frame that begins its temporal layer.
func (s *parts) sync(ts uint32, temporal uint8) *packet.Packet {
	p := s.packet(ts, 0, temporal, true)
	p.Switch = s.at(0, temporal)
	return p
}

func (s *parts) want(want simulcast.Verdict, p *packet.Packet) {
	s.Helper()
	if got := s.Admit(p); got != want {
		s.Errorf("packet of %d, layer %d.%d, start %v: verdict %d, want %d", p.Timestamp, p.Spatial, p.Temporal, p.FrameStart, got, want)
	}
}

func TestChangesAreMadeBetweenPictures(t *testing.T) {
	t.Run("not between the packets of a frame", func(t *testing.T) {
		s := newParts(t, layering{1, 2, always})
		s.want(simulcast.Forward, s.packet(6000, 0, 0, true))
		s.wanted(0, 1)
		s.want(simulcast.Forward, s.packet(6000, 0, 0, false))
		s.want(simulcast.Forward, s.sync(9000, 1))
		s.wanted(0, 0)
		s.want(simulcast.Forward, s.packet(9000, 0, 1, false))
		s.want(simulcast.Leave, s.packet(12_000, 0, 1, true))
	})
	t.Run("not between the spatial layers of a picture", func(t *testing.T) {
		s := &parts{T: t, Selector: simulcast.NewVideoSelector(), layering: layering{3, 1, always}}
		s.wanted(2, 0)
		key := s.packet(0, 0, 0, true)
		key.Keyframe, key.Switch = true, packet.AllTargets
		s.want(simulcast.Begin, key)
		s.wanted(0, 0)
		s.want(simulcast.Forward, s.packet(0, 1, 0, true))
		s.want(simulcast.Forward, s.packet(0, 2, 0, true))
		s.want(simulcast.Forward, s.packet(3000, 0, 0, true))
		s.want(simulcast.Leave, s.packet(3000, 1, 0, true))
		s.wanted(2, 0)
		key.Timestamp = 6000
		s.wanted(0, 0)
		s.want(simulcast.Forward, key)
		s.wanted(2, 0)
		s.want(simulcast.Leave, s.packet(6000, 1, 0, true))
	})
	t.Run("with the first packet that comes of a picture", func(t *testing.T) {
		s := newParts(t, layering{1, 2, always})
		s.wanted(0, 1)
		s.want(simulcast.Forward, s.sync(6000, 1))
		s.wanted(0, 0)
		s.want(simulcast.Leave, s.packet(9000, 0, 1, false)) // not the first that was sent
		s.want(simulcast.Leave, s.packet(9000, 0, 1, true))
	})
}

// TestReorderedPacketsGoTheWayOfTheirPicture: or half a frame would go out.
func TestReorderedPacketsGoTheWayOfTheirPicture(t *testing.T) {
	t.Run("the start of a frame that was left out is no way up", func(t *testing.T) {
		s := newParts(t, layering{1, 2, always})
		s.wanted(0, 1)
		s.want(simulcast.Leave, s.packet(6000, 0, 1, false))
		s.want(simulcast.Leave, s.sync(6000, 1))
		s.want(simulcast.Forward, s.packet(9000, 0, 0, true))
		s.want(simulcast.Leave, s.packet(12_000, 0, 1, true))
		s.want(simulcast.Forward, s.sync(15_000, 1))
	})
	t.Run("a start behind the next picture is no way up", func(t *testing.T) {
		s := newParts(t, layering{1, 2, always})
		s.want(simulcast.Leave, s.packet(9000, 0, 1, true))
		s.want(simulcast.Leave, s.sync(6000, 1))
		s.wanted(0, 1)
		s.want(simulcast.Leave, s.packet(12_000, 0, 1, true))
	})
	for _, tt := range []struct {
		name  string
		newer uint32 // timestamp of the newest picture when the key picture's start comes
	}{
		{"the start of a key picture behind its upper layer is no way up", 6000},
		{"the start of a key picture behind the next one is no way up", 9000},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := newParts(t, layering{2, 1, always})
			s.want(simulcast.Leave, s.packet(6000, 1, 0, true))
			s.want(simulcast.Forward, s.packet(tt.newer, 0, 0, false))
			key := s.packet(6000, 0, 0, true)
			key.Keyframe, key.Switch = true, packet.AllTargets
			s.want(simulcast.Forward, key)
			s.wanted(1, 0)
			s.want(simulcast.Forward, s.packet(12_000, 0, 0, true))
			s.want(simulcast.Leave, s.packet(12_000, 1, 0, true))
			if _, needed := s.NeedsKeyframe(); !needed {
				t.Error("no key picture is needed")
			}
		})
	}
	t.Run("repaired after the way down", func(t *testing.T) {
		s := newParts(t, layering{1, 2, always})
		s.wanted(0, 1)
		s.want(simulcast.Forward, s.sync(6000, 1))
		s.wanted(0, 0)
		s.want(simulcast.Forward, s.packet(9000, 0, 0, true))
		s.want(simulcast.Leave, s.packet(12_000, 0, 1, true))
		s.want(simulcast.Forward, s.packet(6000, 0, 1, false))
	})
	t.Run("repaired after the way up", func(t *testing.T) {
		s := newParts(t, layering{1, 2, always})
		s.want(simulcast.Leave, s.packet(6000, 0, 1, true))
		s.wanted(0, 1)
		s.want(simulcast.Forward, s.sync(9000, 1))
		s.want(simulcast.Leave, s.packet(6000, 0, 1, false))
		s.want(simulcast.Forward, s.packet(12_000, 0, 1, true)) // and is not missed
	})
}

// TestFrameThatIsMissedGoesOutLate: what goes out by now builds on it, and it was
// not left out when it was its turn.
func TestFrameThatIsMissedGoesOutLate(t *testing.T) {
	s := newParts(t, layering{1, 2, always})
	s.wanted(0, 1)
	s.want(simulcast.Forward, s.sync(6000, 1))
	s.wanted(0, 0)
	s.want(simulcast.Forward, s.packet(9000, 0, 0, true))
	s.wanted(0, 1)
	s.want(simulcast.Forward, s.packet(15_000, 0, 0, true))
	s.want(simulcast.Forward, s.packet(12_000, 0, 1, true))
	s.want(simulcast.Forward, s.packet(18_000, 0, 1, true))
}

// TestFrameBehindTheEndOfItsPictureIsLeftOut: the receiver has shown that picture.
// What builds on it needs another keyframe.
func TestFrameBehindTheEndOfItsPictureIsLeftOut(t *testing.T) {
	s := newParts(t, layering{2, 1, atKeys})
	key := s.packet(6000, 0, 0, true)
	key.Keyframe, key.Needed, key.Switch = true, s.needed(0, 0, true), packet.AllTargets
	s.want(simulcast.Forward, key)
	s.wanted(1, 0)
	s.want(simulcast.Leave, s.packet(9000, 0, 0, true))
	s.want(simulcast.Forward, s.packet(9000, 1, 0, true))
	if _, needed := s.NeedsKeyframe(); needed {
		t.Error("a keyframe is needed before anything is missed")
	}
	s.want(simulcast.Leave, s.packet(6000, 1, 0, true))
	if _, needed := s.NeedsKeyframe(); !needed {
		t.Error("no keyframe is needed")
	}
}

func TestMarkerStandsAtTheEndOfWhatGoesOut(t *testing.T) {
	s := &parts{T: t, Selector: simulcast.NewVideoSelector(), layering: layering{3, 2, always}}
	ends := func(ts uint32, spatial, temporal uint8, want bool) {
		t.Helper()
		p := s.packet(ts, spatial, temporal, false)
		if s.Ends(p) {
			t.Errorf("a packet inside layer %d of %d has the marker", spatial, ts)
		}
		if p.FrameEnd = true; s.Ends(p) != want {
			t.Errorf("the end of layer %d of %d has the marker: %v, want %v", spatial, ts, !want, want)
		}
		if p.Marker = true; !s.Ends(p) {
			t.Errorf("the end of picture %d has no marker", ts)
		}
	}
	key := s.packet(0, 0, 0, true)
	key.Keyframe, key.Switch = true, packet.AllTargets
	s.want(simulcast.Begin, key)
	for spatial := range uint8(3) {
		ends(0, spatial, 0, false) // that tells the publisher
	}
	s.wanted(1, 1)
	s.want(simulcast.Forward, s.packet(3000, 0, 1, true))
	ends(3000, 0, 1, false)
	ends(3000, 1, 1, true)
	s.wanted(1, 0)
	s.want(simulcast.Forward, s.packet(6000, 0, 0, true))
	ends(6000, 1, 0, true)
	ends(3000, 0, 1, false) // late
	ends(3000, 1, 1, true)
	s.wanted(0, 1)
	s.want(simulcast.Forward, s.packet(12_000, 0, 0, true))
	ends(12_000, 0, 0, true)
	ends(6000, 0, 0, false)
	ends(6000, 1, 0, true)
	s.want(simulcast.Forward, s.packet(9000, 0, 1, true)) // without the layer above
	ends(9000, 0, 1, true)
}

// TestClockOfThePublisherMayBeSet: changes are still made, forward and back.
func TestClockOfThePublisherMayBeSet(t *testing.T) {
	for _, ts := range []uint32{3_600 * videoClock, 1<<32 - 3_600*videoClock, 1 << 31} {
		s := newParts(t, layering{1, 2, always})
		s.wanted(0, 1)
		s.want(simulcast.Forward, s.sync(6000, 1))
		s.want(simulcast.Forward, s.packet(ts, 0, 1, true))
		s.wanted(0, 0)
		s.want(simulcast.Leave, s.packet(ts+3000, 0, 1, true))
		s.want(simulcast.Forward, s.packet(ts+6000, 0, 0, true))
		s.wanted(0, 1)
		s.want(simulcast.Leave, s.packet(ts+9000, 0, 1, true))
		s.want(simulcast.Forward, s.sync(ts+12_000, 1))
	}
}

// TestChangesAreMadeAfterHoursWithout: the timestamp of the last one has become
// one of the future.
func TestChangesAreMadeAfterHoursWithout(t *testing.T) {
	s := newParts(t, layering{1, 2, always})
	s.wanted(0, 1)
	s.want(simulcast.Forward, s.sync(6000, 1))
	var ts uint32
	for ts = 9000; ts < 1<<31+100*videoClock; ts += 5 * videoClock {
		s.want(simulcast.Forward, s.packet(ts, 0, 1, true))
	}
	s.wanted(0, 0)
	s.want(simulcast.Leave, s.packet(ts, 0, 1, true))
}

func TestAudio(t *testing.T) {
	sound := func(layer simulcast.Layer, ts uint32) *packet.Packet {
		return &packet.Packet{Layer: layer, Timestamp: ts, Needed: packet.AllTargets}
	}
	s := &parts{T: t, Selector: simulcast.NewAudioSelector()}
	if _, needed := s.NeedsKeyframe(); needed {
		t.Error("audio has no keyframes to wait for")
	}
	s.want(simulcast.Ignore, sound(simulcast.None, 0))
	s.want(simulcast.Ignore, &packet.Packet{}) // padding
	s.want(simulcast.Begin, sound(0, 960))
	s.want(simulcast.Forward, sound(0, 1920))
	s.want(simulcast.Forward, sound(0, 0)) // late
	s.want(simulcast.Leave, &packet.Packet{Timestamp: 1920})
	s.Pause()
	if !s.Paused() {
		t.Error("not paused")
	}
	s.want(simulcast.Ignore, sound(0, 2880))
	s.Resume()
	if _, needed := s.NeedsKeyframe(); needed || s.Paused() {
		t.Error("resumed audio waits for something")
	}
	s.want(simulcast.Begin, sound(0, 3840))
	s.want(simulcast.Forward, sound(0, 4800))
	anew := sound(0, 77)
	anew.Epoch = 1
	s.want(simulcast.Begin, anew)
}

// TestPauseDoesNotEndWithAnOldKeyframe that was late: what came after it did not go
// out.
func TestPauseDoesNotEndWithAnOldKeyframe(t *testing.T) {
	for _, tt := range []struct {
		ts   uint32
		want simulcast.Verdict
	}{
		{6000, simulcast.Ignore},
		{9000, simulcast.Ignore},
		{12_000, simulcast.Begin},
		{7 * 3600 * videoClock, simulcast.Begin}, // more than half a cycle
	} {
		s := newParts(t, layering{1, 1, always})
		s.want(simulcast.Forward, s.packet(6000, 0, 0, true))
		s.want(simulcast.Forward, s.packet(9000, 0, 0, true))
		s.Pause()
		s.want(simulcast.Ignore, s.packet(12_000, 0, 0, true))
		s.Resume()
		key := s.packet(tt.ts, 0, 0, true)
		key.Keyframe, key.Switch = true, packet.AllTargets
		s.want(tt.want, key)
	}
}

func TestPacketsOfNoLayerAreNotForwarded(t *testing.T) {
	s := &parts{T: t, Selector: simulcast.NewVideoSelector()}
	key := &packet.Packet{Layer: simulcast.None, Keyframe: true, FrameStart: true, Needed: packet.AllTargets, Switch: packet.AllTargets}
	s.want(simulcast.Ignore, key)
	s.SetTarget(simulcast.Target{Rung: rung(0, 0), Openers: 0xff})
	s.want(simulcast.Ignore, key)
}
