package tap

import (
	"slices"
	"sync/atomic"

	"github.com/pion/rtp"
)

// queueSize is how many packets wait for a tap at most, a power of two: two seconds
// of a picture of 5 Mbit/s.
const queueSize = 1024

// queue is a ring with one writer and one reader, who share no lock. Its buffers
// grow as far as they are used.
type queue struct {
	entries [queueSize]entry
	wake    chan struct{} // holds a token when the reader, asleep, has something to do

	put    atomic.Uint64 // entries ever, by the writer
	lost   atomic.Uint64 // packets without room, by the writer
	asleep atomic.Bool   // the reader is, or is about to be
	closed atomic.Bool   // nothing is put any more

	_     [64]byte // the reader writes on another core
	taken atomic.Uint64
}

// entry is a packet that waits, with its octets, and what was lost before it.
type entry struct {
	packet Packet
	raw    []byte
	lost   uint64
}

func newQueue() *queue { return &queue{wake: make(chan struct{}, 1)} }

// add puts one packet in, which is p, header and payload together. The writer only;
// it allocates while the ring's buffers have not grown, and then never. It reports
// whether there was room.
func (q *queue) add(p *Packet, header *rtp.Header, payload []byte) bool {
	put := q.put.Load()
	if put-q.taken.Load() >= queueSize {
		q.lost.Add(1)
		return false
	}
	e := &q.entries[put%queueSize]
	head := header.MarshalSize()
	e.raw = slices.Grow(e.raw[:0], head+len(payload))[:head+len(payload)]
	if _, err := header.MarshalTo(e.raw); err != nil {
		q.lost.Add(1)
		return false
	}
	e.raw[0] &^= paddingBit
	copy(e.raw[head:], payload)
	e.packet, e.lost = *p, q.lost.Load()
	e.packet.Raw, e.packet.Payload = e.raw, e.raw[head:len(e.raw):len(e.raw)]
	q.put.Store(put + 1)
	q.rouse()
	return true
}

// paddingBit of the first octet says that there is padding (RFC 3550 section 5.1),
// which is none of a tap's business.
const paddingBit = 0x20

// close says that nothing is put in any more. The writer, or anybody once there is no
// writer.
func (q *queue) close() {
	q.closed.Store(true)
	q.rouse()
}

// rouse wakes the reader if it sleeps.
func (q *queue) rouse() {
	if q.asleep.Load() && q.asleep.CompareAndSwap(true, false) {
		q.wake <- struct{}{}
	}
}

// next waits for a packet and returns it, nil when there will be none. It is the
// reader's until it calls done.
func (q *queue) next() *entry {
	for {
		if e := q.peek(); e != nil {
			return e
		}
		if q.closed.Load() {
			return q.peek() // what was put right before
		}
		q.asleep.Store(true)
		if q.idle() || !q.asleep.CompareAndSwap(true, false) {
			<-q.wake // somebody has woken us, or will
		}
	}
}

// idle reports whether there is nothing to do.
func (q *queue) idle() bool { return q.taken.Load() == q.put.Load() && !q.closed.Load() }

func (q *queue) peek() *entry {
	if taken := q.taken.Load(); taken != q.put.Load() {
		return &q.entries[taken%queueSize]
	}
	return nil
}

// done gives the entry back.
func (q *queue) done() { q.taken.Add(1) }
