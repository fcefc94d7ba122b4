package load

import (
	"context"

	"github.com/atrium-rtc/atrium/internal/load/scenario"
)

// leave says goodbye, as a person does who clicks on it.
func (c *client) leave(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, leaveTimeout)
	defer cancel()
	c.trouble(c.session.Leave(ctx))
	c.hangUp("left")
}

// vanish falls silent without a word, as if the power went. What is left of the
// client is freed at the end of the run: closing a socket would tell the server.
func (c *client) vanish() {
	c.session.Vanish()
	c.lost = append(c.lost, c.session)
	c.session = nil
	if pub := c.publication; pub != nil {
		// Who watches sees the last picture until the server notices, which ends no
		// freeze: WebRTC's statistics count none either.
		for _, kind := range scenario.Kinds() {
			c.runner.pause(c.account.name(), kind, true)
		}
		pub.conn.Vanish()
		pub.silence()
		c.account.publicationOver(pub)
		c.silent = append(c.silent, pub)
		c.publication = nil
	}
	for user, sub := range c.subscription {
		delete(c.subscription, user)
		c.account.subscriptionOver(sub)
		if sub.conn != nil {
			sub.conn.Vanish()
			c.gone = append(c.gone, sub.conn)
		}
	}
	if down := c.down; down != nil {
		down.conn.Vanish()
		c.account.downlinkOver(down)
		c.gone = append(c.gone, down.conn)
		c.down = nil
	}
	c.present = nil
	c.account.ended("vanished")
}

// hangUp ends all connections of a client that is out of the room.
func (c *client) hangUp(how string) {
	if c.session != nil {
		c.session.Close()
		c.session = nil
	}
	if pub := c.publication; pub != nil {
		c.publication = nil
		pub.silence()
		c.account.publicationOver(pub)
		pub.close()
	}
	for user := range c.subscription {
		c.drop(user)
	}
	c.closeDownlink()
	c.present = nil
	c.account.ended(how)
}

// end is the end of the run, or of a client that is no longer wanted.
func (c *client) end() {
	if c.session != nil {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(c.runner.ctx), leaveTimeout)
		_ = c.session.Leave(ctx) // nobody is left to count it
		cancel()
		c.hangUp("stayed")
	}
	for _, s := range c.lost {
		s.Close()
	}
	for _, conn := range c.gone {
		_ = conn.Close()
	}
	for _, pub := range c.silent {
		pub.close()
	}
}
