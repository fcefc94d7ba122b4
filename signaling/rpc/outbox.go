package rpc

import "sync"

// outbox is the mailbox of a Conn's writer. Everybody may put; only the writer
// takes. Order of leaving: pong, ping, frames as they were put, close.
type outbox struct {
	limit int           // octets that may wait
	wake  chan struct{} // holds one token when there may be something to take

	mu     sync.Mutex
	frames [][]byte
	octets int // of frames, and of those being written
	pong   []byte
	ponged bool // a pong is due
	pinged bool // a ping is due
	closed *closeFrame
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
	return &outbox{limit: limit, wake: make(chan struct{}, 1)}
}

// put queues a frame and reports false when the limit is exceeded. A frame
// that finds the outbox empty is always taken, however long. After close it
// drops the frame.
func (o *outbox) put(frame []byte) bool {
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
	if drop {
		o.frames = nil
	}
	if o.closed == nil {
		o.closed = &closeFrame{code, reason}
	}
	o.mu.Unlock()
	o.signal()
}

// take returns what to write next, of frames as many as have most octets
// together but at least one. The batch is empty when nothing waits. sent are the
// octets of the batch taken last, which is written now.
func (o *outbox) take(sent, most int) batch {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.octets -= sent
	b := batch{pong: o.pong, ponged: o.ponged, pinged: o.pinged}
	o.pong, o.ponged, o.pinged = nil, false, false
	n := 0
	for ; n < len(o.frames); n++ {
		if octets := b.octets + len(o.frames[n]); n == 0 || octets <= most {
			b.octets = octets
			continue
		}
		break
	}
	b.frames, o.frames = o.frames[:n:n], o.frames[n:]
	if len(o.frames) == 0 {
		o.frames = nil // let go of the array
		b.close = o.closed
	}
	return b
}

func (o *outbox) signal() {
	select {
	case o.wake <- struct{}{}:
	default:
	}
}
