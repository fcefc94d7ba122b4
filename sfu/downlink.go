package sfu

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/pion/transport/v4/packetio"
	"github.com/pion/webrtc/v4"

	"github.com/atrium-rtc/atrium/sfu/bwe"
	"github.com/atrium-rtc/atrium/sfu/egress"
	"github.com/atrium-rtc/atrium/sfu/udp"
)

// offerDelay is how long changes are collected before they are offered, so that what a
// client asks for at once comes in one offer.
const offerDelay = 2 * time.Millisecond

// DownlinkRequest asks for the receiving connection of a participant.
type DownlinkRequest struct {
	// Observer hears when the connection is lost. It gets no candidates: all of ours
	// stand in every offer.
	Observer Observer
	// Session and MaxBitrate are as in SubscribeRequest.
	Session    string
	MaxBitrate int64
	// Offer gets each new offer for the client. There is no other before Complete. It is
	// called on the connection's goroutine and must not block.
	Offer func(DownlinkOffer)
	// Ended, if not nil, is told of subscriptions that end by themselves: with
	// ErrCodecMismatch when the client's answer refuses what is published, and with nil when
	// the Publication has ended. It is called on the connection's goroutine and must not block.
	Ended func(*Subscription, error)
	// Log has room and user bound; nil discards.
	Log *slog.Logger
}

// DownlinkOffer is an offer for the client of a Downlink.
type DownlinkOffer struct {
	Number  int              // counts from 1, and comes back with the answer
	SDP     string           // with all our candidates
	Streams []DownlinkStream // all that the client receives with this offer
}

// DownlinkStream says in which sections of an offer a Subscription is: its sound first.
type DownlinkStream struct {
	Subscription *Subscription
	MIDs         []string
}

// Downlink is the receiving connection of one participant, which carries many
// Subscriptions. Here the server offers: it knows what there is to receive, and one side
// that offers cannot collide with itself. All that has changed since an offer was answered
// goes into the next one.
//
//	Subscribe, Close ──► changes ──► offer ──► client
//	      ▲                            ▲           │
//	      └── collected while one is   └ Complete ◄┘ answer
//	          on its way
//
// A section whose Subscription has ended is offered inactive, and used again for a later
// one of its kind when the client has answered that (RFC 8829 section 5.2.2): so a
// connection has as many sections as it ever received at once, however long it lives.
//
// The methods may be called from any goroutine. A client that does not answer the first
// offer within half a minute loses the connection.
type Downlink struct {
	engine     *Engine
	request    DownlinkRequest
	peer       *Peer
	pc         *webrtc.PeerConnection
	subscriber *egress.Subscriber
	keys       lateKeys
	streams    atomic.Pointer[senders] // replaced, never changed: read for each RTCP packet
	sources    atomic.Int32            // that the client may report about

	// owned by the peer's goroutine
	sections    []*downlinkSection
	wanted      []*Subscription // not in an offer yet
	changed     time.Time       // since when there is something to offer; zero: nothing
	restart     bool            // ICE, with the next offer
	number      int             // of the last offer
	outstanding atomic.Pointer[DownlinkOffer]
	offered     string // the last offer as Pion made it
	over        bool
}

// NewDownlink makes a receiving connection with nothing on it. The errors are ErrClosed,
// or say why there can be no connection at all.
func (e *Engine) NewDownlink(req DownlinkRequest) (*Downlink, error) {
	d := &Downlink{
		engine: e, request: req,
		peer: newPeer(loggerOrDiscard(req.Log).With("connection", "subscribe"), withoutCandidates{req.Observer},
			newTransport(e.ports, udp.ShortQueue, noKeepalive)),
	}
	d.streams.Store(&senders{})
	d.sources.Store(maxSources)
	d.peer.transport.feedback.on = func(packet []byte) { d.streams.Load().receive(d.peer, packet) }
	media, err := offeringEngine(deliverable(e.known))
	if err != nil {
		return nil, err
	}
	d.peer.maxSources = &d.sources
	if d.pc, err = e.newPeerConnection(media, d.peer, d.inlet); err != nil {
		return nil, err
	}
	d.subscriber = e.egress.NewSubscriber(req.Session, d.peer)
	d.subscriber.SetMaxBitrate(bwe.Bitrate(req.MaxBitrate))
	d.peer.onConnected, d.peer.onTick, d.peer.onClosed = d.connected, d.tick, d.closed
	d.peer.transport.moved = d.subscriber.SetRemote
	d.peer.unasked = func() bool { return d.number == 0 }
	if err := e.census.adopt(d.peer, nil); err != nil {
		d.subscriber.Close()
		_ = d.pc.Close()
		return nil, err
	}
	d.peer.attach(d.pc, "0")
	return d, nil
}

// withoutCandidates is an Observer that is told of no candidates.
type withoutCandidates struct{ Observer }

// ICECandidate implements Observer.
func (withoutCandidates) ICECandidate(Candidate) {}

// inlet is as that of a Subscription.
func (d *Downlink) inlet(kind packetio.BufferPacketType, _ uint32) *inlet {
	if kind == packetio.RTPBufferPacket {
		return &inlet{}
	}
	return &inlet{take: func(b []byte) {
		if len(b) >= rtcpHeader {
			d.streams.Load().receive(d.peer, b)
		}
	}}
}

// ReceiveRequest asks for a publication on a Downlink; its members are as in
// SubscribeRequest.
type ReceiveRequest struct {
	Delivery func(DeliveryState)
	Verdict  func(QualityVerdict)
	// Log has the stream bound; nil is that of the Downlink.
	Log *slog.Logger
}

// Subscribe begins to receive a publication, with the next offer: it does not wait. What is
// said of the Subscription before there is media is remembered. The only error is
// ErrClosed, of the connection or the publication.
func (d *Downlink) Subscribe(p *Publication, req ReceiveRequest) (*Subscription, error) {
	s := &Subscription{
		publication: p, peer: d.peer, subscriber: d.subscriber, delivery: req.Delivery, verdict: req.Verdict,
		downlink: d, done: make(chan struct{}),
	}
	s.finish = sync.OnceFunc(func() { close(s.done) })
	if d.peer.isClosing() {
		return nil, fmt.Errorf("subscribe: the connection is %w", ErrClosed)
	}
	for _, t := range p.receivable() {
		s.senders = append(s.senders, &sender{
			track: t, streamID: p.streamID, sub: d.subscriber, keys: &d.keys,
			delivery: s.delivered, verdict: s.judged,
			muted: func() bool { return s.muted()&t.kind != 0 },
			began: func(st *egress.Stream) { s.begun(t.kind, st) },
		})
	}
	if !p.subscriptions.add(s) { // from here on it may be muted, and end
		return nil, fmt.Errorf("subscribe: the publication is %w", ErrClosed)
	}
	d.peer.do(func() {
		if d.over {
			d.conclude(s)
			return
		}
		d.wanted = append(d.wanted, s)
		d.change()
	})
	if d.peer.isClosing() { // the goroutine may not have come to it
		p.subscriptions.remove(s)
		s.finish()
	}
	return s, nil
}

// receivable lists the tracks, the sound first: old and new clients expect that order.
func (p *Publication) receivable() []*Track {
	return slices.SortedStableFunc(slices.Values(p.tracks), func(a, b *Track) int { return int(a.kind) - int(b.kind) })
}

// begun runs when a track of the subscription has a stream: what was said before holds.
func (s *Subscription) begun(kind Kind, st *egress.Stream) {
	st.SetMuted(s.muted()&kind != 0) // it may have changed in the meantime
	if kind == Video {
		s.wish.apply(st)
	}
}

// drop ends a subscription: nothing is sent of it from now on, and the client hears with
// the next offer. Any goroutine.
func (d *Downlink) drop(s *Subscription, cause error, told bool) {
	s.publication.subscriptions.remove(s)
	d.peer.do(func() { d.end(s, cause, told) })
}

// end runs on the peer's goroutine.
func (d *Downlink) end(s *Subscription, cause error, told bool) {
	if s.ended || d.over {
		return
	}
	if i := slices.Index(d.wanted, s); i >= 0 {
		d.wanted = slices.Delete(d.wanted, i, i+1)
	}
	for _, section := range d.sections {
		if section.subscription == s {
			section.leaving = true
			d.change()
		}
	}
	d.conclude(s)
	if told && d.request.Ended != nil {
		d.request.Ended(s, cause)
	}
}

// conclude takes a subscription's streams out.
func (d *Downlink) conclude(s *Subscription) {
	s.ended = true
	d.route(func(l senders) senders {
		return slices.DeleteFunc(l, func(snd *sender) bool { return slices.Contains(s.senders, snd) })
	})
	for _, snd := range s.senders {
		if st := snd.stream.Load(); st != nil {
			d.subscriber.Remove(st)
		}
	}
	s.finish()
}

// route changes where RTCP goes.
func (d *Downlink) route(change func(senders) senders) {
	l := change(slices.Clone(*d.streams.Load()))
	d.streams.Store(&l)
}

// change notes that there is something to offer.
func (d *Downlink) change() {
	if d.changed.IsZero() {
		d.changed = time.Now()
	}
}

// tick makes the offer that is due. It runs on the peer's goroutine.
func (d *Downlink) tick(now time.Time) time.Duration {
	if d.changed.IsZero() || d.outstanding.Load() != nil || d.over {
		return 0
	}
	if wait := offerDelay - now.Sub(d.changed); wait > 0 {
		return wait
	}
	d.changed = time.Time{}
	if err := d.offer(); err != nil {
		d.peer.log.Error("no offer can be made", "error", err)
		d.peer.fail("the server cannot make an offer")
	}
	return 0
}

// connected runs on the peer's goroutine.
func (d *Downlink) connected() {
	if err := d.secure(); err != nil {
		d.peer.fail(err.Error())
		return
	}
	d.subscriber.SetRemote(d.peer.transport.remote())
	d.subscriber.Start()
}

// secure is Engine.secure for a connection that streams are added to.
func (d *Downlink) secure() error {
	e, t := d.engine, d.peer.transport
	queue := e.queues[d.subscriber.Shard()]
	if e.sealing != SealPion {
		keys, err := t.secure()
		if err == nil {
			d.keys.learn(keys, t, queue, *d.streams.Load())
			e.sealedByShard.Add(1)
			return nil
		}
		if e.sealing == SealShard {
			return err
		}
		d.peer.log.Info("Pion seals this connection's media", "reason", err)
	}
	t.udp.SetQueue(queue)
	e.sealedByPion.Add(1)
	return nil
}

// closed runs on the peer's goroutine.
func (d *Downlink) closed() {
	for _, section := range d.sections {
		if s := section.subscription; s != nil && !s.ended {
			d.wanted = append(d.wanted, s)
		}
	}
	d.over = true
	for _, s := range d.wanted {
		if !s.ended {
			s.publication.subscriptions.remove(s)
			d.conclude(s)
		}
	}
	d.wanted = nil
	d.subscriber.Close()
}

// Outstanding returns the offer that the client has not answered, if there is one: it can
// be sent again to a client that may have missed it.
func (d *Downlink) Outstanding() (DownlinkOffer, bool) {
	if o := d.outstanding.Load(); o != nil {
		return *o, true
	}
	return DownlinkOffer{}, false
}

// Restart begins ICE anew (RFC 8445 section 9) with the next offer, for a client that has
// come to another network. Media goes on with the same keys.
func (d *Downlink) Restart() {
	d.peer.do(func() {
		if d.number > 0 { // nothing was offered yet that could begin anew
			d.restart = true
			d.change()
		}
	})
}

// Complete takes the client's answer to an offer. That to the last offer may come again,
// and changes nothing then. The errors are ErrBadOffer, for a number that is not
// outstanding and for what is no answer to the offer; ErrClosed; or the context's. An
// answer that fails leaves the offer outstanding, unless it broke the connection, which
// the Observer hears.
func (d *Downlink) Complete(ctx context.Context, number int, answer string) error {
	done := make(chan error, 1)
	d.peer.do(func() { done <- d.complete(ctx, number, answer) })
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
		return fmt.Errorf("take an answer: %w", ctx.Err())
	case <-d.peer.closing:
		return fmt.Errorf("take an answer: %w", ErrClosed)
	}
}

// complete runs on the peer's goroutine.
func (d *Downlink) complete(ctx context.Context, number int, text string) error {
	o := d.outstanding.Load()
	switch {
	case o == nil && number == d.number && number > 0:
		return nil
	case o == nil || number != o.Number:
		return fmt.Errorf("%w: no offer has the number %d", ErrBadOffer, number)
	}
	answer, err := parseDescription(text, d.engine.known, answerLimits)
	if err != nil {
		return err
	}
	return d.accept(ctx, answer)
}

// AddICECandidate is as in Peer.
func (d *Downlink) AddICECandidate(c Candidate) error { return d.peer.AddICECandidate(c) }

// Close ends the connection and its subscriptions. It does not wait.
func (d *Downlink) Close() { d.peer.Close() }

// Done is closed when the connection is torn down.
func (d *Downlink) Done() <-chan struct{} { return d.peer.Done() }
