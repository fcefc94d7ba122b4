package rtptest

import (
	"slices"

	"github.com/atrium-rtc/atrium/sfu/codec"
	"github.com/atrium-rtc/atrium/sfu/packet"
)

// describedFrame is a frame by the descriptors of its packets.
type describedFrame struct {
	number    packet.ExtSeq // frame numbers wrap as sequence numbers do
	timestamp uint32
	ended     bool // its last packet came
	lossy     bool // packets are missing right before it
}

// descriptorWalk is what judgeDescriptors knows on its way.
type descriptorWalk struct {
	structure *Structure
	unwrapper packet.Unwrapper
	frames    []describedFrame // ascending
	lossy     bool             // packets are missing behind the last one
}

// judgeDescriptors checks the dependency descriptors of a stream (AV1 RTP
// specification, appendix A): they can be read with the structure that came
// before, say where frames begin and end, count frames upwards, and refer only to
// frames that were sent.
func (c *Conformance) judgeDescriptors(s *stream, list []*received) {
	if c.want.Descriptor == 0 || !s.codec.IsVideo() {
		return
	}
	var w descriptorWalk
	for i, r := range list {
		if i > 0 && r.seq-list[i-1].seq > 1 {
			w.lossy = true
		}
		if r.octets == 0 {
			continue
		}
		d, ok := c.readDescriptor(s, &w, r)
		if ok {
			c.judgeDescriptor(s, &w, r, d)
		}
		w.lossy = !ok
	}
}

// readDescriptor returns what the descriptor of a packet says, if it says
// anything. What it should have said is then as good as lost.
func (c *Conformance) readDescriptor(s *stream, w *descriptorWalk, r *received) (Descriptor, bool) {
	if r.descriptor == nil {
		if s.codec == codec.AV1 {
			c.report(s.ssrc, "packet %d has no dependency descriptor", r.seq.Seq())
		}
		return Descriptor{}, false
	}
	d, err := ReadDescriptor(r.descriptor, w.structure)
	if err != nil {
		if w.structure != nil || (!c.want.MayLose && !c.want.MayStartAnywhere) {
			c.report(s.ssrc, "packet %d: %v", r.seq.Seq(), err)
		}
		return Descriptor{}, false
	}
	if d.Attached != nil {
		w.structure = d.Attached
	}
	return d, true
}

// judgeDescriptor compares the descriptor of a packet with those before.
func (c *Conformance) judgeDescriptor(s *stream, w *descriptorWalk, r *received, d Descriptor) {
	if r.marker && !d.Last {
		c.report(s.ssrc, "packet %d has a marker but does not end its frame", r.seq.Seq())
	}
	number := w.unwrapper.Unwrap(d.FrameNumber)
	if n := len(w.frames); n > 0 {
		last := &w.frames[n-1]
		switch {
		case number == last.number:
			if !w.lossy && (d.First || last.ended || r.timestamp != last.timestamp) {
				c.report(s.ssrc, "packet %d does not continue frame number %d", r.seq.Seq(), d.FrameNumber)
			}
			last.ended = d.Last
			return
		case number < last.number:
			c.report(s.ssrc, "packet %d has frame number %d behind %d", r.seq.Seq(), d.FrameNumber, last.number.Seq())
			return
		case !w.lossy && !last.ended && !r.begins():
			c.report(s.ssrc, "packet %d leaves frame number %d without its end", r.seq.Seq(), last.number.Seq())
		}
	}
	if !d.First && !w.lossy && (len(w.frames) > 0 || !c.want.MayStartAnywhere) {
		c.report(s.ssrc, "packet %d begins in the middle of frame number %d", r.seq.Seq(), d.FrameNumber)
	}
	w.frames = append(w.frames, describedFrame{number: number, timestamp: r.timestamp, ended: d.Last, lossy: w.lossy})
	for _, diff := range d.Diffs {
		if !w.sent(number-packet.ExtSeq(diff), c.want.MayStartAnywhere || c.want.MayLose) {
			c.report(s.ssrc, "packet %d refers to frame number %d, which was not sent",
				r.seq.Seq(), (number - packet.ExtSeq(diff)).Seq())
		}
	}
}

// sent reports whether a frame came, or may have been lost: with packets that are
// missing where it would have been, or before the start where streams may begin
// with anything.
func (w *descriptorWalk) sent(number packet.ExtSeq, anyStart bool) bool {
	at, found := slices.BinarySearchFunc(w.frames, number, func(f describedFrame, n packet.ExtSeq) int {
		switch {
		case f.number < n:
			return -1
		case f.number > n:
			return 1
		default:
			return 0
		}
	})
	switch {
	case found:
		return true
	case at == 0:
		return anyStart
	default:
		return w.frames[at].lossy
	}
}
