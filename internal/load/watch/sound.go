package watch

// sound is the audio of a subscription as its listener hears it.
type sound struct {
	transit transit
	gaps    gaps
	tally   tally
	stamped uint64 // packets with a stamp

	last    arrival // the newest
	started bool
}

func newSound(clockRate uint32) *sound {
	return &sound{transit: transit{clockRate: int64(clockRate)}}
}

// restart begins with another source.
func (s *sound) restart() {
	s.transit.reset()
	s.tally.end()
	s.started = false
}

// received takes a packet that came for the first time and reports whether it
// came in time to be heard.
func (s *sound) received(a *arrival) (usable bool) {
	if a.stamped {
		s.stamped++
		s.tally.follow(&a.stamp)
		if a.stamp.Resumed {
			s.transit.reset()
		}
	}
	usable = s.transit.lateness(a.timestamp, a.now) <= audioPatience
	if s.started && a.seq == s.last.seq+1 {
		s.adjacent(a)
	}
	if !s.started || a.seq > s.last.seq {
		s.last, s.started = *a, true
	}
	return usable
}

// adjacent compares two packets in sequence. Stamp numbers that are missing
// between them are packets that the server left out.
func (s *sound) adjacent(a *arrival) {
	sameRun := a.stamped && s.last.stamped && a.stamp.Source == s.last.stamp.Source
	if !sameRun {
		return
	}
	switch left := a.stamp.Number - s.last.stamp.Number - 1; {
	case left == 0:
		s.gaps.learn(s.transit.mediaTime(int64(int32(a.timestamp - s.last.timestamp))))
	case left < maxStampJump:
		s.gaps.skipped(uint64(left))
	}
}
