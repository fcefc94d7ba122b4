package bwe

// pathStep is one level on the path of a video.
type pathStep struct {
	level int // its index, -1 for a level that is not known yet
	cost  Bitrate
}

// levelPath is the way of one video from its lowest level to the best that its
// viewer asked for: each step is better than the one before, and costs more.
type levelPath []pathStep

// push adds a level that is better than all on the path. Those that cost as much
// or more are not worth sending any longer: encodings of a simulcast have bitrates
// of their own, and a small picture may have the larger one.
func (p *levelPath) push(level int, cost Bitrate) {
	kept := *p
	for len(kept) > 0 && kept[len(kept)-1].cost >= cost {
		kept = kept[:len(kept)-1]
	}
	*p = append(kept, pathStep{level, cost})
}

// top returns the last position.
func (p levelPath) top() int { return len(p) - 1 }

// step returns what it costs more to be at a position than one below.
func (p levelPath) step(at int) Bitrate {
	if at == 0 {
		return p[0].cost
	}
	return p[at].cost - p[at-1].cost
}

// reach returns the highest position that costs no more, at least 0.
func (p levelPath) reach(cost Bitrate) int {
	at := p.top()
	for at > 0 && p[at].cost > cost {
		at--
	}
	return at
}

// layPath finds the video's path, and what limits its end. The order of levels is
// that of the preference:
//
//   - PreferBalanced: all temporal layers of the lowest rung, then one rung after
//     the other, each with all but one and with all of its temporal layers. A rung
//     at a quarter of the frame rate would be a step back.
//   - PreferMotion: all temporal layers of the lowest rung, then the others with
//     all of theirs.
//   - PreferSharpness: one rung after the other with the lowest temporal layer,
//     then the others of the last.
func (v *Video) layPath() {
	v.path, v.limit = v.path[:0], ReasonNone
	if len(v.Levels) == 0 {
		v.path.push(-1, assumedBitrate)
		return
	}
	size := v.sizeLimit()
	var last levelRange
	for last.end == 0 || last.end < len(v.Levels) && v.Levels[last.end].Spatial <= min(size, v.MaxSpatial) {
		last = v.rungAt(last.end)
		v.pushRung(last)
	}
	if v.Prefer == PreferSharpness {
		v.pushLevels(last.first+1, last.top)
	}
	above := last.end < len(v.Levels)
	switch {
	case above && size <= v.MaxSpatial:
		v.limit = ReasonSize
	case above || last.top+1 < last.end:
		v.limit = ReasonPreferred
	}
}

// levelRange is where the levels of one rung stand: from first to before end, and
// top is the best that the temporal limit allows.
type levelRange struct{ first, top, end int }

func (v *Video) rungAt(first int) levelRange {
	r := levelRange{first: first, top: first, end: first}
	for ; r.end < len(v.Levels) && v.Levels[r.end].Spatial == v.Levels[first].Spatial; r.end++ {
		if v.Levels[r.end].Temporal <= v.MaxTemporal {
			r.top = r.end
		}
	}
	return r
}

func (v *Video) pushRung(r levelRange) {
	switch {
	case v.Prefer == PreferSharpness:
		v.pushLevels(r.first, r.first)
	case r.first == 0:
		v.pushLevels(r.first, r.top)
	case v.Prefer == PreferMotion:
		v.pushLevels(r.top, r.top)
	default:
		v.pushLevels(max(r.first, r.top-1), r.top)
	}
}

func (v *Video) pushLevels(first, last int) {
	for i := first; i <= last; i++ {
		v.path.push(i, v.costs.of[i].cost)
	}
}

// sizeLimit returns the position of the smallest rung whose pictures fill what
// they are shown in, 255 when none does.
func (v *Video) sizeLimit() uint8 {
	if v.MaxWidth == 0 && v.MaxHeight == 0 {
		return 255
	}
	for i := range v.Levels {
		if v.Levels[i].fills(v.MaxWidth, v.MaxHeight) {
			return v.Levels[i].Spatial
		}
	}
	return 255
}
