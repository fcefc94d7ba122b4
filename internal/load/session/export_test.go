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

// SetLayerPatience replaces the time that a server has for its first answer to a
// request for a layer.
func (d *Dialer) SetLayerPatience(t time.Duration) { d.layerPatience = t }

// Tell passes what an event says to a handler, and returns the end it means.
func Tell(e event, h Handler) error {
	if e.tell != nil {
		e.tell(h)
	}
	return e.end
}
