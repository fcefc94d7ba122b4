package main

import "errors"

// errEnding answers an operator who comes too late.
var errEnding = errors.New("the server is ending, and lets nobody in any more")

// drainSwitch turns newcomers away and lets them in again, as an operator wishes,
// until the server ends. It implements admin.Drain.
type drainSwitch struct{ *server }

// Draining implements admin.Drain.
func (d drainSwitch) Draining() bool { return d.signaling.Draining() }

// SetDraining implements admin.Drain. Readiness follows.
func (d drainSwitch) SetDraining(on bool) error {
	d.doors.Lock()
	defer d.doors.Unlock()
	switch {
	case d.ending:
		return errEnding
	case on:
		d.ready.Store(false)
		d.signaling.Drain()
	default:
		d.signaling.Resume()
		d.ready.Store(true)
	}
	return nil
}

// turnAway refuses newcomers for good.
func (s *server) turnAway() {
	s.doors.Lock()
	defer s.doors.Unlock()
	s.ending = true
	s.ready.Store(false)
	s.signaling.Drain()
}
