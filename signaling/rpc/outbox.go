package rpc

import "sync"

// outbox is the mailbox of a Conn's writer. Everybody may put; only the writer
// takes. Order of leaving: pong, ping, frames as they were put, close.
type outbox struct {
	limit int           // octets that may wait
	wake  chan struct{} // holds one token when there may be something to take

	mu     sync.Mutex
	frames [][]byte
	octets int // of frames, and of the one being written
	pong   []byte
	ponged bool // a pong is due
	pinged bool // a ping is due
	closed *closeFrame
}

type closeFrame struct {
	code   int
	reason string
}

// parcel is one thing to write: exactly one member is set.
type parcel struct {
	frame []byte
	pong  []byte
	ping  bool
	close *closeFrame
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

// take returns what to write next, and false when there is nothing. sent is
// the length of the frame that was taken last and is written now.
func (o *outbox) take(sent int) (parcel, bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.octets -= sent
	switch {
	case o.ponged:
		p := parcel{pong: o.pong}
		o.pong, o.ponged = nil, false
		return p, true
	case o.pinged:
		o.pinged = false
		return parcel{ping: true}, true
	case len(o.frames) > 0:
		p := parcel{frame: o.frames[0]}
		o.frames[0] = nil
		if o.frames = o.frames[1:]; len(o.frames) == 0 {
			o.frames = nil // let go of the array
		}
		return p, true
	case o.closed != nil:
		return parcel{close: o.closed}, true
	}
	return parcel{}, false
}

func (o *outbox) signal() {
	select {
	case o.wake <- struct{}{}:
	default:
	}
}
