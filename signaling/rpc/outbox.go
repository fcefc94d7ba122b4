package rpc

import (
	"sync"
	"time"
)

// outbox is the mailbox of a Conn's writer. Everybody may put; only the writer
// takes. Order of leaving: pong, ping, frames as they were put, close.
//
// A frame may be put with a time by which it must leave. Until then it waits,
// so that others can leave with it; but whatever is put without such a time
// takes all that waits along.
type outbox struct {
	limit int           // octets that may wait
	wake  chan struct{} // holds one token when there may be something to take
	// alarm rings for the writer when the first waiting frame must leave. It is
	// set while frames wait, and costs nothing otherwise.
	alarm *time.Timer

	mu     sync.Mutex
	frames [][]byte
	octets int       // of frames, and of those being written
	due    bool      // frames must leave now
	by     time.Time // when alarm rings; zero while it is not set
	pong   []byte
	ponged bool // a pong is due
	pinged bool // a ping is due
	closed *closeFrame
	drop   bool // the close frame goes in place of frames
}

type closeFrame struct {
	code   int
	reason string
}

// batch is what the writer takes at once, in the order of leaving.
type batch struct {
	pong   []byte
	ponged bool
	pinged bool
	frames [][]byte
	octets int // of frames
	close  *closeFrame
}

func (b *batch) empty() bool {
	return !b.ponged && !b.pinged && len(b.frames) == 0 && b.close == nil
}

func newOutbox(limit int) *outbox {
	alarm := time.NewTimer(time.Hour)
	alarm.Stop()
	return &outbox{limit: limit, wake: make(chan struct{}, 1), alarm: alarm}
}

// put queues a frame and reports false when the limit is exceeded. A frame
// that finds the outbox empty is always taken, however long. After close it
// drops the frame. The frame may wait until by; with the zero time it leaves at
// once.
func (o *outbox) put(frame []byte, by time.Time) bool {
	o.mu.Lock()
	if o.closed != nil {
		o.mu.Unlock()
		return true
	}
	if o.octets > 0 && o.octets+len(frame) > o.limit {
		o.mu.Unlock()
		return false
	}
	o.frames = append(o.frames, frame)
	o.octets += len(frame)
	if !by.IsZero() {
		if o.by.IsZero() || by.Before(o.by) {
			o.by = by
			o.alarm.Reset(time.Until(by))
		}
		o.mu.Unlock()
		return true
	}
	o.due = true
	o.mu.Unlock()
	o.signal()
	return true
}

// putPong answers a ping. Only the most recent ping is answered, which RFC
// 6455 section 5.5.3 allows, so a flood of pings queues nothing.
func (o *outbox) putPong(payload string) {
	o.mu.Lock()
	o.pong, o.ponged = []byte(payload), true
	o.mu.Unlock()
	o.signal()
}

func (o *outbox) putPing() {
	o.mu.Lock()
	o.pinged = true
	o.mu.Unlock()
	o.signal()
}

// close queues a close frame behind what waits, or with drop in its place. One
// that is queued already stays.
func (o *outbox) close(code int, reason string, drop bool) {
	o.mu.Lock()
	o.drop = o.drop || drop
	if o.closed == nil {
		o.closed = &closeFrame{code, reason}
	}
	o.mu.Unlock()
	o.signal()
}

// take returns what to write next: what is due, and whatever waits with it, of
// frames as many as have most octets together but at least one. The batch is
// empty when nothing is due. sent are the octets of the batch taken last, which
// is written now; rung says that the alarm has rung.
func (o *outbox) take(sent, most int, rung bool) batch {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.octets -= sent
	if !o.due && !rung && !o.ponged && !o.pinged && o.closed == nil {
		return batch{}
	}
	b := batch{pong: o.pong, ponged: o.ponged, pinged: o.pinged}
	o.pong, o.ponged, o.pinged = nil, false, false
	if o.drop {
		b.close = o.closed
		return b
	}
	n := 0
	for ; n < len(o.frames); n++ {
		if octets := b.octets + len(o.frames[n]); n == 0 || octets <= most {
			b.octets = octets
			continue
		}
		break
	}
	b.frames, o.frames = o.frames[:n:n], o.frames[n:]
	if o.due = len(o.frames) > 0; !o.due {
		o.frames = nil // let go of the array
		o.calm()
		b.close = o.closed
	}
	return b
}

// recall takes back the frames of which none has to leave yet, and returns nil
// when one has. They will not be written.
func (o *outbox) recall() [][]byte {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.due || !time.Now().Before(o.by) {
		return nil
	}
	frames := o.frames
	for _, frame := range frames {
		o.octets -= len(frame)
	}
	o.frames = nil
	o.calm()
	return frames
}

// size returns the octets of the frames that wait or are being written.
func (o *outbox) size() int {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.octets
}

// calm stops the alarm; the caller holds the lock.
func (o *outbox) calm() {
	if !o.by.IsZero() {
		o.by = time.Time{}
		o.alarm.Stop()
	}
}

func (o *outbox) signal() {
	select {
	case o.wake <- struct{}{}:
	default:
	}
}
