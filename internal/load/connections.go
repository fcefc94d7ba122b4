package load

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/atrium-rtc/atrium/internal/load/publish"
	"github.com/atrium-rtc/atrium/internal/load/scenario"
	"github.com/atrium-rtc/atrium/internal/load/transport"
)

// options returns what this client's next connection begins with.
func (c *client) options() transport.Options {
	c.made++
	return transport.Options{
		Identity: c.runner.identity, Server: c.runner.options.Target.Media, Reach: c.runner.options.Target.Reach,
		Up: c.network.Up, Down: c.network.Down, Seed: c.runner.connectionSeed(c.plan.ID, c.made),
	}
}

// publish asks to publish. It returns with the server's answer; the connection
// is made meanwhile.
func (c *client) publish(ctx context.Context) error {
	pub, err := newPublication(c.options(), *c.plan.Publish)
	if err != nil {
		return fmt.Errorf("publish: %w", err)
	}
	c.publication = pub // candidates may come before the answer
	cfg, err := c.propose(ctx, pub)
	if err != nil {
		c.publication = nil
		pub.close()
		return fmt.Errorf("publish: %w", err)
	}
	c.account.publicationBegan(pub)
	c.runner.connecting.Go(func() {
		start := func(ctx context.Context) error { return pub.start(ctx, cfg) }
		c.connect("publish", pub.conn, start, func() bool { return c.account.sends(pub) })
	})
	return nil
}

func (c *client) propose(ctx context.Context, pub *publication) (publish.Config, error) {
	offer, err := pub.conn.Offer()
	if err != nil {
		return publish.Config{}, err
	}
	answer, err := c.session.Publish(ctx, offer)
	if err != nil {
		return publish.Config{}, err
	}
	media, err := pub.conn.Accept(answer)
	if err != nil {
		return publish.Config{}, err
	}
	return sending(sourceOf(c.plan.ID), *c.plan.Publish, media, c.runner.library)
}

// sourceOf is the identity of a client in its stamps.
func sourceOf(id int) uint32 { return uint32(id + 1) } //nolint:gosec // plans are bounded

// receive subscribes to those present, as many as the plan says.
func (c *client) receive(ctx context.Context) {
	for _, user := range c.present {
		if n := c.plan.Receive.Streams; n >= 0 && len(c.subscription) >= n {
			return
		}
		if c.subscription[user] != nil || c.refused[user] || c.session == nil {
			continue
		}
		if err := c.subscribe(ctx, user); err != nil {
			c.refused[user] = true // until it publishes anew
			c.fail(fmt.Errorf("subscribe: %w", err))
		}
	}
}

// subscribe asks for a stream. It returns with the server's answer; the
// connection is made meanwhile.
func (c *client) subscribe(ctx context.Context, user string) error {
	sub, err := newSubscription(c.options(), user)
	if err != nil {
		return err
	}
	c.subscription[user] = sub // candidates may come before the answer
	if err := c.ask(ctx, sub); err != nil {
		delete(c.subscription, user)
		_ = sub.conn.Close()
		return err
	}
	c.account.subscriptionBegan(sub)
	if c.layer != scenario.AutoLayer {
		c.requestLayer(ctx, user)
	}
	c.runner.connecting.Go(func() {
		c.connect("receive", sub.conn, sub.start, func() bool { return c.account.receives(sub) })
	})
	return nil
}

// connect follows a connection to its end, on a goroutine of its own. One that
// cannot be made, or ends while it is wanted, is a failure.
func (c *client) connect(what string, conn *transport.Conn, start func(context.Context) error, wanted func() bool) {
	ctx, cancel := context.WithTimeout(c.runner.ctx, connectTimeout)
	err := start(ctx)
	cancel()
	if err == nil {
		<-conn.Done()
		if err = conn.Err(); err == nil {
			return // closed by ourselves
		}
		// The server may have ended the stream, and its word be on the way.
		grace := time.NewTimer(farewellGrace)
		defer grace.Stop()
		select {
		case <-grace.C:
		case <-c.runner.ctx.Done():
			return
		}
	}
	if !wanted() {
		return
	}
	if c.forbidden.Load() {
		err = fmt.Errorf("%w (the server has media addresses that are used with --i-am-allowed only)", err)
	}
	c.fail(fmt.Errorf("%s: %w", what, err))
}

func (c *client) ask(ctx context.Context, sub *subscription) error {
	offer, err := sub.conn.Offer()
	if err != nil {
		return err
	}
	answer, err := c.session.Subscribe(ctx, sub.publisher, offer)
	if err != nil {
		return err
	}
	return sub.accept(answer, c.runner.options.Late)
}

func (c *client) addCandidate(user, text string) {
	var conn *transport.Conn
	switch sub := c.subscription[user]; {
	case sub != nil:
		conn = sub.conn
	case c.publication != nil && user == c.account.name():
		conn = c.publication.conn
	default:
		return // of a connection that is gone
	}
	err := conn.AddCandidate(text)
	if errors.Is(err, transport.ErrForbidden) {
		c.forbidden.Store(true) // the server may have others
		return
	}
	if err != nil {
		c.fail(fmt.Errorf("candidate of the server: %w", err))
	}
}

func (c *client) republish(ctx context.Context) error {
	if c.publication == nil {
		return nil
	}
	pub := c.publication
	c.publication = nil
	pub.silence()
	err := c.session.Unpublish(ctx)
	c.account.publicationOver(pub)
	pub.close()
	if err != nil {
		return fmt.Errorf("unpublish: %w", err)
	}
	return c.publish(ctx)
}
