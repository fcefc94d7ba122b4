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

	"github.com/atrium-rtc/atrium/internal/tracing"
	"github.com/atrium-rtc/atrium/sfu/bwe"
	"github.com/atrium-rtc/atrium/sfu/egress"
	"github.com/atrium-rtc/atrium/sfu/seal"
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
//	Subscribe, Close ──► sections ──► offer ──► client
//	      ▲                             ▲          │
//	      └── collected while one is    └ Complete ◄┘ answer
//	          on its way
//
// The sections are ours and not Pion's, which makes and keeps up the transport only: see
// downlinkSections, and docs/adr/0016-paired-connections.md for why.
//
// The methods may be called from any goroutine. A client that does not answer the first
// offer within half a minute loses the connection.
type Downlink struct {
	engine     *Engine
	request    DownlinkRequest
	peer       *Peer
	subscriber *egress.Subscriber
	carrier    carrier
	work       work
	routes     atomic.Pointer[routes] // replaced, never changed: read for each RTCP packet
	issued     issuedSources

	outstanding atomic.Pointer[DownlinkOffer]

	// owned by the peer's goroutine
	sections downlinkSections
	wanted   []*Subscription // not in a section yet
	changed  time.Time       // since when there is something to offer; zero: nothing
	restart  bool            // ICE, with the next offer
	number   int             // of the last offer
	taken    int             // the last one of which the answer was taken
	answered bool            // the transport: the client has its side of the last description
	local    localTransport
	remote   ICECredentials // the client's, from its last answer
	early    []Candidate    // came before the answer that they belong to
	keys     *seal.Context  // nil until they are known, and where Pion seals
	over     bool
}

// NewDownlink makes a receiving connection with nothing on it. It costs no packet before
// the first Subscribe. The errors are ErrClosed, or say why there can be no connection at
// all.
func (e *Engine) NewDownlink(req DownlinkRequest) (*Downlink, error) {
	d := &Downlink{
		engine: e, request: req, sections: newDownlinkSections(e.known),
		peer: newPeer(loggerOrDiscard(req.Log).With("connection", "receive"), withoutCandidates{req.Observer},
			newTransport(e.ports, udp.ShortQueue, noKeepalive), &e.panics),
	}
	d.routes.Store(&routes{})
	d.peer.transport.feedback.on = d.receive
	d.peer.offers, d.peer.knows = true, d.issued.has
	media, err := offeringEngine([]offeredCodec{soundOf(feedbackTWCC)})
	if err != nil {
		return nil, err
	}
	pc, err := e.newPeerConnection(media, d.peer, d.inlet)
	if err != nil {
		return nil, err
	}
	if err := d.carrier.join(pc); err != nil {
		_ = pc.Close()
		return nil, err
	}
	d.subscriber = e.egress.NewSubscriber(req.Session, d.peer)
	d.subscriber.SetMaxBitrate(bwe.Bitrate(req.MaxBitrate))
	d.peer.onConnected, d.peer.onTick, d.peer.onClosed = d.connected, d.tick, d.closed
	d.peer.transport.moved = d.subscriber.SetRemote
	d.peer.idle = func() bool { return d.outstanding.Load() == nil && !d.answered }
	if err := e.census.adopt(d.peer, nil); err != nil {
		d.subscriber.Close()
		_ = pc.Close()
		return nil, err
	}
	d.peer.attach(pc, "0")
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
	return &inlet{peer: d.peer, take: func(b []byte) {
		if len(b) >= rtcpHeader {
			d.receive(b)
		}
	}}
}

// receive takes one RTCP packet of the client.
func (d *Downlink) receive(packet []byte) { receiveRTCP(d.routes.Load(), d.peer, packet) }

// ReceiveRequest asks for a publication on a Downlink; its members are as in
// SubscribeRequest.
type ReceiveRequest struct {
	Delivery func(DeliveryState)
	Verdict  func(QualityVerdict)
	// Log has the stream bound; nil is that of the Downlink.
	Log *slog.Logger
}

// Subscribe begins to receive a publication, with the next offer: it does not wait. What is
// said of the Subscription before there is media is remembered. The errors are ErrClosed,
// of the connection or the publication, and ErrCodecMismatch for a codec that cannot be
// offered.
func (d *Downlink) Subscribe(p *Publication, req ReceiveRequest) (*Subscription, error) {
	s := &Subscription{
		publication: p, peer: d.peer, subscriber: d.subscriber, delivery: req.Delivery, verdict: req.Verdict,
		downlink: d, done: make(chan struct{}), log: req.Log,
	}
	if s.log == nil {
		s.log = d.peer.log
	}
	s.finish = sync.OnceFunc(func() { close(s.done) })
	for _, t := range p.receivable() {
		s.senders = append(s.senders, &sender{
			track: t, streamID: p.streamID, sub: d.subscriber, noRepeat: true, of: s,
			muted:    func() bool { return s.muted()&t.kind != 0 },
			delivery: s.delivered, verdict: s.judged,
		})
	}
	if !p.subscriptions.add(s) { // from here on it may be muted, and end
		return nil, fmt.Errorf("subscribe: the publication is %w", ErrClosed)
	}
	if !d.do(func() { d.want(s) }) {
		p.subscriptions.remove(s)
		return nil, fmt.Errorf("subscribe: the connection is %w", ErrClosed)
	}
	return s, nil
}

// receivable lists the tracks, the sound first.
func (p *Publication) receivable() []*Track {
	return slices.SortedStableFunc(slices.Values(p.tracks), func(a, b *Track) int { return int(a.kind) - int(b.kind) })
}

// want runs on the peer's goroutine.
func (d *Downlink) want(s *Subscription) {
	if s.ended {
		return
	}
	for _, snd := range s.senders {
		snd.offers = d.sections.codecs.of(snd.track.codec)
		if len(snd.offers) == 0 {
			d.end(s, fmt.Errorf("%w: the publisher sends %s", ErrCodecMismatch, describe(snd.track.codec)), true)
			return
		}
		snd.issue(&d.issued)
	}
	d.wanted = append(d.wanted, s)
	d.change()
}

// drop ends a subscription: nothing is sent of it from now on, and the client hears with
// the next offer. Any goroutine.
func (d *Downlink) drop(s *Subscription, told bool) {
	s.publication.subscriptions.remove(s)
	d.do(func() { d.end(s, nil, told) })
}

// end runs on the peer's goroutine.
func (d *Downlink) end(s *Subscription, cause error, told bool) {
	if s.ended {
		return
	}
	d.wanted = slices.DeleteFunc(d.wanted, func(x *Subscription) bool { return x == s })
	if d.sections.vacate(s.senders) {
		d.change()
	}
	d.conclude(s)
	d.reroute()
	if cause != nil {
		s.log.Info("the client cannot receive a stream", "error", cause)
	}
	if told && !d.over && d.request.Ended != nil {
		d.request.Ended(s, cause)
	}
}

// conclude takes a subscription's streams out.
func (d *Downlink) conclude(s *Subscription) {
	s.ended = true
	s.publication.subscriptions.remove(s)
	for _, snd := range s.senders {
		if st := snd.stream.Load(); st != nil {
			d.subscriber.Remove(st)
			d.forget(snd)
		}
	}
	s.finish()
}

// change notes that there is something to offer.
func (d *Downlink) change() {
	if d.changed.IsZero() {
		d.changed = time.Now()
	}
}

// tick does what others have asked for, and makes the offer that is due. It runs on the
// peer's goroutine.
func (d *Downlink) tick(now time.Time) time.Duration {
	d.work.run()
	if d.changed.IsZero() || d.outstanding.Load() != nil || d.peer.isClosing() {
		return 0
	}
	if wait := offerDelay - now.Sub(d.changed); wait > 0 {
		return wait
	}
	if err := d.offer(); err != nil {
		d.peer.log.Error("no offer can be made", "error", err)
		d.peer.fail("the server cannot make an offer")
	}
	return 0
}

// do runs fn on the connection's goroutine, in the order of the calls. It neither waits
// nor loses anything; false says that the connection has ended. Any goroutine.
func (d *Downlink) do(fn func()) bool {
	if !d.work.add(fn) {
		return false
	}
	d.peer.wake()
	return true
}

// closed runs on the peer's goroutine.
func (d *Downlink) closed() {
	d.over = true
	d.work.close() // who subscribes from here on hears that it is closed
	for _, s := range append(d.sections.subscriptions(), d.wanted...) {
		if !s.ended {
			d.conclude(s)
		}
	}
	d.wanted = nil
	d.outstanding.Store(nil)
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
// come to another network; one that is outstanding is answered first. Media goes on with
// the same keys. Before the first offer it does nothing.
func (d *Downlink) Restart() {
	d.do(func() {
		if d.number > 0 {
			d.restart = true
			d.change()
		}
	})
}

// Complete takes the client's answer to an offer. The last one that was taken may come
// again, and changes nothing then. The errors are ErrBadOffer, for a number that is not
// outstanding and for what is no answer to the offer; ErrClosed; or the context's. After
// an error the offer is outstanding as before, and can be answered better.
func (d *Downlink) Complete(ctx context.Context, number int, answer string) (err error) {
	ctx, step := tracing.Start(ctx, "media.answer")
	defer func() { conclude(step, err) }()
	done := make(chan error, 1)
	if !d.do(func() { done <- d.complete(ctx, number, answer) }) {
		return fmt.Errorf("take an answer: %w", ErrClosed)
	}
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
	case d.over:
		return fmt.Errorf("take an answer: %w", ErrClosed)
	case number == d.taken && number > 0:
		return nil // the client did not hear that it was taken
	case o == nil || number != o.Number:
		return fmt.Errorf("%w: no offer has the number %d", ErrBadOffer, number)
	}
	answer, err := d.sections.read(text)
	if err != nil {
		return err
	}
	if err := d.connect(ctx, answer.transport); err != nil {
		return err
	}
	d.outstanding.Store(nil)
	d.taken = number
	d.accept(answer)
	return nil
}

// Close ends the connection and its subscriptions. It does not wait.
func (d *Downlink) Close() { d.peer.Close() }

// Done is closed when the connection is torn down.
func (d *Downlink) Done() <-chan struct{} { return d.peer.Done() }
