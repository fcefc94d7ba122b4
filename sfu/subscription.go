package sfu

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"sync/atomic"

	"github.com/pion/transport/v4/packetio"
	"github.com/pion/webrtc/v4"

	"github.com/atrium-rtc/atrium/internal/tracing"
	"github.com/atrium-rtc/atrium/sfu/bwe"
	"github.com/atrium-rtc/atrium/sfu/egress"
	"github.com/atrium-rtc/atrium/sfu/udp"
)

// SubscribeRequest asks for a receiving connection.
type SubscribeRequest struct {
	Offer    string // SDP
	Observer Observer
	// Session names the participant: all its connections from one address share
	// one estimate of what the link to it carries. Empty is a participant of its
	// own.
	Session string
	// MaxBitrate bounds what all connections of the session are sent, in bits per
	// second, where the link to it is estimated; 0 is no bound.
	MaxBitrate int64
	// Delivery, if not nil, is told when the video is paused for want of bandwidth,
	// and when it goes on. Calls come one at a time and must not block.
	Delivery func(DeliveryState)
	// Verdict, if not nil, is told when the verdict on the quality changes, of the worse of
	// sound and picture, under the same rules. It is VerdictGood before.
	Verdict func(QualityVerdict)
	// Log has room and user bound; nil discards.
	Log *slog.Logger
}

// Subscription is one participant's reception of one Publication, on a connection of its
// own or on a Downlink. Its methods may be called from any goroutine.
type Subscription struct {
	peer        *Peer     // its connection, or that of the downlink
	downlink    *Downlink // nil for a connection of its own
	publication *Publication
	subscriber  *egress.Subscriber
	senders     senders
	published   atomic.Uint32 // kinds muted by the publication
	own         atomic.Uint32 // kinds muted for this subscriber
	delivery    func(DeliveryState)
	verdict     func(QualityVerdict)
	verdicts    verdicts // owned by the peer's goroutine

	// Only on a downlink.
	wish   wish
	log    *slog.Logger
	ended  bool // owned by the peer's goroutine
	finish func()
	done   chan struct{}
}

// Subscribe answers a subscriber's offer with a publication's media. The errors
// are ErrBadOffer, ErrNoMedia, ErrCodecMismatch, ErrClosed or the context's.
func (e *Engine) Subscribe(ctx context.Context, p *Publication, req SubscribeRequest) (_ *Subscription, err error) {
	_, step := tracing.Start(ctx, "media.offer")
	defer func() { conclude(step, err) }()
	o, err := parseOffer(req.Offer, e.known)
	if err != nil {
		return nil, err
	}
	s := &Subscription{
		publication: p, delivery: req.Delivery, verdict: req.Verdict,
		peer: newPeer(tracing.Logger(ctx, loggerOrDiscard(req.Log)).With("connection", "subscribe"), req.Observer,
			newTransport(e.ports, udp.ShortQueue, noKeepalive), &e.panics),
	}
	s.peer.transport.feedback.on = func(packet []byte) { s.senders.receive(s.peer, packet) }
	use, tracks, err := chooseSubscribed(o, p.tracks)
	if err != nil {
		return nil, err
	}
	text, err := o.restrict(sectionsOf(use))
	if err != nil {
		return nil, err
	}
	media, err := newMediaEngine(o, use, subscriberExtensions(use), subscriberFeedback(use))
	if err != nil {
		return nil, err
	}
	pc, err := e.newPeerConnection(media, s.peer, s.inlet)
	if err != nil {
		return nil, err
	}
	s.subscriber = e.egress.NewSubscriber(req.Session, s.peer)
	s.subscriber.SetMaxBitrate(bwe.Bitrate(req.MaxBitrate))
	s.peer.onConnected, s.peer.onClosed = s.connected, s.closed
	s.peer.transport.moved = s.subscriber.SetRemote
	if err := s.join(pc, o, use, tracks); err != nil {
		s.closed()
		_ = pc.Close()
		return nil, err
	}
	step.End()
	if err := s.peer.start(ctx, pc, o, text); err != nil {
		return nil, err
	}
	s.applyMute() // it may have changed in the meantime
	return s, nil
}

// join adds the tracks to the connection, and the subscription to where it is
// looked for.
func (s *Subscription) join(pc *webrtc.PeerConnection, o *offer, use []chosen, tracks []*Track) error {
	for i, t := range tracks {
		snd := &sender{
			track: t, codec: use[i].codec, streamID: s.publication.streamID, sub: s.subscriber,
			extensions: o.extensionsTo(t, use[i]),
			delivery:   s.delivered, verdict: s.judged,
			muted: func() bool { return s.muted()&t.kind != 0 },
		}
		init := webrtc.RTPTransceiverInit{Direction: webrtc.RTPTransceiverDirectionSendonly}
		if _, err := pc.AddTransceiverFromTrack(snd, init); err != nil {
			return fmt.Errorf("add %s track: %w", snd.Kind(), err)
		}
		s.senders = append(s.senders, snd)
	}
	if !s.publication.subscriptions.add(s) { // from here on it may be muted
		return fmt.Errorf("subscribe: the publication is %w", ErrClosed)
	}
	return s.publication.engine.census.adopt(s.peer, nil)
}

// chooseSubscribed matches the publication's tracks with the sections of the
// offer. Tracks that the client has no section for are left out.
func chooseSubscribed(o *offer, tracks []*Track) ([]chosen, []*Track, error) {
	var (
		use   []chosen
		taken []*Track
	)
	for _, t := range tracks {
		section := o.receiving(t.kind.String())
		if section == nil {
			continue
		}
		c, ok := decodable(section.codecs, t.codec)
		if !ok {
			return nil, nil, fmt.Errorf("%w: the publisher sends %s", ErrCodecMismatch, describe(t.codec))
		}
		use, taken = append(use, chosen{section: section, codec: c}), append(taken, t)
	}
	if len(use) == 0 {
		return nil, nil, fmt.Errorf("%w: it receives nothing that is published", ErrNoMedia)
	}
	return use, taken, nil
}

// subscriberFeedback returns what a subscriber may report. Of the two that tell when
// packets arrive it is to send one: the transport-wide one, which browsers know,
// or that of RFC 8888.
func subscriberFeedback(use []chosen) []feedbackType {
	list := []feedbackType{feedbackNACK, feedbackPLI, feedbackFIR, feedbackREMB}
	if slices.ContainsFunc(use, func(c chosen) bool { return c.codec.has(feedbackTWCC) }) {
		return append(list, feedbackTWCC)
	}
	return append(list, feedbackCCFB)
}

// describe names a codec for a person: "VP9", "H264 (packetization-mode=1; ...)".
func describe(c offeredCodec) string {
	if c.fmtp == "" || !c.codec.IsVideo() {
		return c.codec.String()
	}
	return fmt.Sprintf("%s (%s)", c.codec, c.fmtp)
}

// inlet implements the buffer factory of the connection: RTCP goes to the
// streams, RTP is not expected.
func (s *Subscription) inlet(kind packetio.BufferPacketType, _ uint32) *inlet {
	if kind == packetio.RTPBufferPacket {
		return &inlet{}
	}
	return &inlet{peer: s.peer, take: func(b []byte) {
		if len(b) >= rtcpHeader {
			s.senders.receive(s.peer, b)
		}
	}}
}

// connected runs on the peer's goroutine.
func (s *Subscription) connected() {
	if err := s.publication.engine.secure(s.peer, s.senders, s.subscriber); err != nil {
		s.peer.fail(err.Error())
		return
	}
	s.subscriber.SetRemote(s.peer.transport.remote())
	s.subscriber.Start()
}

func (s *Subscription) muted() Kind { return Kind(s.published.Load() | s.own.Load()) } //nolint:gosec // two bits

func (s *Subscription) setPublished(muted Kind) { s.published.Store(uint32(muted)) }

func (s *Subscription) unpublished() {
	if s.downlink != nil {
		s.downlink.drop(s, true)
		return
	}
	s.Close()
}

// tell has fn called on the connection's goroutine. It does not wait, nor does it lose
// anything on a Downlink, which may have much to tell at once.
func (s *Subscription) tell(fn func()) {
	if s.downlink == nil {
		s.peer.tryDo(fn)
		return
	}
	s.downlink.do(func() {
		if !s.ended {
			fn()
		}
	})
}

func (s *Subscription) applyMute() { s.senders.setMuted(s.muted()) }

// closed runs on the peer's goroutine.
func (s *Subscription) closed() {
	s.publication.subscriptions.remove(s)
	s.subscriber.Close()
}

// Answer returns the SDP answer; on a Downlink, which the client answers, it is empty.
func (s *Subscription) Answer() string { return s.peer.Answer() }

// AddICECandidate is as in Peer.
func (s *Subscription) AddICECandidate(c Candidate) error {
	if s.downlink != nil {
		return s.downlink.AddICECandidate(c)
	}
	return s.peer.AddICECandidate(c)
}

// Restart is as in Peer; on a Downlink it fails with ErrBadOffer.
func (s *Subscription) Restart(ctx context.Context, client ICECredentials) (string, error) {
	return s.peer.Restart(ctx, client)
}

// Mute replaces the set of kinds that this subscriber does not get.
func (s *Subscription) Mute(kinds Kind) {
	s.own.Store(uint32(kinds))
	s.applyMute()
}

// SetPreferredLayers says what the subscriber wants of the picture at most:
// spatial counts the publisher's encodings or spatial layers by size, 0 being the
// smallest, temporal its temporal layers. AllLayers is no limit, and numbers
// beyond what there is are none either. The change is made where the stream
// allows it without a break.
func (s *Subscription) SetPreferredLayers(spatial, temporal uint8) {
	s.wish.preferLayers(spatial, temporal)
	for _, snd := range s.senders {
		if st := snd.stream.Load(); st != nil && snd.track.kind == Video {
			st.SetPreferredLayers(spatial, temporal)
		}
	}
}

// Close ends the subscription, and its connection if that is its own. It does not wait.
func (s *Subscription) Close() {
	if s.downlink != nil {
		s.downlink.drop(s, false)
		return
	}
	s.peer.Close()
}

// Done is closed when the subscription's connection is torn down; on a Downlink, when
// nothing is sent of it any more.
func (s *Subscription) Done() <-chan struct{} {
	if s.downlink != nil {
		return s.done
	}
	return s.peer.Done()
}
