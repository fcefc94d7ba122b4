package signaling

import (
	"sync"
	"time"

	"github.com/atrium-rtc/atrium/signaling/rpc"
)

// link is where a session's frames go: to its socket, or into a store while it
// has none or while an answer must go first. Any goroutine may send; frames
// from one goroutine stay in order. No lock is held while a socket is called.
// What may wait, waits at the socket, and is called back when the session loses
// it or gets another one.
type link struct {
	mu     sync.Mutex
	conn   *rpc.Conn // nil while the socket is lost
	losses int       // how often it was
	missed bool      // it is lost for longer than a moment
	held   [][]byte
	octets int // of held
	holds  int // reasons to hold frames although there is a socket
	over   bool
}

// sendBy passes a frame on or stores it, and reports false when too much is stored.
// The frame may wait at the socket until the given time.
func (l *link) sendBy(frame []byte, by time.Time) bool {
	l.mu.Lock()
	if l.over {
		l.mu.Unlock()
		return true
	}
	if conn := l.conn; conn != nil && l.holds == 0 {
		l.mu.Unlock()
		conn.SendBy(frame, by)
		return true
	}
	defer l.mu.Unlock()
	if l.octets+len(frame) > maxHeld {
		return false
	}
	l.held = append(l.held, frame)
	l.octets += len(frame)
	return true
}

// hold stores all frames from now until release.
func (l *link) hold() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.holds++
}

// release sends first (unless nil) before everything that was held, then that.
func (l *link) release(first []byte) {
	l.mu.Lock()
	conn := l.conn
	if conn == nil && first != nil {
		l.held = append([][]byte{first}, l.held...)
		l.octets += len(first)
	}
	l.mu.Unlock()
	if conn != nil && first != nil {
		conn.Send(first)
	}
	l.unhold()
}

// unhold gives one hold back. Who gives the last one sends what is held, and
// keeps the hold until nothing is left, so that nobody overtakes.
func (l *link) unhold() {
	for {
		l.mu.Lock()
		if l.holds > 1 || l.conn == nil || len(l.held) == 0 {
			l.holds--
			l.mu.Unlock()
			return
		}
		conn, frames := l.conn, l.held
		l.held, l.octets = nil, 0
		l.mu.Unlock()
		for _, frame := range frames {
			conn.Send(frame)
		}
	}
}

// attach gives the session a socket, on which first goes before everything
// held. It returns the socket that it replaces, if any, and false when the
// session is over.
func (l *link) attach(conn *rpc.Conn, first []byte) (old *rpc.Conn, ok bool) {
	l.mu.Lock()
	if l.over {
		l.mu.Unlock()
		return nil, false
	}
	old, l.conn, l.missed = l.conn, conn, false
	l.holds++
	l.mu.Unlock()
	if first != nil {
		conn.Send(first)
	}
	if old != nil {
		l.recall(old)
	}
	l.unhold()
	return old, true
}

// recall holds what waited at a socket that the session has no more, before
// everything held. The caller has a hold.
func (l *link) recall(old *rpc.Conn) {
	frames := old.Recall()
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.over || len(frames) == 0 {
		return
	}
	for _, frame := range frames {
		l.octets += len(frame)
	}
	l.held = append(frames, l.held...)
}

// detach takes the socket away, and reports false when the session has another
// one or is over. loss numbers this loss, for lostSince.
func (l *link) detach(conn *rpc.Conn) (loss int, ok bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.over || l.conn != conn {
		return 0, false
	}
	l.conn = nil
	l.losses++
	l.missed = conn.Quiet()
	return l.losses, true
}

// lose is detach for a socket that has ended, and keeps what waited there.
func (l *link) lose(conn *rpc.Conn) (loss int, ok bool) {
	l.hold() // another socket may come now
	defer l.unhold()
	if loss, ok = l.detach(conn); ok {
		l.recall(conn)
	}
	return loss, ok
}

// lostSince reports whether no socket has been attached since that loss.
func (l *link) lostSince(loss int) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return !l.over && l.conn == nil && l.losses == loss
}

// miss notes that no socket has come since that loss, and reports whether it is so.
func (l *link) miss(loss int) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.over || l.conn != nil || l.losses != loss {
		return false
	}
	l.missed = true
	return true
}

// heard reports whether anything came from the client lately, as far as a short loss does
// not count.
func (l *link) heard() bool {
	l.mu.Lock()
	conn, missed := l.conn, l.missed
	l.mu.Unlock()
	if conn != nil {
		return !conn.Quiet()
	}
	return !missed
}

// socketless reports whether nobody could hear the session now.
func (l *link) socketless() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.conn == nil
}

// waiting reports whether the session waits for its client to come back.
func (l *link) waiting() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.conn == nil && !l.over
}

// current returns the socket, or nil.
func (l *link) current() *rpc.Conn {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.conn
}

// finish ends the link, and returns the socket it had, to which everything held
// goes: an answer that it waited for may never come, and why the session ends is
// among it. ok is true the first time.
func (l *link) finish() (conn *rpc.Conn, ok bool) {
	l.mu.Lock()
	if l.over {
		l.mu.Unlock()
		return nil, false
	}
	conn, l.conn = l.conn, nil
	held := l.held
	l.over, l.held, l.octets = true, nil, 0
	l.mu.Unlock()
	if conn != nil {
		for _, frame := range held {
			conn.Send(frame)
		}
	}
	return conn, true
}
