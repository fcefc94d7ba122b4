package transport

import (
	"net/netip"
	"sync"
	"time"

	"github.com/atrium-rtc/atrium/internal/link"
)

// uplink treats what is sent as a network path would. There is one only for
// connections that had conditions at some time.
type uplink struct {
	send func(b []byte, to netip.AddrPort) error // on the socket

	way  *direction // shared with the client's other connections
	mu   sync.Mutex
	line link.Line

	earlier chan struct{} // the line's next arrival changed
	stop    chan struct{}
	stopped chan struct{}
}

func newUplink(way *direction, send func([]byte, netip.AddrPort) error) *uplink {
	u := &uplink{
		send: send, way: way,
		earlier: make(chan struct{}, 1), stop: make(chan struct{}), stopped: make(chan struct{}),
	}
	go u.run()
	return u
}

// carry takes a datagram in and keeps no part of b. It returns false if the
// datagram is lost.
func (u *uplink) carry(b []byte, to netip.AddrPort) (bool, error) {
	u.mu.Lock()
	defer u.mu.Unlock()
	now := time.Now()
	at, outcome := u.way.carry(b, to.Addr(), now)
	if outcome != link.Passed {
		return false, nil
	}
	next, waiting := u.line.Next()
	if !waiting && !at.After(now) {
		return true, u.send(b, to)
	}
	u.line.Push(at, b, to)
	if !waiting || at.Before(next) {
		select {
		case u.earlier <- struct{}{}:
		default:
		}
	}
	return true, nil
}

// run sends datagrams when they arrive, until close.
func (u *uplink) run() {
	defer close(u.stopped)
	timer := time.NewTimer(time.Hour)
	defer timer.Stop()
	for {
		wait := time.Hour
		if next, ok := u.sendDue(time.Now()); ok {
			wait = time.Until(next)
		}
		timer.Reset(wait)
		select {
		case <-timer.C:
		case <-u.earlier:
		case <-u.stop:
			return
		}
	}
}

// sendDue sends what has arrived by now, and returns when the next arrives.
func (u *uplink) sendDue(now time.Time) (time.Time, bool) {
	u.mu.Lock()
	defer u.mu.Unlock()
	for {
		d, ok := u.line.Pop(now)
		if !ok {
			return u.line.Next()
		}
		_ = u.send(d.Payload, d.Peer) // counted there
		u.line.Recycle(d.Payload)
	}
}

// close ends the goroutine. What still waits is sent at once, so that the last
// of it, the close_notify, arrives at all.
func (u *uplink) close() {
	close(u.stop)
	<-u.stopped
	const distant = 1 << 62
	u.sendDue(time.Now().Add(distant))
}
