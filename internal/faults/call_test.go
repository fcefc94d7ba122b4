//go:build linux

package faults

import (
	"context"
	"fmt"
	"net/netip"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/atrium-rtc/atrium/internal/load/clip"
	"github.com/atrium-rtc/atrium/internal/load/publish"
	"github.com/atrium-rtc/atrium/internal/load/session"
	"github.com/atrium-rtc/atrium/internal/load/transport"
	"github.com/atrium-rtc/atrium/internal/load/watch"
	"github.com/atrium-rtc/atrium/sfu/codec"
)

// call is one room: ann publishes and bob watches, each with a connection and a session of its own.
type call struct {
	t        *testing.T
	room     string
	ann, bob *member
	sender   *sender
	viewer   *viewer
}

// identity is shared by all connections of the tests.
var identity = sync.OnceValues(transport.NewIdentity)

var sources atomic.Uint32

// open makes a call on a server and waits until bob sees a picture.
func open(t *testing.T, s *server, room string) *call {
	t.Helper()
	c := &call{t: t, room: room, ann: enter(t, s, room, "ann")}
	c.sender = publishAs(t, c.ann)
	c.bob = enter(t, s, room, "bob")
	c.viewer = watchAs(t, c.bob, "ann")
	await(t, 15*time.Second, "a picture in "+room, func() bool { return c.viewer.receiver.Snapshot().Frames > 0 })
	return c
}

// member is a participant, and what ended it.
type member struct {
	session.Session
	url string
}

// enter joins a room. The session is closed when the test ends.
func enter(t *testing.T, s *server, room, user string) *member {
	t.Helper()
	m, err := tryEnter(t.Context(), s, room, user)
	must(t, err)
	t.Cleanup(m.Close)
	return m
}

// tryEnter is enter for who may be refused.
func tryEnter(ctx context.Context, s *server, room, user string) (*member, error) {
	url := "ws://" + s.public + "/room"
	dialer := session.NewDialer(session.Options{Timeout: 20 * time.Second})
	m := &member{Session: dialer.Room(url, session.Member{Room: room, User: user}), url: url}
	if _, err := m.Join(ctx); err != nil {
		m.Close()
		return nil, err
	}
	return m, nil
}

// over reports why a session has ended; nil while it goes on.
func (m *member) over() error {
	select {
	case <-m.Done():
		return fmt.Errorf("the session ended: %w", m.Err())
	default:
		return nil
	}
}

// sender publishes the smallest clip and sound. Its goroutine owns the publish.Sender.
type sender struct {
	conn     *transport.Conn
	sender   *publish.Sender
	feedback chan []byte
}

func (s *sender) RTP([]byte, time.Time) {}
func (s *sender) Tick(time.Time)        {}
func (s *sender) RTCP(b []byte, _ time.Time) {
	select {
	case s.feedback <- append([]byte(nil), b...):
	default:
	}
}

// connect makes a connection whose handler is h.
func connect(t *testing.T, o transport.Options) *transport.Conn {
	t.Helper()
	shared, err := identity()
	must(t, err)
	o.Identity, o.Server, o.Audio, o.Video = shared, netip.MustParseAddr("127.0.0.1"), true, []codec.Codec{codec.VP8}
	conn, err := transport.New(o)
	must(t, err)
	t.Cleanup(func() { _ = conn.Close() })
	return conn
}

// publishAs begins to publish.
func publishAs(t *testing.T, m *member) *sender {
	t.Helper()
	s := &sender{feedback: make(chan []byte, 256)}
	s.conn = connect(t, transport.Options{Send: true, Handler: s})
	offer, err := s.conn.Offer()
	must(t, err)
	answer, err := m.Publish(t.Context(), offer)
	must(t, err)
	media, err := s.conn.Accept(answer)
	must(t, err)
	must(t, s.conn.Start(t.Context()))
	videos, err := clip.Videos(codec.VP8)
	must(t, err)
	voice, err := clip.Voice()
	must(t, err)
	source := sources.Add(1)
	s.sender, err = publish.New(publish.Config{
		Source: source, Media: media, Video: videos[:1], Voice: voice, Seed: uint64(source),
	}, time.Now())
	must(t, err)
	go s.run()
	return s
}

// run sends until the connection ends.
func (s *sender) run() {
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-s.conn.Done():
			return
		case b := <-s.feedback:
			s.sender.RTCP(b, time.Now(), s.conn)
		case <-timer.C:
		}
		_ = s.sender.Poll(time.Now(), s.conn) // what is refused is missed by the viewer
		timer.Reset(time.Until(s.sender.Next()))
	}
}

// viewer receives a publisher. Beside the receiver's judgement it keeps the longest time without any packet.
type viewer struct {
	conn     *transport.Conn
	receiver *watch.Receiver

	last, longest atomic.Int64 // nanoseconds since 1970, and of a gap
}

func (v *viewer) RTP(b []byte, now time.Time) {
	if last := v.last.Swap(now.UnixNano()); last != 0 {
		v.longest.Store(max(v.longest.Load(), now.UnixNano()-last))
	}
	v.receiver.RTP(b, now)
}
func (v *viewer) RTCP(b []byte, now time.Time) { v.receiver.RTCP(b, now) }
func (v *viewer) Tick(now time.Time)           { v.receiver.Tick(now) }

// watchAs subscribes to a publisher.
func watchAs(t *testing.T, m *member, publisher string) *viewer {
	t.Helper()
	v := &viewer{}
	asked := time.Now()
	v.conn = connect(t, transport.Options{Handler: v})
	offer, err := v.conn.Offer()
	must(t, err)
	answer, err := m.Subscribe(t.Context(), publisher, offer)
	must(t, err)
	media, err := v.conn.Accept(answer)
	must(t, err)
	v.receiver = watch.New(watch.Config{Media: media, Writer: v.conn, RTT: v.conn.RTT}, asked)
	must(t, v.conn.Start(t.Context()))
	return v
}

// mark forgets the longest gap so far.
func (v *viewer) mark() { v.longest.Store(0) }

// gap returns the longest time without a packet since mark, one that goes on included.
func (v *viewer) gap() time.Duration {
	return time.Duration(max(v.longest.Load(), time.Now().UnixNano()-v.last.Load()))
}

// flows waits until packets come again, and returns how long that took.
func (c *call) flows(within time.Duration) time.Duration {
	c.t.Helper()
	from := time.Now().UnixNano()
	return await(c.t, within, "media in "+c.room, func() bool { return c.viewer.last.Load() > from })
}

// whole fails the test when somebody was thrown out: a session or a connection has ended.
func (c *call) whole() {
	c.t.Helper()
	for name, m := range map[string]*member{"ann": c.ann, "bob": c.bob} {
		if err := m.over(); err != nil {
			c.t.Errorf("%s in %s: %v", name, c.room, err)
		}
	}
	for name, conn := range map[string]*transport.Conn{"ann": c.sender.conn, "bob": c.viewer.conn} {
		select {
		case <-conn.Done():
			c.t.Errorf("the connection of %s in %s ended: %v", name, c.room, conn.Err())
		default:
		}
	}
}

// unharmed fails the test when the viewer missed something: packets that did not come, or a gap longer than most. The test's
// own process may be the one that was late, so most is far more than what a quiet machine shows.
func (c *call) unharmed(most time.Duration) {
	c.t.Helper()
	c.whole()
	s := c.viewer.receiver.Snapshot()
	if lost := s.Lost(); lost > 0 {
		c.t.Errorf("%s: %d packets never came", c.room, lost)
	}
	if gap := c.viewer.gap(); gap > most {
		c.t.Errorf("%s: nothing came for %v, want at most %v", c.room, gap, most)
	}
}
