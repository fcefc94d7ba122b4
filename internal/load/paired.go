package load

import (
	"context"
	"errors"
	"fmt"

	"github.com/atrium-rtc/atrium/internal/load/scenario"
	"github.com/atrium-rtc/atrium/internal/load/session"
	"github.com/atrium-rtc/atrium/internal/load/transport"
)

// errNotPaired is a target that has no such sessions.
var errNotPaired = errors.New("paired connections are of the room protocol: --connections does not go with --whip and --whep")

// subscribeTo asks for all of these at once. Their media begins with the server's
// offer.
func (c *client) subscribeTo(ctx context.Context, users []string) {
	paired, ok := c.session.(session.Paired)
	if len(users) == 0 || !ok {
		return
	}
	fresh := c.down == nil
	if fresh {
		down, err := newDownlink(c.options())
		if err != nil {
			c.fail(fmt.Errorf("subscribe: %w", err))
			return
		}
		c.down = down
		c.account.downlinkBegan(down)
	}
	for _, user := range users {
		c.subscription[user] = awaitedSubscription(user) // the offer may come before the answer
	}
	refused, err := paired.SubscribeTo(ctx, users, fresh)
	for _, user := range users {
		reason := refused[user]
		if err != nil {
			reason = err
		}
		if reason != nil {
			delete(c.subscription, user)
			c.refuse(user)
			if !c.departed(user, reason) {
				c.fail(fmt.Errorf("subscribe: %w", reason))
			}
		}
	}
}

// offered answers the server's offer, and lets the connection be made with the
// first.
func (c *client) offered(ctx context.Context, offer session.Offer) {
	paired, ok := c.session.(session.Paired)
	if !ok || c.down == nil {
		return // of a session, or a connection, that is over
	}
	answer, begun, err := c.down.accept(offer, c.subscription, c.runner.options.Late)
	if errors.Is(err, transport.ErrOtherConnection) {
		if err = c.renewDownlink(offer); err == nil {
			defer c.receive(ctx) // the others
			answer, begun, err = c.down.accept(offer, c.subscription, c.runner.options.Late)
		}
	}
	if err == nil {
		for _, sub := range begun {
			c.account.subscriptionBegan(sub, &c.runner.pauses)
		}
		err = paired.Answer(ctx, offer.Number, answer)
	}
	if err != nil {
		c.fail(fmt.Errorf("subscribe: %w", err))
		return
	}
	if c.layer != scenario.AutoLayer {
		for _, sub := range begun {
			c.requestLayer(ctx, sub.publisher)
		}
	}
	down := c.down
	if down.began {
		return
	}
	down.began = true
	c.runner.handshakes.Add(1)
	c.runner.connecting.Go(func() {
		c.mail.put(event{kind: disconnected, down: down, err: c.follow(down.conn, down.conn.Start)})
	})
}

// renewDownlink takes a new receiving connection for an offer of one: the server
// has lost the former, with everything on it, before this side noticed.
func (c *client) renewDownlink(offer session.Offer) error {
	down, err := newDownlink(c.options())
	if err != nil {
		return err
	}
	c.closeDownlink()
	c.down = down
	c.account.downlinkBegan(down)
	for user := range offer.MIDs {
		c.subscription[user] = awaitedSubscription(user)
	}
	return nil
}

// closeDownlink ends the receiving connection, with all that came on it.
func (c *client) closeDownlink() {
	down := c.down
	if down == nil {
		return
	}
	c.down = nil
	for user := range c.subscription {
		c.drop(user)
	}
	_ = down.conn.Close() // it may have failed before; that was counted
	c.account.downlinkOver(down)
}
