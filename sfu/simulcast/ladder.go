package simulcast

import (
	"slices"
	"time"

	"github.com/atrium-rtc/atrium/sfu/packet"
)

const (
	// A rung is dead when nothing came for deadAfter while other rungs of the
	// track began deadFrames frames. The second condition keeps a track alive
	// that is silent as a whole, and one with few frames a second: all encodings
	// are made from the same pictures.
	deadAfter  = 300 * time.Millisecond
	deadFrames = 6
)

// Ladder is what a published track offers at the moment: its rungs, ordered by
// the size of their pictures, and whether they are alive. It learns from the
// packets alone: encodings come late, end when the publisher's uplink is narrow,
// and come back. They are never ordered by bitrate, which for a small picture
// may be the larger one. It is owned by one goroutine.
type Ladder struct {
	rungs   [MaxEncodings][packet.MaxSpatial + 1]rung
	order   []Rung // those that were seen, smallest first
	frames  uint32 // begun on any rung
	version uint32
	backing [MaxEncodings * (packet.MaxSpatial + 1)]Rung
}

type rung struct {
	width, height uint16
	seen, dead    bool
	last          time.Time // of its packets
	frames        uint32    // of its own, begun
	others        uint32    // Ladder.frames less its own, when the last packet came
}

// Observe takes note of a packet of the track.
func (l *Ladder) Observe(p *packet.Packet, now time.Time) {
	if p.Layer < 0 || p.Layer >= MaxEncodings || p.Needed == packet.NoTargets {
		return
	}
	r := &l.rungs[p.Layer][min(p.Spatial, packet.MaxSpatial)]
	if p.FrameStart {
		l.frames++
		r.frames++
	}
	r.last, r.others = now, l.frames-r.frames
	if r.seen && !r.dead && (p.Width == 0 || r.width == p.Width && r.height == p.Height) {
		return
	}
	r.seen, r.dead = true, false
	if p.Width != 0 {
		r.width, r.height = p.Width, p.Height
	}
	l.version++
	l.sort()
}

// RungSize is a rung that a publisher has sent, the size of its pictures in
// pixels, 0 while unknown, and whether it has been silent for a while: ended, or
// resting.
type RungSize struct {
	Rung
	Width, Height uint16
	Silent        bool
}

// Seed tells a new Ladder what was sent before it was there to see.
func (l *Ladder) Seed(sizes []RungSize, now time.Time) {
	for _, s := range sizes {
		r := l.at(s.Rung)
		r.seen, r.dead, r.last, r.width, r.height = true, s.Silent, now, s.Width, s.Height
	}
	if len(sizes) > 0 {
		l.version++
		l.sort()
	}
}

// Expire looks for rungs that have died. Call it with every batch of packets or
// every 50 ms.
func (l *Ladder) Expire(now time.Time) {
	for _, at := range l.order {
		r := l.at(at)
		if !r.dead && now.Sub(r.last) >= deadAfter && l.frames-r.frames-r.others >= deadFrames {
			r.dead = true
			l.version++
		}
	}
}

// Version changes whenever Pick might answer differently.
func (l *Ladder) Version() uint32 { return l.version }

// Len returns how many rungs were ever seen.
func (l *Ladder) Len() int { return len(l.order) }

// Lowest returns the rung with the smallest picture, dead or alive, and no rung
// while nothing is known.
func (l *Ladder) Lowest() Rung {
	if len(l.order) == 0 {
		return Rung{Layer: None}
	}
	return l.order[0]
}

// Pick returns the highest rung that is alive and not above position highest (0
// is the smallest picture), or the lowest alive one when they all are above. It
// returns no rung while nothing is known.
func (l *Ladder) Pick(highest uint8) Rung {
	for i := min(int(highest), len(l.order)-1); i >= 0; i-- {
		if !l.at(l.order[i]).dead {
			return l.order[i]
		}
	}
	for _, at := range l.order {
		if !l.at(at).dead {
			return at
		}
	}
	return Rung{Layer: None}
}

// At returns the rung at a position of the order, 0 being the smallest picture.
func (l *Ladder) At(position int) RungSize {
	at := l.order[position]
	r := l.at(at)
	return RungSize{Rung: at, Width: r.width, Height: r.height, Silent: r.dead}
}

// Position returns where a rung stands in the order, and false for one that was
// never seen.
func (l *Ladder) Position(at Rung) (int, bool) {
	i := slices.Index(l.order, at)
	return i, i >= 0
}

// Wanted returns the encodings, as bits, that somebody wants who may have rungs up
// to a position: the one at that position, and where it is dead those below it
// down to one that is alive, since they may only be resting. While there are too
// few rungs to know which one stands at the position, those of count encodings
// that were never seen are wanted too.
func (l *Ladder) Wanted(highest uint8, count int) (encodings uint8) {
	for i := min(int(highest), len(l.order)-1); i >= 0; i-- {
		encodings |= 1 << l.order[i].Layer
		if !l.at(l.order[i]).dead {
			break
		}
	}
	if int(highest) < len(l.order) {
		return encodings
	}
	for layer := range Layer(min(count, MaxEncodings)) { //nolint:gosec // few
		if !slices.ContainsFunc(l.order, func(r Rung) bool { return r.Layer == layer }) {
			encodings |= 1 << layer
		}
	}
	return encodings
}

// Lower returns the encodings with rungs at or below a position, as bits.
func (l *Ladder) Lower(highest uint8) (encodings uint8) {
	for i := range min(int(highest)+1, len(l.order)) {
		encodings |= 1 << l.order[i].Layer
	}
	return encodings
}

// Larger reports whether the largest pictures of encoding a are larger than those of b,
// as far as is known.
func (l *Ladder) Larger(a, b Layer) bool {
	for i := len(l.order) - 1; i >= 0; i-- {
		switch l.order[i].Layer {
		case a:
			return a != b
		case b:
			return false
		}
	}
	return false
}

// Alive reports whether packets of an encoding come.
func (l *Ladder) Alive(layer Layer) bool {
	if layer < 0 || layer >= MaxEncodings {
		return false
	}
	for spatial := range uint8(packet.MaxSpatial + 1) {
		if r := l.at(Rung{layer, spatial}); r.seen && !r.dead {
			return true
		}
	}
	return false
}

func (l *Ladder) at(at Rung) *rung { return &l.rungs[at.Layer][at.Spatial] }

// sort puts the rungs that were seen in order. Those whose size is not known yet
// count as the largest, in the order of the offer: whoever is moved to one waits
// for its keyframe, and that tells the size.
func (l *Ladder) sort() {
	l.order = l.backing[:0]
	for layer := range Layer(MaxEncodings) {
		for spatial := range uint8(packet.MaxSpatial + 1) {
			if at := (Rung{layer, spatial}); l.at(at).seen {
				l.order = append(l.order, at)
			}
		}
	}
	slices.SortStableFunc(l.order, func(a, b Rung) int { return int(l.pixels(a)) - int(l.pixels(b)) })
}

func (l *Ladder) pixels(at Rung) uint32 {
	r := l.at(at)
	if r.width == 0 {
		return 1<<31 - 1
	}
	return uint32(r.width) * uint32(r.height)
}
