package watch

import (
	"time"

	"github.com/atrium-rtc/atrium/internal/load/stamp"
	"github.com/atrium-rtc/atrium/sfu/nack"
	"github.com/atrium-rtc/atrium/sfu/packet"
)

const (
	// assemblySize is how many packets wait for one that is missing, which is asked
	// for no longer: at 5 Mbit/s, a second's worth.
	assemblySize  = nack.MaxBehind
	maxCandidates = 4
	// leapWait is how old a gap must be before a complete keyframe leads over it:
	// what is missing may only have been overtaken.
	leapWait = 50 * time.Millisecond
)

// piece is one packet of a frame.
type piece struct {
	seq           packet.ExtSeq
	timestamp     uint32
	width, height uint16
	there         bool
	start, marker bool // begins a frame, ends one
	padding       bool // carries no media
	keyframe      bool
	damaged       bool // its payload could not be read
	stamped       bool
	layer         uint8
	resumed       bool
	source        uint32
	number        uint32
}

// frame is one that a decoder could decode.
type frame struct {
	timestamp     uint32
	keyframe      bool
	width, height uint16 // 0 where the frame does not tell
	stamped       bool
	stamp         stamp.Stamp // without the time
	// leapt: frames between the one before and this could not be decoded.
	leapt bool
}

// candidate is a keyframe behind a gap, up to which packets have come.
type candidate struct {
	start, next packet.ExtSeq
	timestamp   uint32
}

// assembly puts the packets of one source together to frames that a decoder
// could decode. As long as no packet is missing, and a server may well leave out
// frames if it numbers anew, each frame leans on what was decoded before; over a
// gap only a complete keyframe leads. It is owned by one goroutine: push, then
// call next until it has no more.
type assembly struct {
	pieces  [assemblySize]piece
	flowing bool          // what comes at the cursor can be decoded
	cursor  packet.ExtSeq // the next packet to look at
	halted  time.Time     // since when others wait for the one at the cursor; zero while none do
	highest packet.ExtSeq

	candidates []candidate // those that begin before the cursor are of no use
	ended      bool        // some frame is complete, keyframe or not
	lone       bool        // a frame cannot be decoded though nothing of it is missing

	open    bool // current is begun
	leapt   bool
	damaged bool
	current frame
}

// push takes a packet that came for the first time.
func (a *assembly) push(p *piece) {
	place := &a.pieces[p.seq%assemblySize]
	if place.there && place.seq > p.seq {
		return
	}
	*place = *p
	place.there = true
	a.highest = max(a.highest, p.seq)
	if p.keyframe && (!a.flowing || p.seq != a.cursor) {
		a.propose(p)
	}
	if !a.ended && a.complete(p.seq) {
		a.ended, a.lone = true, len(a.candidates) == 0
	}
}

// next returns the next frame that can be decoded.
func (a *assembly) next(now time.Time) (frame, bool) {
	for a.flowing || a.leap() {
		p := a.at(a.cursor)
		if p == nil {
			if a.patient(now) || !a.leap() {
				return frame{}, false
			}
			continue
		}
		a.halted = time.Time{}
		a.cursor++
		if !p.padding && a.take(p) {
			return a.current, true
		}
	}
	return frame{}, false
}

// patient reports whether to wait for the packet at the cursor a little longer.
func (a *assembly) patient(now time.Time) bool {
	if a.halted.IsZero() && a.highest > a.cursor {
		a.halted = now
	}
	return a.halted.IsZero() || now.Sub(a.halted) < leapWait
}

// abandoned reports, once, that a keyframe is needed and none is coming: a
// stream began without, or its sender left out what cannot be. To be called when
// next has no more.
func (a *assembly) abandoned() bool {
	lone := a.lone && len(a.candidates) == 0
	a.lone = false
	return lone
}

// stuck reports whether packets wait for one that is missing or for a keyframe.
func (a *assembly) stuck() bool { return !a.flowing || a.highest >= a.cursor }

// take adds a packet to the frame it belongs to and reports whether that is
// complete.
func (a *assembly) take(p *piece) bool {
	switch {
	case !a.open, p.timestamp != a.current.timestamp && p.keyframe: // which may cut off the frame before it
		a.open, a.damaged = true, false
		a.current = frame{timestamp: p.timestamp, leapt: a.leapt}
	case p.timestamp != a.current.timestamp: // the end of the frame before is missing
		a.interrupt()
		return false
	}
	a.damaged = a.damaged || p.damaged
	a.current.add(p)
	if !p.marker {
		return false
	}
	if a.damaged {
		a.interrupt()
		return false
	}
	a.open, a.leapt = false, false
	return true
}

// interrupt waits for a keyframe.
func (a *assembly) interrupt() {
	a.flowing, a.open, a.lone = false, false, true
}

// propose notes a packet that begins a keyframe. In H.264 several packets of one
// may.
func (a *assembly) propose(p *piece) {
	for i := range a.candidates {
		if c := &a.candidates[i]; c.timestamp == p.timestamp {
			if p.seq < c.start {
				c.start, c.next = p.seq, p.seq
			}
			return
		}
	}
	if len(a.candidates) == maxCandidates {
		a.drop(0)
	}
	a.candidates = append(a.candidates, candidate{start: p.seq, next: p.seq, timestamp: p.timestamp})
}

// leap goes on at a keyframe behind the gap, if one is complete.
func (a *assembly) leap() bool {
	for i := 0; i < len(a.candidates); {
		c := &a.candidates[i]
		if c.start < a.cursor {
			a.drop(i)
			continue
		}
		complete, valid := a.grow(c)
		if !valid {
			a.drop(i)
			continue
		}
		if complete {
			a.cursor = a.begin(c)
			a.flowing, a.open, a.leapt = true, false, true
			a.drop(i)
			return true
		}
		i++
	}
	return false
}

// grow follows the packets of a candidate to the first that is missing.
func (a *assembly) grow(c *candidate) (complete, valid bool) {
	for {
		p := a.at(c.next)
		if p == nil {
			return false, true
		}
		c.next++
		switch {
		case p.padding:
		case p.timestamp != c.timestamp:
			return false, false
		case p.marker:
			return true, true
		}
	}
}

// complete reports whether the frame of that packet is.
func (a *assembly) complete(seq packet.ExtSeq) bool {
	first, last := a.at(seq), a.at(seq)
	for first != nil && !first.start {
		first = a.at(first.seq - 1)
	}
	for last != nil && !last.marker {
		last = a.at(last.seq + 1)
	}
	return first != nil && last != nil && first.timestamp == last.timestamp
}

// begin returns the first packet of the candidate's frame: in H.264 user data
// may stand in front of the parameter sets.
func (a *assembly) begin(c *candidate) packet.ExtSeq {
	start := c.start
	for start > a.cursor {
		p := a.at(start - 1)
		if p == nil || p.padding || p.marker || p.timestamp != c.timestamp {
			break
		}
		start--
	}
	return start
}

func (a *assembly) drop(i int) {
	a.candidates = append(a.candidates[:i], a.candidates[i+1:]...)
}

// at returns the packet with that number, nil when it is missing.
func (a *assembly) at(seq packet.ExtSeq) *piece {
	p := &a.pieces[seq%assemblySize]
	if !p.there || p.seq != seq {
		return nil
	}
	return p
}

func (f *frame) add(p *piece) {
	f.keyframe = f.keyframe || p.keyframe
	if p.width > 0 {
		f.width, f.height = p.width, p.height
	}
	if p.stamped {
		f.stamped = true
		f.stamp = stamp.Stamp{Source: p.source, Number: p.number, Layer: p.layer, Resumed: p.resumed}
	}
}
