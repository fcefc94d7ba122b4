package simulcast_test

import (
	"strconv"
	"strings"
	"testing"

	"github.com/atrium-rtc/atrium/sfu/packet"
	"github.com/atrium-rtc/atrium/sfu/simulcast"
)

// layering is how the layers of an encoding build on each other.
type layering struct {
	spatial, temporal uint8 // how many layers
	leaning           leaning
}

// leaning says in which pictures a spatial layer builds on the one below.
type leaning uint8

const (
	always  leaning = iota // L3T3
	atKeys                 // L3T3_KEY
	nowhere                // S3T3
)

func (l layering) leans(key bool) bool {
	return l.leaning == always || l.leaning == atKeys && key
}

// needed returns the decode targets that are incomplete without a frame. A
// target above all layers is given the highest that there are.
func (l layering) needed(spatial, temporal uint8, key bool) (set packet.Targets) {
	for s := range uint8(packet.MaxSpatial + 1) {
		for t := range uint8(packet.MaxTemporal + 1) {
			row, column := min(s, l.spatial-1), min(t, l.temporal-1)
			if temporal <= column && (spatial == row || spatial < row && l.leans(key)) {
				set |= packet.TargetOf(s, t)
			}
		}
	}
	return set
}

// at returns the targets that are given the same as one of the layers.
func (l layering) at(spatial, temporal uint8) (set packet.Targets) {
	for s := range uint8(packet.MaxSpatial + 1) {
		for t := range uint8(packet.MaxTemporal + 1) {
			if min(s, l.spatial-1) == spatial && min(t, l.temporal-1) == temporal {
				set |= packet.TargetOf(s, t)
			}
		}
	}
	return set
}

// script plays pictures and commands, in words:
//
//	K:012      a key picture; its spatial layers 0, 1 and 2 go out
//	1:-        a picture of temporal layer 1; nothing goes out
//	1y:0       one whose frames refer to the base layer only (VP8's Y)
//	0u:0       one from which on the layers above may be entered (VP9's U)
//	0^1:0      one of which only the lowest spatial layer comes
//	p:-        padding
//	bK:0       a picture of encoding 1 rather than 0, which is a
//	b!         the source of encoding 1 begins anew
//	=b2.1      wanted are encoding 1, spatial layer 2, temporal layer 1
//	=b2.1/ac   with encodings 0 and 2 as openers
//	=none      whatever goes out
//	pause, resume
//	?b, ?any, ?no   the keyframe that is needed
//	@b2.1, @none    what goes out
type script struct {
	*testing.T
	selector  *simulcast.Selector
	layering  layering
	encodings [simulcast.MaxEncodings]struct {
		ts    uint32
		epoch uint8
	}
	word string // being played
}

func play(t *testing.T, l layering, words string) {
	t.Helper()
	s := &script{T: t, selector: simulcast.NewVideoSelector(), layering: l}
	for i := range s.encodings {
		s.encodings[i].ts = uint32(i)<<30 - 9000
	}
	for word := range strings.FieldsSeq(words) {
		s.word = word
		s.play(word)
	}
}

func (s *script) play(word string) {
	switch {
	case word == "pause":
		s.selector.Pause()
	case word == "resume":
		s.selector.Resume()
	case word[0] == '=':
		s.selector.SetTarget(s.target(word[1:]))
		if got := s.selector.Target(); got != s.target(word[1:]) {
			s.Errorf("%s: the target is %+v", word, got)
		}
	case word[0] == '?':
		s.keyframe(word[1:])
	case word[0] == '@':
		want := s.target(word[1:])
		if got := s.selector.Current(); got.Rung != want.Rung || got.Temporal != want.Temporal {
			s.Errorf("%s: %+v goes out", word, got)
		}
	case strings.HasSuffix(word, "!"):
		s.encodings[word[0]-'a'].epoch++
	default:
		s.picture(word)
	}
}

func (s *script) target(word string) simulcast.Target {
	if word == "none" {
		return simulcast.Target{Rung: none}
	}
	word, openers, _ := strings.Cut(word, "/")
	t := simulcast.Target{Rung: rung(simulcast.Layer(word[0]-'a'), s.number(word[1:2])), Temporal: s.number(word[3:])}
	for _, opener := range openers {
		t.Openers |= 1 << (opener - 'a')
	}
	return t
}

func (s *script) number(word string) uint8 {
	n, err := strconv.ParseUint(word, 10, 8)
	if err != nil {
		s.Fatalf("%s: %v", s.word, err)
	}
	return uint8(n)
}

func (s *script) keyframe(want string) {
	layer, needed := s.selector.NeedsKeyframe()
	got := "no"
	switch {
	case needed && layer == simulcast.None:
		got = "any"
	case needed:
		got = string(rune('a' + layer))
	}
	if got != want {
		s.Errorf("%s: the keyframe that is needed is %s", s.word, got)
	}
}

// picture sends the frames of one picture, each in two packets, and looks which
// go out.
func (s *script) picture(word string) {
	kind, want, _ := strings.Cut(word, ":")
	layer := simulcast.Layer(0)
	if strings.ContainsAny(kind[:1], "abcd") {
		layer = simulcast.Layer(kind[0] - 'a')
		kind = kind[1:]
	}
	e := &s.encodings[layer]
	e.ts += 3000
	if kind == "p" {
		if got := s.selector.Admit(&packet.Packet{Layer: layer, Epoch: e.epoch, Timestamp: e.ts}); got > simulcast.Leave {
			s.Errorf("%s: padding goes out", word)
		}
		return
	}
	out, present := "", s.layering.spatial
	kind, top, absent := strings.Cut(kind, "^")
	if absent {
		present = s.number(top)
	}
	for spatial := range present {
		p := s.frame(kind, spatial)
		p.Layer, p.Epoch, p.Timestamp = layer, e.epoch, e.ts
		p.FrameStart = true
		first := s.selector.Admit(p)
		p.FrameStart, p.Keyframe, p.Switch = false, false, packet.NoTargets
		if second := s.selector.Admit(p); (first >= simulcast.Forward) != (second == simulcast.Forward) {
			s.Errorf("%s: spatial layer %d goes out in part", word, spatial)
		}
		if first >= simulcast.Forward {
			out += strconv.Itoa(int(spatial))
		}
	}
	if out == "" {
		out = "-"
	}
	if out != want {
		s.Errorf("%s: %s goes out", word, out)
	}
}

func (s *script) frame(kind string, spatial uint8) *packet.Packet {
	if kind == "K" {
		p := &packet.Packet{Spatial: spatial, Keyframe: spatial == 0, Needed: s.layering.needed(spatial, 0, true)}
		for t := range s.layering.temporal {
			p.Switch |= s.layering.at(spatial, t)
		}
		if spatial == 0 {
			p.Switch = packet.AllTargets
		}
		return p
	}
	temporal := s.number(kind[:1])
	p := &packet.Packet{Spatial: spatial, Temporal: temporal, Needed: s.layering.needed(spatial, temporal, false)}
	switch kind[1:] {
	case "y":
		p.Switch = s.layering.at(spatial, temporal)
	case "u":
		for t := temporal + 1; t < s.layering.temporal; t++ {
			p.Switch |= s.layering.at(spatial, t)
		}
	}
	return p
}
