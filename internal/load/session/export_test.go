package session

import (
	"context"
	"time"
)

// For the tests.
var (
	FindLink  = findLink
	ReadEvent = readEvent
	Pause     = pause
	Fill      = fill
	Anonymous = anonymous
)

// SetWait replaces the waits between attempts.
func (d *Dialer) SetWait(wait func(ctx context.Context, t time.Duration) error) { d.wait = wait }

// Tell passes what an event says to a handler, and returns the end it means.
func Tell(e event, h Handler) error {
	if e.tell != nil {
		e.tell(h)
	}
	return e.end
}
