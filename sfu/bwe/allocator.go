package bwe

import "time"

// Allocator shares out the bitrate of one receiver among its videos.
//
//   - First everybody: each visible video gets its lowest level, the more important
//     before the less, and the earlier in the list before the later. What does not
//     fit is paused.
//   - The rest goes by priority: all that the pinned videos can use, then the
//     speaker, and so on. Videos of the same priority go up in turn, one step each.
//   - Down goes at once whatever does not fit. Up goes only what leaves a tenth of
//     the bitrate free, and not soon after a reduction. What must wait only because
//     it is too soon keeps its place from the less important.
//   - What the viewer asks for takes effect at once.
//
// The same input gives the same output, and another one only as time passes. It
// belongs to one goroutine; the zero value is ready.
type Allocator struct {
	visible []*Video // the most important first

	available Bitrate
	room      Bitrate // the part of it up to which videos may be raised
	sum       Bitrate // allocated
	claimed   Bitrate // sum, and what is kept for those who have to wait
}

// Allocate shares out available, and reports whether the Level or the Reason of
// any video is different from before. It returns the demand: the available bitrate
// at which every video would get the best that its viewer asked for, which is
// worth probing for. The list should keep its order from call to call.
func (a *Allocator) Allocate(videos []*Video, available Bitrate, now time.Time) (demand Bitrate, changed bool) {
	a.available = min(max(available, 0), maxBitrate)
	a.room = a.available - a.available/10
	a.sum, a.claimed = 0, 0
	asked := false
	for _, v := range videos {
		if v.rank() == PriorityHidden {
			changed = v.hide() || changed
			continue
		}
		asked = v.prepare(now) || asked
		demand += v.path[v.path.top()].cost
	}
	a.rank(videos)
	a.eachPriority(func(equals []*Video) { a.start(equals, now) })
	a.eachPriority(func(equals []*Video) { a.fill(equals, now) })
	for _, v := range a.visible {
		changed = v.settle(asked, now) || changed
	}
	clear(a.visible) // a video that leaves is not kept in memory
	return (demand*10 + 8) / 9, changed
}

// Allocated returns what the levels of all videos cost together, by their peaks of
// late: never more than was available.
func (a *Allocator) Allocated() Bitrate { return a.sum }

// rank puts the visible videos in the order of their priority.
func (a *Allocator) rank(videos []*Video) {
	a.visible = a.visible[:0]
	for p := PriorityPinned; p > PriorityHidden; p-- {
		for _, v := range videos {
			if v.rank() == p {
				a.visible = append(a.visible, v)
			}
		}
	}
}

// eachPriority calls f with the videos of each priority, the highest first.
func (a *Allocator) eachPriority(f func(equals []*Video)) {
	for rest := a.visible; len(rest) > 0; {
		n := 1
		for n < len(rest) && rest[n].rank() == rest[0].rank() {
			n++
		}
		f(rest[:n])
		rest = rest[n:]
	}
}

// start gives the lowest level to videos of one priority. Those that play go
// first, so that nobody is paused for its equal. A new video needs no headroom:
// its viewer should see something at once.
func (a *Allocator) start(equals []*Video, now time.Time) {
	for _, v := range equals {
		if v.was >= 0 {
			a.keep(v)
		}
	}
	for _, v := range equals {
		switch {
		case v.was >= 0:
		case v.known:
			a.raise(v, now)
		case a.claimed+v.path.step(0) <= a.available:
			a.take(v)
		default:
			v.stopped = true
		}
	}
}

// fill raises videos of one priority in turn. In each round those go first that
// have the step already, so that none loses it to its equal.
func (a *Allocator) fill(equals []*Video, now time.Time) {
	for at := 1; ; at++ {
		higher := false
		for _, v := range equals {
			if !v.stopped && v.was >= at {
				a.keep(v)
			}
		}
		for _, v := range equals {
			if v.stopped || v.at >= v.path.top() {
				continue
			}
			if v.was < at {
				a.raise(v, now)
			}
			higher = higher || !v.stopped && v.at < v.path.top()
		}
		if !higher {
			return
		}
	}
}

// keep gives a video the next step of its path, which it had before, if it fits.
func (a *Allocator) keep(v *Video) {
	if a.sum+v.path.step(v.at+1) > a.available {
		v.stopped = true
		return
	}
	a.take(v)
}

// raise gives a video the next step of its path if that leaves headroom, and keeps
// the place if it is only too soon.
func (a *Allocator) raise(v *Video, now time.Time) {
	step := v.path.step(v.at + 1)
	switch {
	case a.claimed+step > a.room:
		v.stopped = true
	case v.backoff.holds(now):
		a.claimed += step
		v.stopped = true
	default:
		a.take(v)
	}
}

// take gives a video the next step of its path.
func (a *Allocator) take(v *Video) {
	step := v.path.step(v.at + 1)
	a.sum += step
	a.claimed += step
	v.at++
}
