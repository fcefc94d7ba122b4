package rtptest

// judge walks a stream in the order of its numbers.
func (c *Conformance) judge(ssrc uint32, s *stream) {
	list := s.sorted()
	video := s.codec.IsVideo()
	if first := list[0]; video && !c.want.MayStartAnywhere && !c.want.MayLose && !first.frame.Keyframe {
		c.report(ssrc, "begins with packet %d, which does not begin a keyframe", first.seq.Seq())
	}
	for i := 1; i < len(list); i++ {
		before, r := list[i-1], list[i]
		if gap := r.seq - before.seq - 1; gap > 0 {
			if !c.want.MayLose {
				c.report(ssrc, "%d packets missing behind %d", gap, before.seq.Seq())
			}
			c.judgeOrder(ssrc, before, r)
			continue
		}
		if video {
			c.judgeFrames(ssrc, before, r)
		} else if ahead(r, before) <= 0 {
			c.report(ssrc, "timestamp of packet %d does not follow that of the one before", r.seq.Seq())
		}
	}
}

// judgeOrder compares packets with others missing in between.
func (c *Conformance) judgeOrder(ssrc uint32, before, r received) {
	if ahead(r, before) < 0 {
		c.report(ssrc, "timestamp goes back at packet %d", r.seq.Seq())
	}
}

// judgeFrames compares two adjacent packets of video: a frame has one timestamp
// and ends with the marker, the next one has a later timestamp and begins as its
// codec says. Only a keyframe may cut off the frame before it, which is what a
// switch between encodings looks like.
func (c *Conformance) judgeFrames(ssrc uint32, before, r received) {
	step := ahead(r, before)
	switch {
	case step < 0:
		c.report(ssrc, "timestamp goes back at packet %d", r.seq.Seq())
	case len(r.payload) == 0: // padding belongs to the frame before
	case step == 0 && before.marker:
		c.report(ssrc, "packet %d continues a frame that its marker had ended", r.seq.Seq())
	case step > 0 && !before.marker && !r.frame.Keyframe && len(before.payload) > 0:
		c.report(ssrc, "frame ends with packet %d without a marker", before.seq.Seq())
	case step > 0 && !r.frame.Start:
		c.report(ssrc, "packet %d has a new timestamp but does not begin a frame", r.seq.Seq())
	}
}

// ahead returns by how much the timestamp of b is ahead of that of a, the
// shorter way round.
func ahead(b, a received) int32 { return int32(b.timestamp - a.timestamp) }
