package sfu_test

import (
	"time"

	"github.com/atrium-rtc/atrium/internal/rtptest"
	"github.com/atrium-rtc/atrium/sfu/packet"
)

// patience is how long a complete picture is kept that cannot be decoded.
const patience = 3 * time.Second

// screen is a receiver's jitter buffer and decoder, told by the stamps: a picture
// is shown when all its packets have come, from its first number to the marker,
// and everything that its frames refer to was shown before it.
type screen struct {
	frames   map[pictureKey]*screenFrame
	pictures map[uint32]*screenPicture // by timestamp
	waiting  []*screenPicture          // complete, but something they refer to is not
	show     func(*screenPicture)
	odd      func(format string, args ...any)
}

type screenFrame struct {
	stamp  rtptest.Stamp
	times  uint32 // its timestamp
	came   []bool
	left   int
	shown  bool
	refers []pictureKey
}

// screenPicture is what has one timestamp.
type screenPicture struct {
	timestamp           uint32
	lowest, highest     packet.ExtSeq
	packets             int
	ended               bool // the marker came, on the highest number
	frames              []*screenFrame
	complete, shown     bool
	first, completeAt   time.Time
	encoding            uint8
	topSpatial, topTime uint8
}

func newScreen(show func(*screenPicture), odd func(string, ...any)) *screen {
	return &screen{
		frames: map[pictureKey]*screenFrame{}, pictures: map[uint32]*screenPicture{}, show: show, odd: odd,
	}
}

// packet takes a packet that has not come before.
func (s *screen) packet(seq packet.ExtSeq, timestamp uint32, marker bool, stamp rtptest.Stamp, now time.Time) {
	key := pictureKey{stamp.Encoding, stamp.Frame}
	p := s.pictures[timestamp]
	if p == nil {
		p = &screenPicture{timestamp: timestamp, lowest: seq, highest: seq, first: now, encoding: stamp.Encoding}
		s.pictures[timestamp] = p
	}
	f := s.frames[key]
	if f != nil && f.times != timestamp {
		s.odd("frame %d of encoding %d has the timestamps %d and %d", stamp.Frame, stamp.Encoding, f.times, timestamp)
		f = nil
	}
	if f == nil {
		f = &screenFrame{stamp: stamp, times: timestamp, came: make([]bool, stamp.Count), left: int(stamp.Count)}
		for _, ref := range stamp.Refs {
			if ref != 0 {
				f.refers = append(f.refers, pictureKey{stamp.Encoding, stamp.Frame - uint32(ref)})
			}
		}
		s.frames[key] = f
		p.frames = append(p.frames, f)
	}
	if !f.came[stamp.Index] {
		f.came[stamp.Index] = true
		f.left--
	}
	p.lowest, p.highest = min(p.lowest, seq), max(p.highest, seq)
	p.packets++
	p.ended = p.ended || marker
	p.topSpatial, p.topTime = max(p.topSpatial, stamp.Spatial), max(p.topTime, stamp.Temporal)
	if p.complete || !s.isComplete(p) {
		return
	}
	p.complete, p.completeAt = true, now
	if len(s.waiting) > 0 && now.Sub(s.waiting[0].completeAt) > patience {
		s.waiting = s.waiting[1:]
	}
	s.waiting = append(s.waiting, p)
	s.decode()
}

func (s *screen) isComplete(p *screenPicture) bool {
	if !p.ended || int(p.highest-p.lowest)+1 != p.packets {
		return false
	}
	for _, f := range p.frames {
		if f.left > 0 {
			return false
		}
	}
	return true
}

// decode shows what can be.
func (s *screen) decode() {
	for again := true; again; {
		again = false
		kept := s.waiting[:0]
		for _, p := range s.waiting {
			if !s.decodable(p) {
				kept = append(kept, p)
				continue
			}
			p.shown, again = true, true
			for _, f := range p.frames {
				f.shown = true
			}
			s.show(p)
		}
		s.waiting = kept
	}
}

// decodable reports whether everything that a picture refers to is on the screen
// or in the picture.
func (s *screen) decodable(p *screenPicture) bool {
	for _, f := range p.frames {
		if len(f.refers) == 0 && !f.stamp.Key {
			return false
		}
		for _, key := range f.refers {
			from := s.frames[key]
			if from == nil || !from.shown && !p.has(from) {
				return false
			}
		}
	}
	return true
}

func (p *screenPicture) has(f *screenFrame) bool {
	for _, own := range p.frames {
		if own == f {
			return true
		}
	}
	return false
}

// unshown returns how many pictures came, as a whole or in part, and were never
// shown.
func (s *screen) unshown() (count int) {
	for _, p := range s.pictures {
		if !p.shown {
			count++
		}
	}
	return count
}
