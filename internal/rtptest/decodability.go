package rtptest

import (
	"slices"
	"time"
)

// Layer is what a frame can be of: an encoding and its layers.
type Layer struct{ Encoding, Spatial, Temporal uint8 }

// Counts are numbers of frames; each spatial layer of a picture has its own.
type Counts struct {
	Frames    int // of which something came
	Whole     int // of which everything came
	Decodable int // whole, and so is all that they refer to
}

// Counts returns how many frames of a stream came, by the stamps of a Stream.
func (c *Conformance) Counts(ssrc uint32) Counts {
	var sum Counts
	for _, n := range c.Layers(ssrc) {
		sum.Frames += n.Frames
		sum.Whole += n.Whole
		sum.Decodable += n.Decodable
	}
	return sum
}

// Layers returns how many frames of a stream came by encoding and layer, by the
// stamps of a Stream.
func (c *Conformance) Layers(ssrc uint32) map[Layer]Counts {
	c.mu.Lock()
	defer c.mu.Unlock()
	counts := map[Layer]Counts{}
	for _, f := range stampedFrames(c.sorted(ssrc)) {
		layer := Layer{Encoding: f.stamp.Encoding, Spatial: f.stamp.Spatial, Temporal: f.stamp.Temporal}
		n := counts[layer]
		n.Frames++
		if f.whole {
			n.Whole++
		}
		if f.decodable {
			n.Decodable++
		}
		counts[layer] = n
	}
	return counts
}

// LongestGap returns the longest time in which a stream brought nothing to show
// or to play: between arrivals that completed decodable frames, from its first
// packet to the first of them, and from the last one to its last packet. It is
// zero without arrival times.
func (c *Conformance) LongestGap(ssrc uint32) time.Duration {
	c.mu.Lock()
	defer c.mu.Unlock()
	list := c.sorted(ssrc)
	var ends, moments []time.Time
	for _, r := range list {
		if r.at.IsZero() {
			continue
		}
		ends = append(ends, r.at)
		if r.octets > 0 && !c.streams[ssrc].codec.IsVideo() {
			moments = append(moments, r.at)
		}
	}
	if len(ends) == 0 {
		return 0
	}
	moments = append(moments, slices.MinFunc(ends, time.Time.Compare), slices.MaxFunc(ends, time.Time.Compare))
	for _, f := range stampedFrames(list) {
		if f.decodable {
			moments = append(moments, f.shown)
		}
	}
	slices.SortFunc(moments, time.Time.Compare)
	longest := time.Duration(0)
	for i := 1; i < len(moments); i++ {
		longest = max(longest, moments[i].Sub(moments[i-1]))
	}
	return longest
}

// stampedFrame is a frame by the stamps of its packets, which are adjacent.
type stampedFrame struct {
	stamp     Stamp // of its first packet
	first     *received
	last      *received
	packets   int
	lossy     bool // packets are missing in it or right before it
	broken    bool // its packets are not in order although none is missing
	whole     bool
	decodable bool
	lacks     uint32 // number of a frame referred to that did not come whole
	shown     time.Time
}

// frameKey names a frame of a track.
type frameKey struct {
	encoding uint8
	number   uint32
}

// stampedFrames returns the frames of a stream in their order.
func stampedFrames(list []*received) []*stampedFrame {
	var frames []*stampedFrame
	lossy := false
	var before *received
	for _, r := range list {
		lossy = lossy || (before != nil && r.seq-before.seq > 1)
		before = r
		if !r.stamped {
			continue
		}
		var f *stampedFrame
		if len(frames) > 0 {
			f = frames[len(frames)-1]
		}
		if f == nil || f.stamp.Frame != r.stamp.Frame || f.stamp.Encoding != r.stamp.Encoding {
			f = &stampedFrame{stamp: r.stamp, first: r, broken: !lossy && r.stamp.Index != 0}
			frames = append(frames, f)
		} else {
			f.broken = f.broken || (!lossy && r.stamp.Index != f.last.stamp.Index+1)
		}
		f.lossy = f.lossy || lossy
		f.last, lossy = r, false
		f.packets++
		if r.at.After(f.shown) {
			f.shown = r.at
		}
	}
	decide(frames)
	return frames
}

// decide tells which frames are whole, and which can be decoded and when.
func decide(frames []*stampedFrame) {
	wholes, decodables := map[frameKey]bool{}, map[frameKey]time.Time{}
	for _, f := range frames {
		f.whole = f.packets == int(f.stamp.Count) && !f.broken
		key := frameKey{encoding: f.stamp.Encoding, number: f.stamp.Frame}
		wholes[key] = f.whole
		delete(decodables, key)
		if !f.whole {
			continue
		}
		f.decodable = f.stamp.Key || f.stamp.Refs != [4]uint16{}
		f.lacks = f.stamp.Frame
		for _, ref := range f.stamp.Refs {
			if ref == 0 {
				continue
			}
			from := frameKey{encoding: f.stamp.Encoding, number: f.stamp.Frame - uint32(ref)}
			at, ok := decodables[from]
			f.decodable = f.decodable && ok
			if !wholes[from] {
				f.lacks = from.number
			}
			if at.After(f.shown) {
				f.shown = at
			}
		}
		if f.decodable {
			decodables[key] = f.shown
		}
	}
}

// judgeFrames checks what the stamps tell: another encoding begins with a
// keyframe, no frame is cut but by a keyframe, and what comes whole can be
// decoded.
func (c *Conformance) judgeFrames(s *stream, list []*received) {
	if !s.codec.IsVideo() {
		return
	}
	frames := stampedFrames(list)
	started := false // something could be decoded
	for i, f := range frames {
		switched := i > 0 && f.stamp.Encoding != frames[i-1].stamp.Encoding
		if lost := f.lossy && c.want.MayLose; switched && !f.first.begins() && !lost {
			c.report(s.ssrc, "packet %d switches to encoding %d without a keyframe", f.first.seq.Seq(), f.stamp.Encoding)
		}
		c.judgeCut(s, frames, i)
		if started && f.whole && !f.decodable && f.lacks != f.stamp.Frame && !c.want.MayLose {
			c.report(s.ssrc, "packet %d begins frame %d of encoding %d, which refers to frame %d that did not come whole",
				f.first.seq.Seq(), f.stamp.Frame, f.stamp.Encoding, f.lacks)
		}
		started = started || f.decodable
	}
}

// judgeCut finds frames of which packets were taken out although no number is
// missing.
func (c *Conformance) judgeCut(s *stream, frames []*stampedFrame, i int) {
	f := frames[i]
	if f.broken && i > 0 { // the first one is judged by where the stream begins
		c.report(s.ssrc, "frame %d of encoding %d lacks packets before %d, of which no number is missing",
			f.stamp.Frame, f.stamp.Encoding, f.last.seq.Seq())
		return
	}
	if i == len(frames)-1 || f.last.stamp.Index+1 == f.stamp.Count {
		return // the last one may still come
	}
	if next := frames[i+1]; !next.lossy && !next.first.begins() {
		c.report(s.ssrc, "frame %d of encoding %d is cut off behind packet %d", f.stamp.Frame, f.stamp.Encoding, f.last.seq.Seq())
	}
}
