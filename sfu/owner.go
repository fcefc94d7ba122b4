package sfu

import "sync"

// owner is the goroutine that owns a connection, or what stands in its place, as
// others see it: they send it commands, and end it.
type owner struct {
	commands chan func()
	closing  chan struct{} // closed by Close
	closed   chan struct{} // closed when all is torn down
	once     sync.Once
}

func newOwner() owner {
	return owner{commands: make(chan func(), 128), closing: make(chan struct{}), closed: make(chan struct{})}
}

// do runs fn on the owner goroutine, unless it is closing.
func (o *owner) do(fn func()) {
	select {
	case o.commands <- fn:
	case <-o.closing:
	}
}

// tryDo is do for callers that must not wait: while the queue is full, fn is
// dropped, and it returns false.
func (o *owner) tryDo(fn func()) bool {
	select {
	case o.commands <- fn:
		return true
	default:
		return false
	}
}

// wake makes the owner look at what is due, as it does after every command.
func (o *owner) wake() { o.tryDo(func() {}) }

// Close ends the connection. It does not wait; Done tells when all is gone.
func (o *owner) Close() { o.once.Do(func() { close(o.closing) }) }

// Done is closed when the connection is torn down.
func (o *owner) Done() <-chan struct{} { return o.closed }

// isClosing reports whether Close was called.
func (o *owner) isClosing() bool {
	select {
	case <-o.closing:
		return true
	default:
		return false
	}
}
