package publish

import (
	"math"
	"time"
)

// Pacing as libwebrtc does it: packets leave at 2.5 times the target, faster
// only when the queue would take longer than that to drain.
const (
	pacingFactor   = 2.5
	pacingMaxDelay = 500 * time.Millisecond
)

// never is later than any moment of a run.
const never = time.Duration(math.MaxInt64)

// pacer spreads the packets of frames over time, all encodings together. Audio
// does not pass through it.
type pacer struct {
	burst  bool
	rate   float64 // bit/s
	queue  []pending
	head   int // of queue
	queued int // octets
	next   time.Duration
}

// pending is a frame of which packets are still to leave.
type pending struct {
	encoding *encoding
	packet   packet // the next one to leave
}

// push adds a frame that was captured at the given moment.
func (p *pacer) push(f pending, at time.Duration) {
	if p.head == len(p.queue) {
		p.queue, p.head = p.queue[:0], 0
		p.next = max(p.next, at)
	}
	if len(p.queue) == cap(p.queue) {
		p.queue = p.queue[:copy(p.queue, p.queue[p.head:])]
		p.head = 0
	}
	p.queue = append(p.queue, f)
	p.queued += f.packet.of.octets
}

// due returns when the next packet leaves, never if there is none.
func (p *pacer) due() time.Duration {
	if p.head == len(p.queue) {
		return never
	}
	return p.next
}

// front returns the frame whose packet is the next to leave.
func (p *pacer) front() *pending { return &p.queue[p.head] }

// sent moves on behind the packet at the front.
func (p *pacer) sent() {
	f := p.front()
	octets := len(f.packet.payload())
	if !p.burst {
		rate := max(p.rate, float64(p.queued*8)/pacingMaxDelay.Seconds())
		p.next += time.Duration(float64(octets*8) / rate * float64(time.Second))
	}
	p.queued -= octets
	f.packet.index++
	if f.packet.index == len(f.packet.of.payloads) {
		*f = pending{}
		p.head++
	}
}

// skip moves what is queued to a later moment.
func (p *pacer) skip(to time.Duration) { p.next = max(p.next, to) }

// setTarget sets the bitrate of all encodings together.
func (p *pacer) setTarget(bitrate int) { p.rate = pacingFactor * float64(max(bitrate, 1)) }
