package rtptest

import "github.com/atrium-rtc/atrium/sfu/codec"

// judgeContinuity walks a stream in the order of its numbers.
func (c *Conformance) judgeContinuity(s *stream, list []*received) {
	video := s.codec.IsVideo()
	if first := list[0]; video && !c.want.MayStartAnywhere && !c.want.MayLose && !first.begins() {
		c.report(s.ssrc, "begins with packet %d, which does not begin a keyframe", first.seq.Seq())
	}
	media := list[0] // the last one that is not padding
	for i := 1; i < len(list); i++ {
		before, r := list[i-1], list[i]
		gap := r.seq - before.seq - 1
		switch {
		case gap > 0:
			if !c.want.MayLose {
				c.report(s.ssrc, "%d packets missing behind %d", gap, before.seq.Seq())
			}
			c.judgeOrder(s, before, r)
		case r.octets == 0:
			c.judgePadding(s, before, r)
		case media.octets == 0: // a stream begins with padding, or what is before was lost
		case video:
			c.judgeFrame(s, media, r)
		case ahead(r, media) <= 0:
			c.report(s.ssrc, "timestamp of packet %d does not follow that of the one before", r.seq.Seq())
		}
		if gap > 0 || r.octets > 0 {
			media = r
		}
	}
}

// judgeOrder compares packets with others missing in between.
func (c *Conformance) judgeOrder(s *stream, before, r *received) {
	if ahead(r, before) < 0 {
		c.report(s.ssrc, "timestamp goes back at packet %d", r.seq.Seq())
	}
}

// judgePadding checks that padding belongs to the frame before, or to one that was
// left out: it fills the number of a packet that came late.
func (c *Conformance) judgePadding(s *stream, before, r *received) {
	if ahead(r, before) < 0 {
		c.report(s.ssrc, "timestamp goes back at packet %d", r.seq.Seq())
	}
}

// judgeFrame compares two packets of video that are adjacent but for padding: a
// picture has one timestamp and ends with the marker, the next one has a later
// timestamp and begins as its codec says. Only a keyframe may cut off the picture
// before it, which is what a switch between encodings looks like.
func (c *Conformance) judgeFrame(s *stream, before, r *received) {
	step := ahead(r, before)
	switch {
	case step < 0:
		c.report(s.ssrc, "timestamp goes back at packet %d", r.seq.Seq())
	case step == 0 && before.marker:
		c.report(s.ssrc, "packet %d continues a frame that its marker had ended", r.seq.Seq())
	case step > 0 && !before.marker && !r.begins():
		c.report(s.ssrc, "frame ends with packet %d without a marker", before.seq.Seq())
	case step > 0 && !r.frame.Start:
		c.report(s.ssrc, "packet %d has a new timestamp but does not begin a frame", r.seq.Seq())
	case step == 0:
		c.judgeLayer(s, before, r)
	}
	if s.codec == codec.VP9 && r.marker && !r.frame.End {
		c.report(s.ssrc, "packet %d has a marker inside a layer", r.seq.Seq())
	}
}

// judgeLayer compares adjacent packets of one picture: its spatial layers come
// one behind the other, the lower first. VP9 says in each packet which it is, AV1
// where an OBU begins, of which a layer may have several.
func (c *Conformance) judgeLayer(s *stream, before, r *received) {
	from, to := before.frame, r.frame
	switch {
	case s.codec == codec.AV1 && from.Start && to.Start && to.SpatialLayer < from.SpatialLayer:
		c.report(s.ssrc, "packet %d has spatial layer %d behind layer %d", r.seq.Seq(), to.SpatialLayer, from.SpatialLayer)
	case s.codec != codec.VP9:
	case to.Start && !from.End:
		c.report(s.ssrc, "packet %d begins a layer before the one before has ended", r.seq.Seq())
	case to.Start && to.SpatialLayer <= from.SpatialLayer:
		c.report(s.ssrc, "packet %d has spatial layer %d behind layer %d", r.seq.Seq(), to.SpatialLayer, from.SpatialLayer)
	case !to.Start && (from.End || to.SpatialLayer != from.SpatialLayer):
		c.report(s.ssrc, "packet %d continues a layer that is not the one before", r.seq.Seq())
	}
}

// ahead returns by how much the timestamp of b is ahead of that of a, the
// shorter way round.
func ahead(b, a *received) int32 { return int32(b.timestamp - a.timestamp) }
