package crowd

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/atrium-rtc/atrium/internal/load/session"
	"github.com/atrium-rtc/atrium/internal/load/transport"
)

// participant is somebody in a room.
type participant struct {
	crowd      *Crowd
	room, user string
	session    session.Session

	mu          sync.Mutex
	publication *publication
	conns       map[string]*transport.Conn // by whom they receive
	gone        bool
}

// Participant is somebody in a room, for whom Watch is called.
type Participant struct{ p *participant }

// Enter brings somebody into a room, who publishes m unless it is nil. It
// returns when the first packet may be sent.
func (c *Crowd) Enter(ctx context.Context, room, user string, m *Media) (Participant, error) {
	p := &participant{crowd: c, room: room, user: user, conns: make(map[string]*transport.Conn)}
	p.session = c.options.Session(session.Member{Room: room, User: user, Handler: trickle{p}})
	c.mu.Lock()
	c.participants = append(c.participants, p)
	c.mu.Unlock()
	if _, err := p.session.Join(ctx); err != nil {
		return Participant{}, fmt.Errorf("%s joins %s: %w", user, room, err)
	}
	if m == nil {
		return Participant{p}, nil
	}
	if err := p.publish(ctx, m); err != nil {
		return Participant{}, fmt.Errorf("%s publishes in %s: %w", user, room, err)
	}
	return Participant{p}, nil
}

func (p *participant) options() transport.Options {
	return transport.Options{
		Identity: p.crowd.identity, Server: p.crowd.options.Server, Audio: true, Poller: p.crowd.poller,
	}
}

func (p *participant) publish(ctx context.Context, m *Media) error {
	pub, err := newPublication(p.options(), m)
	if err != nil {
		return err
	}
	p.mu.Lock()
	p.publication = pub
	p.mu.Unlock()
	offer, err := pub.conn.Offer()
	if err != nil {
		return err
	}
	answer, err := p.session.Publish(ctx, offer)
	if err != nil {
		return err
	}
	media, err := pub.conn.Accept(answer)
	if err != nil {
		return err
	}
	c := p.crowd
	c.mu.Lock()
	number := uint32(len(c.publications) + 1) //nolint:gosec // a few
	c.publications[p.room+"/"+p.user] = pub
	c.mu.Unlock()
	if err := pub.start(ctx, c.sending(number, media, m)); err != nil {
		return err
	}
	go c.follow(pub.conn)
	return nil
}

// Watch receives what a publisher of the room sends. It returns when media may
// come.
func (who Participant) Watch(ctx context.Context, publisher string) error {
	p := who.p
	if err := p.watch(ctx, publisher); err != nil {
		return fmt.Errorf("%s receives %s in %s: %w", p.user, publisher, p.room, err)
	}
	return nil
}

func (p *participant) watch(ctx context.Context, publisher string) error {
	c := p.crowd
	c.mu.Lock()
	source := c.publications[p.room+"/"+publisher]
	number := len(c.viewings)
	c.mu.Unlock()
	if source == nil {
		return fmt.Errorf("nobody of that name publishes")
	}
	// Not all viewings open the same frames.
	v := &viewing{source: source, latency: c.latency, samples: number, introduction: c.introduction}
	o := p.options()
	o.Handler, o.Video = v, source.video()
	conn, err := transport.New(o)
	if err != nil {
		return err
	}
	v.conn = conn
	p.mu.Lock()
	p.conns[publisher] = conn
	p.mu.Unlock()
	offer, err := conn.Offer()
	if err != nil {
		return err
	}
	v.asked = time.Now()
	answer, err := p.session.Subscribe(ctx, publisher, offer)
	if err != nil {
		return err
	}
	media, err := conn.Accept(answer)
	if err != nil {
		return err
	}
	v.accept(media, c.options.Feedback)
	if err := conn.Start(ctx); err != nil {
		return err
	}
	c.mu.Lock()
	c.viewings = append(c.viewings, v)
	c.mu.Unlock()
	go c.follow(conn)
	return nil
}

// follow notes a connection that ends while it is in use.
func (c *Crowd) follow(conn *transport.Conn) {
	<-conn.Done()
	if err := conn.Err(); err != nil {
		c.failed(err)
	}
}

// leave ends everything of a participant.
func (p *participant) leave() {
	p.mu.Lock()
	p.gone = true
	pub, conns := p.publication, p.conns
	p.conns = nil
	p.mu.Unlock()
	p.session.Close()
	if pub != nil {
		pub.close()
	}
	for _, conn := range conns {
		_ = conn.Close() // nothing depends on it any more
	}
}

// trickle gives the server's candidates to the connections they are for.
type trickle struct{ p *participant }

func (trickle) Published(string)   {}
func (trickle) Unpublished(string) {}
func (trickle) Left(string)        {}

func (t trickle) Candidate(user, candidate string) {
	t.p.mu.Lock()
	conn := t.p.conns[user]
	if pub := t.p.publication; pub != nil && user == t.p.user {
		conn = pub.conn
	}
	t.p.mu.Unlock()
	if conn == nil {
		return
	}
	if err := conn.AddCandidate(candidate); err != nil {
		t.p.crowd.failed(err)
	}
}

func (t trickle) Offered(session.Offer)  {}
func (t trickle) MediaError(text string) { t.p.crowd.failed(fmt.Errorf("media error: %s", text)) }

func (t trickle) Closed(err error) {
	t.p.mu.Lock()
	gone := t.p.gone
	t.p.mu.Unlock()
	if !gone {
		t.p.crowd.failed(fmt.Errorf("session of %s: %w", t.p.user, err))
	}
}
