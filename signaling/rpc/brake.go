package rpc

import (
	"net"
	"os"
	"sync"
	"time"
)

// unlimited is the rate of a brake that does nothing.
const unlimited = -1

// slowBuffer is the kernel's receive buffer of a connection that is read
// slowly, in octets. A large one would read for the slow reader and hide it
// from the server.
const slowBuffer = 4 << 10

// brake is a connection that can be read slowly, or fall silent. It lies below
// TLS. While it is on, time stands still for the read deadline set from above:
// the silence is our own.
type brake struct {
	net.Conn
	closing sync.Once
	closed  chan struct{}

	mu       sync.Mutex
	rate     int           // octets a second; unlimited, or 0 for none
	frozen   bool          // for good: neither read nor written
	next     time.Time     // when the rate allows the next read
	deadline time.Time     // for reading, as set from above
	held     time.Time     // since when deadline stands still, while it does
	turned   chan struct{} // closed and renewed when rate or frozen changes
}

func newBrake(conn net.Conn) *brake {
	return &brake{Conn: conn, rate: unlimited, closed: make(chan struct{}), turned: make(chan struct{})}
}

// slow sets the rate, also of a read that is under way.
func (b *brake) slow(octetsPerSecond int) {
	if buffered, ok := b.Conn.(interface{ SetReadBuffer(octets int) error }); ok && octetsPerSecond >= 0 {
		_ = buffered.SetReadBuffer(slowBuffer)
	}
	b.turn(func() {
		now := time.Now()
		switch was := b.rate; {
		case octetsPerSecond >= 0 && was == unlimited:
			b.held = now
		case octetsPerSecond < 0 && was != unlimited && !b.deadline.IsZero():
			b.deadline = b.deadline.Add(now.Sub(b.held))
		}
		b.rate, b.next = max(octetsPerSecond, unlimited), now
	})
}

// freeze stops reading and writing until Close, also what is under way.
func (b *brake) freeze() {
	b.turn(func() { b.frozen = true })
	_ = b.SetWriteDeadline(time.Now())
}

func (b *brake) turn(change func()) {
	b.mu.Lock()
	defer b.mu.Unlock()
	change()
	close(b.turned)
	b.turned = make(chan struct{})
	// A read that waits for octets must look again.
	_ = b.Conn.SetReadDeadline(time.Now())
}

func (b *brake) Read(p []byte) (int, error) {
	for {
		grant, turned, err := b.grant(len(p))
		if err != nil {
			return 0, err
		}
		n, err := b.Conn.Read(p[:grant])
		b.charge(n)
		select {
		case <-turned: // ended by turn, not by the caller's deadline
			if n == 0 && os.IsTimeout(err) {
				continue
			}
		default:
		}
		return n, err
	}
}

// grant waits until something may be read and returns how much of want.
func (b *brake) grant(want int) (octets int, turned <-chan struct{}, err error) {
	for {
		octets, wait, turned := b.allowance(want)
		if octets > 0 || want == 0 {
			return octets, turned, nil
		}
		var alarm <-chan time.Time
		if wait > 0 {
			alarm = time.After(wait)
		}
		select {
		case <-turned:
		case <-alarm:
		case <-b.closed:
			return 0, nil, net.ErrClosed
		}
	}
}

// allowance returns how much of want may be read now, and when it is nothing,
// after how long to ask again: 0 is not before a turn.
func (b *brake) allowance(want int) (octets int, wait time.Duration, turned <-chan struct{}) {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch wait = time.Until(b.next); {
	case b.frozen || b.rate == 0:
		return 0, 0, b.turned
	case b.rate == unlimited:
		_ = b.Conn.SetReadDeadline(b.deadline)
		return want, 0, b.turned
	case wait > 0:
		return 0, wait, b.turned
	}
	_ = b.Conn.SetReadDeadline(time.Time{})
	return min(want, b.rate), 0, b.turned
}

// charge makes the next read wait for as long as n octets take.
func (b *brake) charge(n int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.rate > 0 {
		b.next = time.Now().Add(time.Duration(n) * time.Second / time.Duration(b.rate))
	}
}

func (b *brake) Write(p []byte) (int, error) {
	n, err := 0, error(nil)
	if !b.isFrozen() {
		n, err = b.Conn.Write(p)
	}
	if n < len(p) && b.isFrozen() {
		<-b.closed
		return n, net.ErrClosed
	}
	return n, err
}

func (b *brake) isFrozen() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.frozen
}

func (b *brake) SetReadDeadline(t time.Time) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.deadline, b.held = t, time.Now()
	if b.frozen || b.rate != unlimited {
		return nil
	}
	return b.Conn.SetReadDeadline(t)
}

func (b *brake) SetDeadline(t time.Time) error {
	if err := b.SetWriteDeadline(t); err != nil {
		return err
	}
	return b.SetReadDeadline(t)
}

func (b *brake) Close() error {
	b.closing.Do(func() { close(b.closed) })
	return b.Conn.Close()
}
