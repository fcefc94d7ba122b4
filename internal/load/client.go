package load

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/atrium-rtc/atrium/internal/load/scenario"
	"github.com/atrium-rtc/atrium/internal/load/session"
	"github.com/atrium-rtc/atrium/internal/load/transport"
)

const (
	// requestTimeout bounds a request to the server, connectTimeout the time from
	// its answer to the first SRTP packet that may come.
	requestTimeout = 15 * time.Second
	connectTimeout = 15 * time.Second
	leaveTimeout   = 3 * time.Second
	// farewellGrace is how long after the end of a connection the server may take
	// to say that it was meant.
	farewellGrace = 2 * time.Second
)

// client is one synthetic participant. One goroutine owns it: run.
type client struct {
	runner    *Runner
	plan      scenario.Client
	account   *account
	mail      *mailbox
	network   *transport.Network // of all its connections
	layer     int                // asked for, also of what is received later
	forbidden bool               // the server named a media address that may not be used

	session      session.Session
	unheard      []event         // taken from the mail, and not looked at yet
	present      []string        // publishers in the room, in the order in which they came
	refused      map[string]bool // of them, those that could not be received
	publication  *publication
	subscription map[string]*subscription // by publisher
	down         *downlink                // carries them, with paired connections
	gone         []*transport.Conn        // vanished; closed at the end
	silent       []*publication
	lost         []session.Session
}

func newClient(r *Runner, plan scenario.Client) *client {
	return &client{
		runner: r, plan: plan, account: newAccount(plan), network: transport.NewNetwork(plan.Network.Up, plan.Network.Down, r.clientSeed(plan.ID)),
		layer: scenario.AutoLayer, mail: newMailbox(), subscription: make(map[string]*subscription), refused: make(map[string]bool),
	}
}

// run does the client's steps, counted from began, and keeps its subscriptions
// as the room changes, until ctx ends.
func (c *client) run(ctx context.Context, began time.Time) {
	timer := time.NewTimer(0)
	defer timer.Stop()
	defer c.end()
	steps := c.plan.Steps
	for {
		if len(steps) > 0 {
			timer.Reset(time.Until(began.Add(steps[0].At)))
		}
		select {
		case <-ctx.Done():
			return
		case <-c.mail.signal:
			events, dropped := c.mail.take()
			for i, e := range events {
				c.unheard = events[i+1:]
				c.hear(ctx, e)
			}
			if dropped > 0 {
				c.trouble(errTooMuch)
			}
		case <-timer.C:
			if len(steps) > 0 {
				c.do(ctx, steps[0])
				steps = steps[1:]
			}
		}
	}
}

// do takes one step of the plan. What fails is counted; the client goes on with
// its next step, as far as that makes sense.
func (c *client) do(ctx context.Context, step scenario.Step) {
	if c.session == nil && step.Do != scenario.Join && step.Do != scenario.ChangeNetwork {
		return // it never got in, or was thrown out
	}
	ctx, cancel := context.WithTimeout(ctx, requestTimeout+connectTimeout)
	defer cancel()
	switch step.Do {
	case scenario.Join:
		c.fail(c.join(ctx, step))
	case scenario.Leave:
		c.leave(ctx)
	case scenario.Vanish:
		c.vanish()
	case scenario.Mute, scenario.Unmute:
		c.mute(step.Kind, step.Do == scenario.Mute)
	case scenario.Republish:
		c.fail(c.republish(ctx))
	case scenario.RequestLayer:
		c.layer = step.Layer
		for user := range c.subscription {
			if !c.requestLayer(ctx, user) {
				break
			}
		}
	case scenario.ReadSlowly:
		c.session.SlowReader(int(step.Speed))
	case scenario.ReadNormally:
		c.session.SlowReader(-1)
	case scenario.ChangeNetwork:
		c.changeNetwork(step.Network)
	}
}

// fail counts a join, a publication or a subscription that failed; nil, and the
// run's own end, are none.
func (c *client) fail(err error) {
	if err == nil || c.runner.ending() {
		return
	}
	c.account.failed(err)
	c.trouble(err)
}

// trouble counts an error that is no failure to get in or to receive.
func (c *client) trouble(err error) {
	if err == nil || c.runner.ending() {
		return
	}
	c.runner.errors.add(session.Reason(err))
	c.runner.options.Logger.Warn("failed", "room", c.plan.Room, "client", c.account.name(), "error", err)
}

// join enters the room, publishes, and receives who is there.
func (c *client) join(ctx context.Context, step scenario.Step) error {
	name := c.plan.Name
	if step.Name != "" {
		name = step.Name
	}
	c.account.enters()
	began := time.Now()
	c.session = c.runner.options.Target.Session(session.Member{Room: c.plan.Room, User: name, Paired: c.plan.Paired, Handler: c.mail})
	peers, err := c.session.Join(ctx)
	if err != nil {
		c.session.Close()
		c.session = nil
		return err
	}
	took := time.Since(began)
	if !c.runner.options.Target.Rooms {
		took = -1 // nothing was asked of the server
	}
	c.account.entered(name, took)
	c.layer = scenario.AutoLayer
	for _, kind := range scenario.Kinds() {
		c.runner.pauses.set(name, kind, false)
	}
	c.present = c.present[:0]
	clear(c.refused)
	for _, p := range peers {
		if p.Publishing {
			c.present = append(c.present, p.User)
		}
	}
	if !c.runner.options.Target.Rooms {
		c.present = c.runner.planned(c.plan)
	}
	if c.plan.Publish != nil {
		c.fail(c.publish(ctx))
	}
	c.receive(ctx)
	return nil
}

// hear follows what the server tells.
func (c *client) hear(ctx context.Context, e event) {
	ctx, cancel := context.WithTimeout(ctx, requestTimeout)
	defer cancel()
	switch e.kind {
	case published:
		delete(c.refused, e.user)
		if !slices.Contains(c.present, e.user) {
			c.present = append(c.present, e.user)
		}
		c.receive(ctx)
	case unpublished, left:
		c.present = slices.DeleteFunc(c.present, func(u string) bool { return u == e.user })
		c.drop(e.user)
		c.receive(ctx) // a place may have become free
	case candidate:
		c.addCandidate(e.user, e.text)
	case mediaError:
		c.trouble(fmt.Errorf("media error of the server: %s", e.text))
	case offered:
		c.offered(ctx, e.offer)
	case answered:
		c.answered(ctx, e.sub, e.err)
	case disconnected:
		c.disconnected(e)
	case retry:
		delete(c.refused, e.user)
		c.receive(ctx)
	case closed:
		c.trouble(fmt.Errorf("session lost: %w", e.err))
		c.hangUp(e.err.Error())
	}
}

// drop ends a subscription whose publisher is gone.
func (c *client) drop(user string) {
	if sub := c.subscription[user]; sub != nil {
		delete(c.subscription, user)
		c.account.subscriptionOver(sub)
		if sub.conn != nil {
			_ = sub.conn.Close() // the server may have been first
		}
	}
}

func (c *client) mute(kind scenario.Kind, muted bool) {
	if c.publication == nil {
		return
	}
	c.runner.pause(c.account.name(), kind, muted)
	c.publication.mute(kind, muted)
}

// requestLayer asks for the layer of the plan, and reports whether the server
// has such a request.
func (c *client) requestLayer(ctx context.Context, user string) bool {
	var layer session.Layer
	if names := rids(); c.layer >= 0 && c.layer < len(names) {
		layer = session.Layer{RID: names[c.layer], Index: c.layer}
	}
	err := c.session.RequestLayer(ctx, user, layer)
	if errors.Is(err, errors.ErrUnsupported) {
		c.runner.notes.say("the server has no request for a layer: the plan's were not made")
		return false
	}
	if !c.departed(user, err) {
		c.trouble(err)
	}
	return true
}

func (c *client) changeNetwork(to *scenario.Network) { c.network.Set(to.Up, to.Down) }
