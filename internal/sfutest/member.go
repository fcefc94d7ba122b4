package sfutest

import (
	"net/netip"
	"sync/atomic"
	"testing"
	"time"

	"github.com/atrium-rtc/atrium/internal/load/transport"
	"github.com/atrium-rtc/atrium/internal/load/watch"
	"github.com/atrium-rtc/atrium/sfu"
	"github.com/atrium-rtc/atrium/sfu/codec"
)

// Publisher is the connection of a member who publishes VP8 and Opus over a real
// socket. What it sends is up to the test: whatever is given to Conn.WriteRTP and
// WriteRTCP is encrypted with the keys of the connection as it is.
type Publisher struct {
	Conn        *transport.Conn
	Media       *transport.Media
	Publication *sfu.Publication
	Failed      *Failures
}

// Viewer is the connection of a member who watches a publication, and says what was
// seen and heard of it.
type Viewer struct {
	Conn         *transport.Conn
	Media        *transport.Media
	Subscription *sfu.Subscription
	Failed       *Failures
	receiver     atomic.Pointer[watch.Receiver]
}

// Failures hears that a connection is lost.
type Failures struct{ reason atomic.Pointer[string] }

// ICECandidate implements sfu.Observer.
func (*Failures) ICECandidate(sfu.Candidate) {}

// Failed implements sfu.Observer.
func (f *Failures) Failed(reason string) { f.reason.Store(&reason) }

// Reason is empty while the connection stands.
func (f *Failures) Reason() string {
	if r := f.reason.Load(); r != nil {
		return *r
	}
	return ""
}

// conn opens a connection to 127.0.0.1 that is closed when the test ends.
func conn(tb testing.TB, o transport.Options) *transport.Conn {
	tb.Helper()
	identity, err := transport.NewIdentity()
	if err != nil {
		tb.Fatal(err)
	}
	o.Identity, o.Server = identity, netip.MustParseAddr("127.0.0.1")
	o.Audio, o.Video = true, []codec.Codec{codec.VP8}
	c, err := transport.New(o)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _ = c.Close() })
	return c
}

// offer is the offer of a connection.
func offer(tb testing.TB, c *transport.Conn) string {
	tb.Helper()
	text, err := c.Offer()
	if err != nil {
		tb.Fatal(err)
	}
	return text
}

// Publish connects a publisher. handler gets what the server reports; nil for nobody.
func Publish(tb testing.TB, engine *sfu.Engine, handler transport.Handler) *Publisher {
	tb.Helper()
	p := &Publisher{Conn: conn(tb, transport.Options{Send: true, Handler: handler}), Failed: &Failures{}}
	var err error
	p.Publication, err = engine.Publish(tb.Context(), sfu.PublishRequest{Offer: offer(tb, p.Conn), Observer: p.Failed})
	if err != nil {
		tb.Fatal(err)
	}
	if p.Media, err = p.Conn.Accept(p.Publication.Answer()); err != nil {
		tb.Fatal(err)
	}
	if err := p.Conn.Start(tb.Context()); err != nil {
		tb.Fatal(err)
	}
	return p
}

// View connects a viewer.
func View(tb testing.TB, engine *sfu.Engine, of *sfu.Publication) *Viewer {
	tb.Helper()
	v := &Viewer{Failed: &Failures{}}
	v.Conn = conn(tb, transport.Options{Handler: v})
	asked := time.Now()
	var err error
	v.Subscription, err = engine.Subscribe(tb.Context(), of, sfu.SubscribeRequest{Offer: offer(tb, v.Conn), Observer: v.Failed})
	if err != nil {
		tb.Fatal(err)
	}
	if v.Media, err = v.Conn.Accept(v.Subscription.Answer()); err != nil {
		tb.Fatal(err)
	}
	v.receiver.Store(watch.New(watch.Config{Media: v.Media, Writer: v.Conn, RTT: v.Conn.RTT}, asked))
	if err := v.Conn.Start(tb.Context()); err != nil {
		tb.Fatal(err)
	}
	return v
}

// RTP implements transport.Handler.
func (v *Viewer) RTP(b []byte, now time.Time) { v.receiver.Load().RTP(b, now) }

// RTCP implements transport.Handler.
func (v *Viewer) RTCP(b []byte, now time.Time) { v.receiver.Load().RTCP(b, now) }

// Tick implements transport.Handler.
func (v *Viewer) Tick(now time.Time) { v.receiver.Load().Tick(now) }

// Seen is what was seen and heard until now.
func (v *Viewer) Seen() watch.Snapshot { return v.receiver.Load().Snapshot() }
