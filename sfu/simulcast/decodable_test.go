package simulcast_test

import (
	"slices"
	"testing"

	"pgregory.net/rapid"

	"github.com/atrium-rtc/atrium/sfu/packet"
	"github.com/atrium-rtc/atrium/sfu/simulcast"
)

// frame is one spatial layer of a picture, and what it refers to.
type frame struct {
	packet.Packet // the first one, then the others

	number  int
	key     bool  // of a key picture
	refs    []int // numbers of frames of the same encoding
	packets int
}

// encoder makes pictures whose references are drawn, and marks them truly.
type encoder struct {
	layering
	layer    simulcast.Layer
	epoch    uint8
	upOnly   bool // marks frames as VP8's Y does, else as VP9's U
	ts       uint32
	pictures int
	number   int       // of the next frame
	last     [3][3]int // the newest frame of each layer since the last key picture, -1 for none
	opened   uint8     // spatial layers of the last picture if it let all temporal layers in
}

func newEncoder(t *rapid.T, layer simulcast.Layer) *encoder {
	e := &encoder{layer: layer, ts: rapid.Uint32().Draw(t, "ts"), upOnly: rapid.Bool().Draw(t, "Y")}
	e.spatial = uint8(rapid.IntRange(1, 3).Draw(t, "spatial"))
	e.temporal = uint8(rapid.IntRange(1, 3).Draw(t, "temporal"))
	e.leaning = rapid.SampledFrom([]leaning{always, atKeys, nowhere}).Draw(t, "leaning")
	return e
}

// one reports true once in n times.
func one(t *rapid.T, n int, label string) bool { return rapid.IntRange(1, n).Draw(t, label) == n }

// picture returns the frames of the next picture, the smallest first. The first
// one is a key picture.
func (e *encoder) picture(t *rapid.T) []*frame {
	key := e.pictures == 0 || one(t, 10, "key")
	e.ts += uint32(rapid.IntRange(90, 9000).Draw(t, "interval"))
	e.pictures++
	e.opened = 0
	if key {
		for s := range e.last {
			e.last[s] = [3]int{-1, -1, -1}
		}
		return e.frames(t, 0, true, false)
	}
	temporal := uint8(rapid.IntRange(0, int(e.temporal)-1).Draw(t, "layer"))
	mark := one(t, 4, "mark")
	list := e.frames(t, temporal, false, mark)
	if mark && temporal == 0 && !e.upOnly {
		e.opened = uint8(len(list))
	}
	return list
}

func (e *encoder) frames(t *rapid.T, temporal uint8, key, mark bool) []*frame {
	var list []*frame
	for s := range e.spatial {
		if s > 0 && !key && one(t, 10, "absent") {
			break
		}
		f := &frame{number: e.number, key: key, packets: rapid.IntRange(1, 3).Draw(t, "packets")}
		f.Layer, f.Epoch, f.Timestamp, f.FrameStart = e.layer, e.epoch, e.ts, true
		f.Spatial, f.Temporal, f.Needed = s, temporal, e.needed(s, temporal, key)
		if s > 0 && e.leans(key) {
			f.refs = append(f.refs, e.number-1)
		}
		switch {
		case key:
			f.Keyframe = s == 0
			f.Switch = packet.AllTargets
			if s > 0 {
				f.Switch = 0
				for temporal := range e.temporal {
					f.Switch |= e.at(s, temporal)
				}
			}
		case s > 0 && temporal == 0 && e.leaning == always && one(t, 6, "no look back"):
			f.Switch = e.at(s, 0)
		default:
			f.refs = append(f.refs, e.references(t, s, temporal, mark && e.upOnly)...)
		}
		if mark {
			f.Switch |= e.mark(s, temporal)
		}
		e.last[s][temporal] = e.number
		e.number++
		list = append(list, f)
	}
	return list
}

// references returns earlier frames of the spatial layer that a frame refers to:
// the base, and unless it is a new beginning others that are not above it.
func (e *encoder) references(t *rapid.T, s, temporal uint8, base bool) []int {
	var refs []int
	for of := range temporal + 1 {
		if n := e.last[s][of]; n >= 0 && (of == 0 || !base && rapid.Bool().Draw(t, "refers")) {
			refs = append(refs, n)
		}
	}
	return refs
}

// mark returns the targets that the frame lets in, and lets later ones hold to it.
func (e *encoder) mark(s, temporal uint8) (set packet.Targets) {
	if e.upOnly {
		if temporal == 0 {
			return 0
		}
		return e.at(s, temporal)
	}
	for above := temporal + 1; above < e.temporal; above++ {
		set |= e.at(s, above)
		e.last[s][above] = -1
	}
	return set
}

// viewer judges what goes out to one subscriber.
type viewer struct {
	*rapid.T
	*simulcast.Selector
	sent map[int]bool // frames of what goes out
}

// picture gives the viewer a picture, packet by packet, and returns its frames
// that went out.
func (v *viewer) picture(list []*frame) (out []*frame) {
	for _, f := range list {
		before := v.Current()
		paused, target := v.Paused(), v.Target()
		verdict := v.Admit(&f.Packet)
		if verdict == simulcast.Begin {
			v.began(f, before.Layer, target, paused)
		}
		f.FrameStart, f.Keyframe, f.Switch = false, false, packet.NoTargets
		for range f.packets - 1 {
			if got := v.Admit(&f.Packet); got != verdict && (verdict != simulcast.Begin || got != simulcast.Forward) {
				v.Fatalf("frame %d.%d begins with %d and goes on with %d", f.Layer, f.number, verdict, got)
			}
		}
		if verdict != simulcast.Forward && verdict != simulcast.Begin {
			continue
		}
		for _, ref := range f.refs {
			if !v.sent[ref] {
				v.Fatalf("frame %d.%d (S%dT%d) goes out, and frame %d that it refers to did not", f.Layer, f.number, f.Spatial, f.Temporal, ref)
			}
		}
		v.sent[f.number] = true
		out = append(out, f)
	}
	return out
}

// began judges the beginning of an encoding.
func (v *viewer) began(f *frame, before simulcast.Layer, target simulcast.Target, paused bool) {
	wanted := target.Layer == simulcast.None || f.Layer == target.Layer || f.Layer == before
	opener := before == simulcast.None && target.Openers>>f.Layer&1 == 1
	if !f.Keyframe || paused || !wanted && !opener {
		v.Fatalf("frame %d.%d begins: keyframe %v, paused %v, before %d, target %+v", f.Layer, f.number, f.Keyframe, paused, before, target)
	}
	v.sent = map[int]bool{}
}

// command changes what is wanted, now and then.
func (v *viewer) command(encoders []*encoder) {
	switch rapid.IntRange(0, 24).Draw(v.T, "command") {
	case 0:
		v.Pause()
	case 1, 2, 3, 4:
		v.Resume()
	case 5:
		v.SetTarget(simulcast.Target{Rung: none, Temporal: packet.MaxTemporal})
	case 6, 7, 8, 9, 10:
		e := rapid.SampledFrom(encoders).Draw(v.T, "encoding")
		v.SetTarget(simulcast.Target{
			Rung:     rung(e.layer, uint8(rapid.IntRange(0, int(e.spatial)-1).Draw(v.T, "target spatial"))),
			Temporal: uint8(rapid.IntRange(0, int(e.temporal)-1).Draw(v.T, "target temporal")),
			Openers:  rapid.Uint8().Draw(v.T, "openers"),
		})
	case 11:
		e := rapid.SampledFrom(encoders).Draw(v.T, "encoding")
		e.epoch, e.pictures, e.ts = e.epoch+1, 0, rapid.Uint32().Draw(v.T, "ts")
	}
}

// wantOut judges what of a picture went out, by what is wanted and what can be
// decoded.
func (v *viewer) wantOut(e *encoder, list, out []*frame, opened uint8) {
	now, target := v.Current(), v.Target()
	if v.Paused() || now.Layer != e.layer {
		if len(out) > 0 {
			v.Fatalf("a picture of encoding %d goes out, paused %v, current %+v", e.layer, v.Paused(), now)
		}
		return
	}
	for _, f := range list {
		sent := v.sent[f.number]
		if own := f.Spatial == min(now.Spatial, e.spatial-1) && f.Temporal <= now.Temporal; own && !sent {
			v.Fatalf("frame S%dT%d is withheld from a viewer of %+v", f.Spatial, f.Temporal, now)
		}
		if f.Temporal > now.Temporal && sent {
			v.Fatalf("frame S%dT%d goes out to a viewer of %+v", f.Spatial, f.Temporal, now)
		}
	}
	if target.Layer != e.layer {
		return
	}
	switch {
	case list[0].key && (now.Rung != target.Rung || now.Temporal != target.Temporal):
		v.Fatalf("%+v goes out after a key picture, not the target %+v", now, target)
	case now.Temporal > target.Temporal, e.leaning == always && now.Spatial > target.Spatial:
		v.Fatalf("%+v goes out, more than the target %+v", now, target)
	case now.Spatial < opened && now.Temporal != target.Temporal:
		v.Fatalf("%+v goes out, the target %+v was open", now, target)
	}
}

// wantKeyframe judges which keyframe is waited for.
func (v *viewer) wantKeyframe(encoders []*encoder) {
	layer, needed := v.NeedsKeyframe()
	now, target := v.Current(), v.Target()
	want := false
	switch {
	case v.Paused():
	case target.Layer == simulcast.None:
		want = now.Layer == simulcast.None
	default:
		want = now.Layer != target.Layer || !v.decodes(encoders[target.Layer], target.Spatial)
	}
	if needed != want || needed && layer != target.Layer {
		v.Fatalf("a keyframe of %d is needed: %v, want %v; current %+v, target %+v", layer, needed, want, now, target)
	}
}

// decodes reports whether the next base frame of a spatial layer can be decoded.
func (v *viewer) decodes(e *encoder, spatial uint8) bool {
	for s := range spatial + 1 {
		builds := s == spatial || e.leaning == always
		if newest := e.last[s][0]; builds && newest >= 0 && !v.sent[newest] {
			return false
		}
	}
	return true
}

// TestWhatGoesOutCanBeDecoded draws encodings of any layers and references, and
// a viewer who changes his mind: every frame that goes out refers to frames that
// went out, and what stays wanted is reached at the next key picture at the
// latest.
func TestWhatGoesOutCanBeDecoded(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		encoders := make([]*encoder, rapid.IntRange(1, 3).Draw(t, "encodings"))
		for i := range encoders {
			encoders[i] = newEncoder(t, simulcast.Layer(i))
		}
		v := &viewer{T: t, Selector: simulcast.NewVideoSelector(), sent: map[int]bool{}}
		for range rapid.IntRange(1, 100).Draw(t, "pictures") {
			v.command(encoders)
			for _, e := range encoders {
				opened := e.opened
				list := e.picture(t)
				out := v.picture(list)
				v.wantOut(e, list, out, opened)
			}
			v.wantKeyframe(encoders)
		}
	})
}

// TestFramesGoOutWholeOrNotAtAll lets packets come late, some pictures at most,
// and the viewer change his mind now and then. Without spatial layers, what comes
// no later than with the next picture is never missed by another frame, either.
func TestFramesGoOutWholeOrNotAtAll(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		e := newEncoder(t, 0)
		s := simulcast.NewVideoSelector()
		lateness := rapid.IntRange(1, 5).Draw(t, "lateness")
		var frames []*frame
		out := map[int]int{} // packets of each frame
		arrive := func(list []*packet.Packet) {
			for _, p := range list {
				if s.Admit(p) >= simulcast.Forward {
					out[int(p.PictureID)]++
				}
			}
		}
		late := make([][]*packet.Packet, lateness)
		for n := range rapid.IntRange(1, 100).Draw(t, "pictures") {
			if n%10 == 5 {
				s.SetTarget(simulcast.Target{
					Rung:     rung(0, uint8(rapid.IntRange(0, int(e.spatial)-1).Draw(t, "target spatial"))),
					Temporal: uint8(rapid.IntRange(0, int(e.temporal)-1).Draw(t, "target temporal")),
				})
			}
			due := late[0]
			late = append(late[1:], nil)
			for _, f := range e.picture(t) {
				frames = append(frames, f)
				for _, p := range f.split() {
					if n > 0 && one(t, 6, "late") {
						by := rapid.IntRange(0, lateness-1).Draw(t, "by")
						late[by] = append(late[by], p)
						continue
					}
					arrive([]*packet.Packet{p})
					if len(due) > 0 && one(t, 3, "due") {
						arrive(due[:1])
						due = due[1:]
					}
				}
			}
			arrive(due)
		}
		arrive(slices.Concat(late...))
		for _, f := range frames {
			got := out[f.number]
			if got != 0 && got != f.packets {
				t.Errorf("%d of %d packets of frame %d (S%dT%d) went out", got, f.packets, f.number, f.Spatial, f.Temporal)
			}
			for _, ref := range f.refs {
				if got > 0 && out[ref] == 0 && lateness == 1 && e.spatial == 1 {
					t.Errorf("frame %d (S%dT%d) goes out, and frame %d that it refers to did not", f.number, f.Spatial, f.Temporal, ref)
				}
			}
		}
	})
}

// split returns the packets of the frame, which carry its number as picture id.
func (f *frame) split() []*packet.Packet {
	list := make([]*packet.Packet, f.packets)
	for i := range list {
		list[i] = &packet.Packet{
			Timestamp: f.Timestamp, Spatial: f.Spatial, Temporal: f.Temporal, Needed: f.Needed,
			PictureID: packet.ExtSeq(f.number),
		}
	}
	list[0].FrameStart, list[0].Keyframe, list[0].Switch = true, f.Keyframe, f.Switch
	return list
}
