package speaker

import (
	"slices"
	"time"
)

// Preroll is how many packets from before the first one that is forwarded belong
// to it: 80 ms, in which a syllable begins below the threshold.
const Preroll = 4

const (
	keepAfterVoice = 2 * time.Second
	// A louder track gets the place of one that spoke in the last two seconds once
	// its power has been louderBy times as much, 3 dB, for louderFor of speech.
	louderBy  = 2
	louderFor = 100 * time.Millisecond
	// maxOverlap is how long who has lost a place in the middle of speech may go on.
	maxOverlap = 300 * time.Millisecond
)

// Loudest gives the n places of a large room to those tracks that are worth
// forwarding. It is owned by one goroutine.
//
//   - With at most n tracks, all have a place. With more, all n places are taken.
//   - A packet of speech, of a track without a place, takes that of the track whose
//     last speech is longest ago, if that is two seconds or more. It does so at
//     once.
//   - If all have spoken since, it takes the place of the quietest of them, once it
//     has been 3 dB louder for 100 ms of unbroken speech: five packets, of which
//     four are the Preroll.
//   - Who loses a place in that second way is forwarded until the first packet
//     without speech, for 300 ms at most, and not longer than until the next one
//     loses a place so. Thus n+1 tracks are forwarded at most.
//   - Nothing but speech takes a place, and nobody loses one otherwise: who is
//     in is forwarded with every breath and background sound.
//
// What speech is, and how loud, is as in Level. A track of which nothing can be
// told (a constant bit rate without levels) counts as very quiet speech: it is
// heard in silence, and gives way to everybody who speaks up.
type Loudest[ID comparable] struct {
	n       int
	tracks  map[ID]*listed
	order   []*listed // in the order of Add
	in      []*listed // those with a place
	leaving *listed   // see maxOverlap
}

// listed is a track of a Loudest.
type listed struct {
	level    Level
	voice    int64         // when its last speech came, Unix nanoseconds; 0 is never
	ahead    time.Duration // how long it has been louder than the quietest
	until    int64         // when its overlap ends
	place    place
	withheld bool // its last packet
}

type place uint8

const (
	outside place = iota
	inside
	leaving
)

// NewLoudest returns a Loudest of n places, at least one.
func NewLoudest[ID comparable](n int) *Loudest[ID] {
	return &Loudest[ID]{n: max(n, 1), tracks: make(map[ID]*listed)}
}

// Add adds a track. One that is there already is not changed.
func (l *Loudest[ID]) Add(id ID) {
	if _, ok := l.tracks[id]; ok {
		return
	}
	t := &listed{}
	l.tracks[id] = t
	l.order = append(l.order, t)
	l.fill()
}

// Remove takes a track out. Its place goes to who spoke last of those without.
func (l *Loudest[ID]) Remove(id ID) {
	t, ok := l.tracks[id]
	if !ok {
		return
	}
	delete(l.tracks, id)
	is := func(x *listed) bool { return x == t }
	l.order = slices.DeleteFunc(l.order, is)
	l.in = slices.DeleteFunc(l.in, is)
	if l.leaving == t {
		l.leaving = nil
	}
	l.fill()
}

// Resize changes the number of places, at least one. Those who spoke last keep
// theirs.
func (l *Loudest[ID]) Resize(n int) {
	l.n = max(n, 1)
	for len(l.in) > l.n {
		first := 0
		for i, t := range l.in {
			if t.voice < l.in[first].voice {
				first = i
			}
		}
		l.in[first].place = outside
		l.in = slices.Delete(l.in, first, first+1)
	}
	l.fill()
}

// Packet takes a packet of a track and decides whether it is forwarded. opened
// says that the one before it was not: send the last Preroll packets first. A
// track that was not added is not forwarded.
func (l *Loudest[ID]) Packet(id ID, s Sample, now time.Time) (forward, opened bool) {
	t, ok := l.tracks[id]
	if !ok {
		return false, false
	}
	if !t.level.skips(&s) {
		l.judge(t, &s, now.UnixNano())
	}
	forward = t.place != outside
	opened = forward && t.withheld
	t.withheld = !forward
	return forward, opened
}

// judge changes the places by a packet of t.
func (l *Loudest[ID]) judge(t *listed, s *Sample, at int64) {
	speech := t.level.add(s, at) > 0 || t.level.unknown
	if speech {
		t.voice = at
	}
	if t.place == leaving && (!speech || at >= t.until) {
		l.leave()
	}
	if t.place != inside {
		l.challenge(t, speech, s.duration(), at)
	}
}

// challenge gives a track that has no place one, if it has earned it.
func (l *Loudest[ID]) challenge(t *listed, speech bool, d time.Duration, at int64) {
	if !speech {
		t.ahead = 0
		return
	}
	if i := l.idle(at); i >= 0 {
		l.in[i].place = outside
		l.enter(t, i)
		return
	}
	i := l.quietest(at)
	if t.level.powerAt(at) <= louderBy*l.in[i].level.powerAt(at) {
		t.ahead = 0
		return
	}
	if t.ahead += d; t.ahead < louderFor {
		return
	}
	loser := l.in[i]
	l.enter(t, i)
	l.leave()
	loser.place, loser.until = leaving, at+int64(maxOverlap)
	l.leaving = loser
}

// enter gives a track the place i.
func (l *Loudest[ID]) enter(t *listed, i int) {
	if l.leaving == t {
		l.leaving = nil
	}
	l.in[i].ahead, t.ahead = 0, 0
	l.in[i], t.place = t, inside
}

// leave ends the overlap.
func (l *Loudest[ID]) leave() {
	if l.leaving != nil {
		l.leaving.place = outside
		l.leaving = nil
	}
}

// idle returns the place of who has been silent longest, -1 when that is not long
// enough.
func (l *Loudest[ID]) idle(at int64) int {
	found := -1
	for i, t := range l.in {
		t.voice = min(t.voice, at) // later only where the clock was set back
		if at-t.voice >= int64(keepAfterVoice) && (found < 0 || t.voice < l.in[found].voice) {
			found = i
		}
	}
	return found
}

// quietest returns the place of the track that is that.
func (l *Loudest[ID]) quietest(at int64) int {
	found, least := 0, l.in[0].level.powerAt(at)
	for i, t := range l.in[1:] {
		if p := t.level.powerAt(at); p < least {
			found, least = i+1, p
		}
	}
	return found
}

// fill gives the places that are free to those who spoke last, and among equals
// to the first added.
func (l *Loudest[ID]) fill() {
	for len(l.in) < min(l.n, len(l.order)) {
		var next *listed
		for _, t := range l.order {
			if t.place != inside && (next == nil || t.voice > next.voice) {
				next = t
			}
		}
		if l.leaving == next {
			l.leaving = nil
		}
		next.place, next.ahead = inside, 0
		l.in = append(l.in, next)
	}
}
