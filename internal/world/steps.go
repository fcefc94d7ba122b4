package world

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/atrium-rtc/atrium/internal/testnet"
	"github.com/atrium-rtc/atrium/signaling/api"
)

// dark is a link on which nothing passes.
var dark = testnet.Link{Loss: 1}

// do takes a step. What concerns a client is done by its own goroutine.
func (w *World) do(step *Step) {
	w.tell("world", "%v", step)
	w.model.do(step, w.since())
	switch step.Do {
	case Drain:
		w.server.signaling.Drain()
	case Resume:
		w.server.signaling.Resume()
	default:
	}
	for _, name := range step.Who {
		w.byName[name].suffer(step)
	}
}

// undo ends what a step began.
func (w *World) undo(step *Step) {
	w.tell("world", "ends: %v", step)
	w.model.undo(step)
	for _, name := range step.Who {
		c := w.byName[name]
		switch step.Do {
		case Outage, Relink:
			if !c.dead.Load() {
				c.setLinks(c.Link, c.Link)
			}
		case Stall:
			c.post(func() { c.stall(-1) })
		case Mute:
			c.post(func() { c.mute(step.Kind, false) })
		default:
		}
	}
	if step.Do == Drain {
		w.server.signaling.Resume()
	}
}

// suffer has a step done to a client.
func (c *client) suffer(step *Step) {
	switch step.Do {
	case Outage:
		c.setLinks(dark, dark)
	case Relink:
		c.setLinks(step.Up, step.Down)
	case Rebind:
		c.home.Rebind()
	case Cut:
		c.home.Cut()
	case Die:
		c.setLinks(dark, dark)
		c.dead.Store(true)
		c.post(func() { c.drop(); c.forget() })
	case Move:
		c.relocate()
	default:
		c.post(func() {
			if !c.dead.Load() {
				c.act(step)
			}
		})
	}
}

// act does a step on the client's goroutine.
func (c *client) act(step *Step) {
	switch step.Do {
	case Join:
		c.wanted = true
	case Leave:
		c.wanted = false
	case Stall:
		c.stall(0)
	case Takeover:
		c.takeOverHere()
	case Mute:
		c.mute(step.Kind, true)
	case AddStream:
		c.sources[step.Text] = c.all[step.Text]
	case EndStream:
		delete(c.sources, step.Text)
	case Renew:
		c.renew()
	case Lie:
		c.lie(step.Text)
	case Flood:
		c.flood()
	default:
	}
}

// relocate gives a client another address. Its old one is dark from now on.
func (c *client) relocate() {
	c.setLinks(dark, dark)
	var place int
	if _, err := fmt.Sscanf(c.home.Addr().String(), "10.%d.", &place); err != nil {
		panic(err)
	}
	c.home = c.world.net.Host(address(c.index, place)) // the place after this one: they count from 1
	c.setLinks(c.Link, c.Link)
	c.world.wire.moved(c)
	c.roam.at.Store(c.home)
	c.post(func() {
		if c.dead.Load() || !c.joined {
			return
		}
		if c.Style == Old {
			if c.socket != nil && c.takeOver() == nil {
				c.old.move()
			}
			return
		}
		if c.takeOver() == nil {
			c.paired.move()
		}
	})
}

// takeOver continues the session on another socket, and forgets the old one, whose
// way is gone. When that fails the client has none, and tend will make one.
func (c *client) takeOver() error {
	old := c.socket
	err := c.reconnect()
	if old != nil {
		old.Abandon()
		old.Close(1001, "")
	}
	return err
}

// takeOverHere does so where the old socket still stands, and wants the server to
// close that.
func (c *client) takeOverHere() {
	old := c.socket
	if c.reconnect() != nil {
		if old != nil {
			old.Abandon()
			old.Close(1001, "")
		}
		return // it tries again by itself
	}
	time.AfterFunc(2*time.Second, func() {
		select {
		case <-old.Done():
		default:
			if c.world.bystanderLink(c) {
				c.world.fail("outcome", "%s has taken its session over, and the socket that it had is still open", c.Name)
			}
			old.Close(1001, "")
		}
	})
}

// reconnect opens a socket and continues the session there.
func (c *client) reconnect() error {
	if c.socket == nil || c.session == "" {
		return errNoSocket
	}
	c.socket = nil
	err := c.connect()
	if err != nil {
		c.drop()
		c.later()
	}
	return err
}

// stall stops reading the socket; a negative rate reads again.
func (c *client) stall(rate int) {
	if c.socket != nil {
		c.socket.SetReadRate(rate)
	}
}

func (c *client) mute(kind int, off bool) {
	for _, s := range c.sources {
		s.muted[kind].Store(off)
	}
}

// renew makes all connections anew.
func (c *client) renew() {
	if !c.joined {
		return
	}
	if c.Style == Paired {
		c.paired.closeUp()
		c.paired.closeDown()
		return
	}
	c.old.begin(c.Name)
	for sender := range c.old.from {
		c.old.drop(sender)
	}
}

// A flood is what one session may write at once (docs/protocol.md, limits). Six
// fill the limit of what waits for a reader, and the buffers of a stream.
const (
	floodWords = 8
	floodPause = 50 * time.Millisecond
	floodTakes = 4 * time.Second // with the round trips
)

// flood writes more than a reader who does not read may have waiting.
func (c *client) flood() {
	text := strings.Repeat("x", 32<<10)
	for range floodWords {
		if c.socket == nil || !c.joined {
			return
		}
		_ = c.call(api.SendMessage, map[string]any{"message": text, "userMessage": c.Name, "roomMessage": c.Room}, nil)
		pause(floodPause)
	}
}

// pause lets fake time pass.
func pause(d time.Duration) {
	ctx, cancel := context.WithTimeout(context.Background(), d)
	defer cancel()
	<-ctx.Done()
}
