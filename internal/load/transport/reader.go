package transport

import (
	"errors"
	"net"
	"net/netip"
	"os"
	"slices"
	"time"

	"github.com/atrium-rtc/atrium/internal/demux"
)

const (
	// busyTick and idleTick are the distances of ticks while datagrams come and
	// without. The difference is for datagrams to bring the tick before the
	// deadline does, which costs a wake-up of its own.
	busyTick = 60 * time.Millisecond
	idleTick = 95 * time.Millisecond
	// maxEarly bounds the media kept while the handshake ends: a server that
	// completes it first sends at once.
	maxEarly = 64
)

// reader is what reads a connection's socket: a goroutine of its own, and after
// it the Poller's if there is one. Nothing else calls the Handler.
type reader struct {
	c       *Conn
	handler Handler
	sealed  SealedHandler // the handler, if it is one
	opener  *opener       // nil until Start has the keys
	down    *downlink
	early   [][]byte

	ticked   time.Time
	deadline time.Time // of the socket's reads
	polled   bool      // the Poller reads, without deadlines
}

func newReader(c *Conn) *reader {
	r := &reader{c: c, handler: c.options.Handler}
	r.sealed, _ = r.handler.(SealedHandler)
	return r
}

// run reads until the connection is closed or moves to a Poller, or the socket
// fails.
func (r *reader) run() {
	d := r.c.socket.newDrain(r)
	r.drained(time.Now())
	for r.goesOn() {
		err := d.run()
		switch {
		case err == nil:
		case errors.Is(err, os.ErrDeadlineExceeded):
			r.deadline = time.Time{}
			r.drained(time.Now())
		case errors.Is(err, net.ErrClosed):
			return
		default:
			r.c.end(err)
			return
		}
	}
}

func (r *reader) goesOn() bool { return !r.c.stopped.Load() && !r.c.moving.Load() }

// datagram takes what the socket read.
func (r *reader) datagram(b []byte, from netip.AddrPort, now time.Time) {
	r.c.counters.in.count(len(b))
	if r.down == nil && r.c.options.Network.troubled.Load() {
		r.down = &downlink{way: &r.c.options.Network.down}
	}
	if r.down != nil {
		arrived, lost := r.down.carry(b, from, now)
		if lost {
			r.c.counters.droppedIn.Add(1)
		}
		if !arrived {
			return
		}
	}
	r.dispatch(b, from, now)
}

// dispatch hands a datagram to whom it is for.
func (r *reader) dispatch(b []byte, from netip.AddrPort, now time.Time) {
	switch kind := demux.Of(b); kind {
	case demux.RTP, demux.RTCP:
		if !r.adoptKeys(now) {
			if len(r.early) < maxEarly {
				r.early = append(r.early, slices.Clone(b))
			}
			return
		}
		r.open(b, kind, now)
	case demux.STUN:
		// A check from an address that may not be reached would make it one of the
		// server's candidates (RFC 8445 section 7.3.1.3).
		if !r.c.options.Reach(from.Addr()) {
			r.c.counters.rejected.Add(1)
			return
		}
		r.c.roundTrip.in(b, now)
		r.c.iceEnd.deliver(b, from)
	case demux.DTLS:
		r.c.dtlsEnd.deliver(b, from)
	case demux.Unknown:
		r.c.counters.rejected.Add(1)
	}
}

// open decrypts a packet where it lies.
func (r *reader) open(b []byte, kind demux.Class, now time.Time) {
	if r.sealed != nil && kind == demux.RTP && !r.sealed.SealedRTP(b, now) {
		return
	}
	plain, err := r.opener.packet(b, kind)
	switch {
	case err != nil:
		r.c.counters.rejected.Add(1)
	case kind == demux.RTCP:
		r.handler.RTCP(plain, now)
	default:
		r.handler.RTP(plain, now)
	}
}

// adoptKeys takes the keys once Start has left them, and delivers what came
// before.
func (r *reader) adoptKeys(now time.Time) bool {
	if r.opener != nil {
		return true
	}
	if r.opener = r.c.opener.Load(); r.opener == nil {
		return false
	}
	for _, b := range r.early {
		r.open(b, demux.Of(b), now)
	}
	r.early = nil
	return true
}

// drained does what falls due between system calls: datagrams that a delay has
// let go, the tick, the next deadline.
func (r *reader) drained(now time.Time) bool {
	if r.down != nil {
		r.release(now)
	}
	if started := r.adoptKeys(now); now.Sub(r.ticked) >= busyTick {
		r.ticked = now
		if started {
			r.handler.Tick(now)
		}
	}
	if !r.polled {
		r.setDeadline()
	}
	return r.goesOn()
}

func (r *reader) release(now time.Time) {
	for {
		d, ok := r.down.line.Pop(now)
		if !ok {
			return
		}
		r.dispatch(d.Payload, d.Peer, d.At)
		r.down.line.Recycle(d.Payload)
	}
}

// setDeadline makes the next read wait no longer than until the next tick, which
// datagrams bring forward, or the next delayed datagram.
func (r *reader) setDeadline() {
	due := r.ticked.Add(idleTick)
	if r.down != nil {
		if next, ok := r.down.line.Next(); ok && next.Before(due) {
			due = next
		}
	}
	if due.Equal(r.deadline) {
		return
	}
	r.deadline = due
	_ = r.c.socket.conn.SetReadDeadline(due) // fails only once closed, which the read tells
}
