package sfu

import (
	"fmt"
	"runtime/debug"
)

// Faulted ends the connection, because what was done for it has panicked, and no other:
// what a client sent may have brought it about, and must not end the calls of everybody
// on the server. A panic of Pion's own, outside of what it calls of ours, cannot be
// caught. Any goroutine; implements egress.FaultReporter.
func (p *Peer) Faulted(reason any, stack []byte) {
	if p.panics != nil {
		p.panics.Add(1)
	}
	p.log.Error("panic: this connection is ended, and no other", "panic", fmt.Sprint(reason), "stack", string(stack))
	if !p.tryDo(func() { p.fail("a fault of the server, which is in its log") }) {
		p.Close()
	}
}

// contain is deferred where something is done for this connection, whoever's goroutine
// does it.
func (p *Peer) contain() {
	if reason := recover(); reason != nil {
		p.Faulted(reason, debug.Stack())
	}
}

// command runs a command on the owner goroutine.
func (p *Peer) command(fn func()) {
	defer p.contain()
	fn()
}
