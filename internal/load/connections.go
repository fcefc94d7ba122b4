package load

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/atrium-rtc/atrium/internal/load/publish"
	"github.com/atrium-rtc/atrium/internal/load/scenario"
	"github.com/atrium-rtc/atrium/internal/load/session"
	"github.com/atrium-rtc/atrium/internal/load/transport"
	"github.com/atrium-rtc/atrium/signaling/rpc"
)

// options returns what this client's next connection begins with.
func (c *client) options() transport.Options {
	return transport.Options{
		Identity: c.runner.identity, Server: c.runner.options.Target.Media, Reach: c.runner.options.Target.Reach,
		Network: c.network,
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
	for _, kind := range scenario.Kinds() {
		if c.runner.pauses.of(c.account.name(), kind) {
			pub.mute(kind, true) // before it was published anew
		}
	}
	if offered := pub.encodings; offered > 1 && cfg.Media.Video != nil && len(cfg.Media.Video.RIDs) < offered {
		c.runner.notes.say(fmt.Sprintf("the server took %d of the %d encodings that simulcast offered",
			max(1, len(cfg.Media.Video.RIDs)), offered))
	}
	c.runner.handshakes.Add(1)
	c.runner.connecting.Go(func() {
		err := c.follow(pub.conn, func(ctx context.Context) error { return pub.start(ctx, cfg) })
		c.mail.put(event{kind: disconnected, pub: pub, err: err})
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

// maxStreams bounds what one client receives, whatever a server says there is.
const maxStreams = 1000

// receive subscribes to those present, as many as the plan says.
func (c *client) receive(ctx context.Context) {
	most := maxStreams
	if n := c.plan.Receive.Streams; n >= 0 {
		most = min(n, maxStreams)
	}
	var together []string
	for _, user := range c.present {
		if len(c.subscription)+len(together) >= most {
			break
		}
		switch {
		case c.subscription[user] != nil || c.refused[user] || c.session == nil:
		case c.plan.Paired:
			together = append(together, user)
		default:
			c.subscribe(ctx, user)
		}
	}
	c.subscribeTo(ctx, together)
}

// subscribe asks for a stream. A room's server serves one request after the
// other; where there are no rooms, a publisher who is late must not hold up the
// others, and the answer comes as an event.
func (c *client) subscribe(ctx context.Context, user string) {
	sub, err := newSubscription(c.options(), user)
	if err != nil {
		c.answered(ctx, &subscription{publisher: user}, err)
		return
	}
	c.subscription[user] = sub // candidates may come before the answer
	if c.runner.options.Target.Rooms {
		c.answered(ctx, sub, c.ask(ctx, c.session, sub))
		return
	}
	s := c.session
	c.runner.connecting.Go(func() {
		ctx, cancel := context.WithTimeout(c.runner.ctx, requestTimeout)
		defer cancel()
		c.mail.put(event{kind: answered, sub: sub, err: c.ask(ctx, s, sub)})
	})
}

func (c *client) ask(ctx context.Context, s session.Session, sub *subscription) error {
	offer, err := sub.conn.Offer()
	if err != nil {
		return err
	}
	answer, err := s.Subscribe(ctx, sub.publisher, offer)
	if err != nil {
		return err
	}
	return sub.accept(answer, c.runner.options.Late)
}

// answered goes on with a subscription that the server has answered; the
// connection is made meanwhile.
func (c *client) answered(ctx context.Context, sub *subscription, err error) {
	user := sub.publisher
	if err != nil {
		if c.subscription[user] == sub { // and not a newer one
			delete(c.subscription, user)
		}
		if sub.conn != nil {
			_ = sub.conn.Close() // it never began
		}
		c.refuse(user)
		if !c.absent(err) && !c.departed(user, err) {
			c.fail(fmt.Errorf("subscribe: %w", err))
		}
		return
	}
	if c.subscription[user] != sub {
		_ = sub.conn.Close() // dropped meanwhile
		return
	}
	c.account.subscriptionBegan(sub, &c.runner.pauses)
	if c.layer != scenario.AutoLayer {
		c.requestLayer(ctx, user)
	}
	c.runner.handshakes.Add(1)
	c.runner.connecting.Go(func() {
		c.mail.put(event{kind: disconnected, sub: sub, err: c.follow(sub.conn, sub.start)})
	})
}

// refuse leaves a publisher alone: in a room until it publishes anew, elsewhere,
// where nobody tells, for a while.
func (c *client) refuse(user string) {
	c.refused[user] = true
	if !c.runner.options.Target.Rooms {
		time.AfterFunc(retryAfter, func() { c.mail.put(event{kind: retry, user: user}) })
	}
}

// retryAfter is how long a client without a room waits before it asks again for
// a publisher.
const retryAfter = 3 * time.Second

// absent reports whether an error only says that a publisher is not there (yet),
// in a world without rooms.
func (c *client) absent(err error) bool {
	var status *session.StatusError
	return !c.runner.options.Target.Rooms && errors.As(err, &status) && status.Status == http.StatusNotFound
}

// Error codes of the room protocol.
const (
	userNotFound     = 102
	userNotStreaming = 105
)

// departed reports whether an error only says that a publisher has gone, which the
// server has told meanwhile: the client has not come to hear it. Nobody can ask
// more quickly than others leave.
func (c *client) departed(user string, err error) bool {
	var refusal *rpc.Error
	if !errors.As(err, &refusal) {
		return false
	}
	switch refusal.Code {
	case userNotFound, userNotStreaming:
		return c.mail.tellsOf(user) || slices.ContainsFunc(c.unheard, func(e event) bool { return e.departs(user) })
	default:
		return false
	}
}

// follow makes a connection and returns how it ended; nil if this side ended it.
// It runs on a goroutine of its own.
func (c *client) follow(conn *transport.Conn, start func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(c.runner.ctx, connectTimeout)
	defer cancel()
	if err := start(ctx); err != nil {
		return err
	}
	<-conn.Done()
	if err := conn.Err(); err == nil || !errors.Is(err, transport.ErrEnded) {
		return err
	}
	// The server has ended the stream, and its word may be on the way.
	grace := time.NewTimer(farewellGrace)
	defer grace.Stop()
	select {
	case <-grace.C:
	case <-c.runner.ctx.Done():
	}
	return conn.Err()
}

// disconnected takes a connection that ended out of the account. One that is
// still wanted is a failure.
func (c *client) disconnected(e event) {
	what := "publish"
	switch {
	case e.pub != nil && c.publication == e.pub:
		c.publication = nil
		e.pub.silence()
		c.account.publicationOver(e.pub)
		e.pub.close()
	case e.sub != nil && c.subscription[e.sub.publisher] == e.sub:
		what = "receive"
		c.drop(e.sub.publisher)
		c.refuse(e.sub.publisher)
		if !c.runner.options.Target.Rooms && errors.Is(e.err, transport.ErrEnded) {
			return // its publisher left, and nobody else tells
		}
	case e.down != nil && c.down == e.down:
		what = "receive"
		for user := range c.subscription {
			c.refuse(user)
		}
		c.closeDownlink()
	default:
		return // it was over already
	}
	if e.err == nil {
		return
	}
	var err error = &session.OpError{Op: what + phase(e.err), Err: e.err}
	if c.forbidden {
		err = fmt.Errorf("%w (the server has media addresses that are used with --i-am-allowed only)", err)
	}
	c.fail(err)
}

// phase names the part of a connection that failed, for counting: blocked ports
// show as ICE, and must not read like a slow answer.
func phase(err error) string {
	for _, name := range []string{"ICE", "DTLS"} {
		if strings.HasPrefix(err.Error(), name) {
			return ": " + name
		}
	}
	return ""
}

func (c *client) addCandidate(user, text string) {
	var conn *transport.Conn
	switch sub := c.subscription[user]; {
	case sub != nil && sub.conn != nil:
		conn = sub.conn
	case c.publication != nil && user == c.account.name():
		conn = c.publication.conn
	default:
		return // of a connection that is gone
	}
	err := conn.AddCandidate(text)
	if errors.Is(err, transport.ErrForbidden) {
		c.forbidden = true // the server may have others
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
