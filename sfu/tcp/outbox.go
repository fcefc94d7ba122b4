package tcp

import (
	"io"
	"sync"
)

const (
	// outboxSize bounds what waits for a slow client, in octets: three seconds of
	// a 2.5 Mbit/s stream. Beyond it frames are dropped.
	outboxSize = 1 << 20
	// keptSize is how large a buffer stays that was written, in octets.
	keptSize = 64 << 10
)

// outbox is a bounded queue of frames between those who write to a connection,
// who never wait, and its writer, which takes all that waits at once.
type outbox struct {
	mu       sync.Mutex
	notEmpty sync.Cond
	waiting  []byte // frames with their lengths
	spare    []byte // empty; becomes waiting when that is taken
	writing  int    // octets that the writer has in hand
	closed   bool
}

func (o *outbox) init() { o.notEmpty.L = &o.mu }

// put appends a copy of a frame of MaxFrame octets at most. It returns ErrFull
// beyond outboxSize, and io.ErrClosedPipe after close.
func (o *outbox) put(frame []byte) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	switch {
	case o.closed:
		return io.ErrClosedPipe
	case o.writing+len(o.waiting)+lengthSize+len(frame) > outboxSize:
		return ErrFull
	}
	if len(o.waiting) == 0 {
		o.notEmpty.Signal()
	}
	o.waiting = appendFrame(o.waiting, frame)
	return nil
}

// take waits for frames and hands over all there are, in one piece; written is
// the piece before, which nobody uses any more. After close it hands over what
// is left, and then nil. For the writer.
func (o *outbox) take(written []byte) []byte {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.writing = 0
	if cap(written) <= keptSize {
		o.spare = written[:0]
	}
	for len(o.waiting) == 0 {
		if o.closed {
			return nil
		}
		o.notEmpty.Wait()
	}
	batch := o.waiting
	o.waiting, o.spare = o.spare, nil
	o.writing = len(batch)
	return batch
}

// close refuses what comes from here on.
func (o *outbox) close() {
	o.mu.Lock()
	o.closed = true
	o.mu.Unlock()
	o.notEmpty.Signal()
}
