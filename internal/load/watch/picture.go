package watch

import "time"

// picture is the video of a subscription as its viewer sees it. It lasts as long
// as the subscription; assembly and keyframes are those of the present source.
type picture struct {
	late time.Duration // from Config

	assembly  *assembly
	keyframes keyframes
	transit   transit
	freezes   freezes
	tally     tally

	frames, keys, lateFrames, skipped, switches uint64

	firstKey      time.Time
	width, height uint16
	layer         int
	shownNumber   uint32 // stamp number of the frame shown last
}

func newPicture(clockRate uint32, late time.Duration) *picture {
	return &picture{late: late, layer: NoLayer, assembly: &assembly{}, transit: transit{clockRate: int64(clockRate)}}
}

// restart begins with another source.
func (p *picture) restart() {
	p.assembly, p.keyframes = &assembly{}, keyframes{}
	p.transit.reset()
	p.tally.end()
}

// received takes a packet that came for the first time.
func (p *picture) received(a *arrival) {
	if !a.padding {
		p.keyframes.received(a.timestamp, a.frame.Keyframe, a.now)
	}
	if a.stamped {
		p.tally.extend(&a.stamp)
	}
	p.assembly.push(&piece{
		seq: a.seq, timestamp: a.timestamp, width: a.frame.Width, height: a.frame.Height,
		start: a.frame.Start, marker: a.marker, padding: a.padding, keyframe: a.frame.Keyframe,
		damaged: a.damaged, stamped: a.stamped,
		layer: a.stamp.Layer, resumed: a.stamp.Resumed, source: a.stamp.Source, number: a.stamp.Number,
	})
	p.show(a.now)
}

// show shows what can be decoded.
func (p *picture) show(now time.Time) {
	for f, ok := p.assembly.next(now); ok; f, ok = p.assembly.next(now) {
		p.shown(&f, now)
	}
	if p.assembly.abandoned() {
		p.keyframes.urgent = true
	}
}

func (p *picture) shown(f *frame, now time.Time) {
	p.frames++
	if f.keyframe {
		p.keys++
		if p.firstKey.IsZero() {
			p.firstKey = now
		}
	}
	resumed := f.stamped && f.stamp.Resumed
	if resumed {
		p.transit.reset()
	}
	if p.transit.lateness(f.timestamp, now) > p.late {
		p.lateFrames++
	}
	p.freezes.shown(now, resumed)
	p.keyframes.decoded(now)
	p.follow(f)
}

// follow notes frames that the server left out, and changes of layer.
func (p *picture) follow(f *frame) {
	switched := f.width > 0 && p.width > 0 && (f.width != p.width || f.height != p.height)
	if f.width > 0 {
		p.width, p.height = f.width, f.height
	}
	if f.stamped {
		p.leftOut(f)
		layer := int(f.stamp.Layer)
		switched = switched || (p.layer != NoLayer && layer != p.layer)
		p.layer, p.shownNumber = layer, f.stamp.Number
		p.tally.follow(&f.stamp)
	}
	if switched {
		p.switches++
	}
}

// leftOut counts the frames of the same encoding between two that followed each
// other without a gap: a server that sends fewer frames on purpose numbers what
// it sends without gaps.
func (p *picture) leftOut(f *frame) {
	if f.leapt || !p.tally.runs(&f.stamp) {
		return
	}
	if n := f.stamp.Number - p.shownNumber - 1; n < maxStampJump { // very many if it fell
		p.skipped += uint64(n)
	}
}

// gaveUp says that a packet will not come any more.
func (p *picture) gaveUp() {
	if p.assembly.stuck() {
		p.keyframes.urgent = true
	}
}
