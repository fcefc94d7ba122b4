package sfu

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"slices"
	"sync/atomic"
	"time"

	"github.com/pion/rtcp"
	"github.com/pion/sdp/v3"
	"github.com/pion/transport/v4/packetio"
	"github.com/pion/webrtc/v4"

	"github.com/atrium-rtc/atrium/internal/tracing"
	"github.com/atrium-rtc/atrium/sfu/codec"
	"github.com/atrium-rtc/atrium/sfu/egress"
	"github.com/atrium-rtc/atrium/sfu/ingress"
	"github.com/atrium-rtc/atrium/sfu/speaker"
	"github.com/atrium-rtc/atrium/sfu/udp"
)

// PublishRequest asks for a publishing connection.
type PublishRequest struct {
	Offer string // SDP
	// Loopback sends the publisher's own media back on the same connection, in
	// the sections that the client offers to receive in.
	Loopback bool
	// Whole refuses an offer of which only a part can be received (RFC 9725 section 4.4.3),
	// where others get an answer that takes that part.
	Whole    bool
	Observer Observer
	// Room names the room: where only the loudest are forwarded, they are the
	// loudest of it.
	Room string
	// Layers, if not nil, is told which encodings of simulcast somebody receives,
	// whenever that changes. Those that nobody does cost the publisher's uplink
	// for nothing. It is called on the peer's goroutine and must not block.
	Layers func([]SubscribedLayer)
	// Disturbed, if not nil, is told when nothing has come from the client for five to seven seconds, not even an
	// answer to a check of the path, and again when something comes. It is called on the peer's goroutine and must
	// not block.
	Disturbed func(bool)
	// Log has room and user bound; nil discards.
	Log *slog.Logger
}

// Publication is one participant's published stream: its tracks and the
// connection they come on. Its methods may be called from any goroutine.
type Publication struct {
	owner    *owner              // its goroutine
	peer     *Peer               // nil when the application makes the packets
	uplink   *Uplink             // whose connection it is, nil for one of its own
	upstream egress.ReportWriter // takes the RTCP for whoever sends
	engine   *Engine
	room     string
	ssrc     uint32 // our own, in RTCP
	streamID string // in the a=msid of every subscriber
	tracks   []*Track
	receiver *ingress.Receiver
	loopback *egress.Subscriber // nil without
	senders  senders            // of the loopback

	subscriptions subscriptionSet
	requested     atomic.Uint64 // keyframes
	layers        func([]SubscribedLayer)

	// owned by the peer's goroutine
	nextRTT time.Time
}

// Publish answers a publisher's offer. The errors are ErrBadOffer, ErrNoMedia,
// ErrClosed or the context's.
func (e *Engine) Publish(ctx context.Context, req PublishRequest) (_ *Publication, err error) {
	_, step := tracing.Start(ctx, "media.offer")
	defer func() { conclude(step, err) }()
	o, err := parseOffer(req.Offer, *e.allowed.Load())
	if err != nil {
		return nil, err
	}
	use, err := choosePublished(o)
	if err == nil && req.Whole {
		err = o.receivedWhole(use)
	}
	if err != nil {
		return nil, err
	}
	p := &Publication{
		engine: e, room: req.Room, layers: req.Layers, ssrc: rand.Uint32(), streamID: newStreamID(), //nolint:gosec // RFC 3550 randomness, no secret
		peer: newPeer(tracing.Logger(ctx, loggerOrDiscard(req.Log)).With("connection", "publish"), req.Observer, newTransport(e.ports, udp.DeepQueue, iceKeepalive), &e.panics),
	}
	p.owner, p.upstream = &p.peer.owner, p.peer
	p.peer.onDisturbed = req.Disturbed
	for _, c := range use {
		c.section.accepted = c.section.rids
	}
	p.makeTracks(use)
	text, err := o.restrict(sectionsOf(use))
	if err != nil {
		return nil, err
	}
	media, err := newMediaEngine(o, use, publisherExtensions(use), []feedbackType{feedbackNACK, feedbackPLI, feedbackFIR, feedbackTWCC, feedbackPause})
	if err != nil {
		return nil, err
	}
	pc, err := e.newPeerConnection(media, p.peer, p.inlet)
	if err != nil {
		return nil, err
	}
	p.peer.onConnected, p.peer.onTick, p.peer.onClosed = p.connected, p.tick, p.closed
	if req.Loopback {
		if err := p.addLoopback(pc, o, use); err != nil {
			p.closed()
			_ = pc.Close()
			return nil, err
		}
	}
	if err := e.census.adopt(p.peer, p); err != nil {
		p.closed()
		_ = pc.Close()
		return nil, err
	}
	step.End()
	if err := p.peer.start(ctx, pc, o, text); err != nil {
		return nil, err
	}
	return p, nil
}

// choosePublished picks what the publisher is to send: one audio and one video
// section, each with one codec.
func choosePublished(o *offer) ([]chosen, error) {
	var use []chosen
	for _, kind := range []string{"audio", "video"} {
		if s := o.sending(kind); s != nil {
			use = append(use, chosen{section: s, codec: published(s.codecs)})
		}
	}
	if len(use) == 0 {
		return nil, fmt.Errorf("%w: nothing in it is sent with a codec that is forwarded here", ErrNoMedia)
	}
	return use, nil
}

// receivedWhole refuses what sends more than is received: a second camera, or sound beside
// a picture in a codec that is not forwarded.
func (o *offer) receivedWhole(use []chosen) error {
	used := sectionsOf(use)
	for _, s := range o.sections {
		if (s.kind == "audio" || s.kind == "video") && s.sends && !used[s] {
			return fmt.Errorf("%w: its %s section %q cannot be received: there may be one audio and one video, each with a codec that is forwarded here",
				ErrBadOffer, s.kind, s.mid)
		}
	}
	return nil
}

func sectionsOf(use []chosen) map[*section]bool {
	m := make(map[*section]bool, len(use))
	for _, c := range use {
		m[c.section] = true
	}
	return m
}

// makeTracks sets up the receiving side for what was chosen.
func (p *Publication) makeTracks(use []chosen) {
	cfg := ingress.Config{Pool: p.engine.pool, Feedback: p, SSRC: p.ssrc}
	cfg.Tracks, cfg.Extensions = received(use)
	p.receiver = ingress.NewReceiver(cfg)
	p.addTracks(p.receiver.Tracks(), use)
}

// addTracks makes what is received the publication's tracks.
func (p *Publication) addTracks(tracks []*ingress.Track, use []chosen) {
	for i, t := range tracks {
		kind := Audio
		if use[i].codec.codec.IsVideo() {
			kind = Video
		}
		p.tracks = append(p.tracks, newTrack(t, p, kind, use[i]))
	}
}

// received describes what was chosen for the ingress.
func received(use []chosen) (list []ingress.TrackConfig, ids ingress.Extensions) {
	for _, c := range use {
		list = append(list, ingress.TrackConfig{
			Codec: c.codec.codec, MID: c.section.mid, Encodings: c.section.encodings(),
			PayloadType: c.codec.payloadType, RTXPayloadType: c.codec.rtx, REDPayloadType: c.codec.red,
			NACK: c.codec.has(feedbackNACK),
		})
		// In a bundle an identifier means the same extension everywhere (RFC 8843
		// section 9.3.1), so the last section that has it decides.
		ext := c.section.extension
		setIfOffered(&ids.MID, ext[sdp.SDESMidURI])
		setIfOffered(&ids.AudioLevel, ext[sdp.AudioLevelURI])
		if len(c.section.accepted) > 0 {
			setIfOffered(&ids.RID, ext[sdp.SDESRTPStreamIDURI])
			setIfOffered(&ids.RepairedRID, ext[sdp.SDESRepairRTPStreamIDURI])
		}
		if c.codec.codec == codec.AV1 || c.codec.codec == codec.H264 {
			setIfOffered(&ids.Dependency, ext[dependencyURI])
		}
		if c.codec.has(feedbackTWCC) {
			setIfOffered(&ids.TWCC, ext[sdp.TransportCCURI])
		}
	}
	return list, ids
}

func setIfOffered(dst *uint8, id uint8) {
	if id != 0 {
		*dst = id
	}
}

// addLoopback makes the publisher a subscriber of itself.
func (p *Publication) addLoopback(pc *webrtc.PeerConnection, o *offer, use []chosen) error {
	p.loopback = p.engine.egress.NewSubscriber("", p.peer)
	for i, t := range p.tracks {
		if !use[i].section.receives {
			continue
		}
		s := &sender{track: t, codec: t.codec, extensions: o.extensionsTo(t, use[i]), streamID: p.streamID, sub: p.loopback}
		init := webrtc.RTPTransceiverInit{Direction: webrtc.RTPTransceiverDirectionSendrecv}
		if _, err := pc.AddTransceiverFromTrack(s, init); err != nil {
			return fmt.Errorf("add loopback: %w", err)
		}
		p.senders = append(p.senders, s)
	}
	return nil
}

// inlet implements the buffer factory of the connection: RTP goes to the
// receiver, sender reports too, and RTCP about the loopback to its streams.
func (p *Publication) inlet(kind packetio.BufferPacketType, ssrc uint32) *inlet {
	if kind == packetio.RTPBufferPacket {
		return &inlet{peer: p.peer, take: func(b []byte) { p.receiver.WriteRTP(b, time.Now()) }}
	}
	return &inlet{peer: p.peer, take: func(b []byte) { // one RTCP packet at a time
		var sr rtcp.SenderReport
		if len(b) > 1 && b[1] == uint8(rtcp.TypeSenderReport) && sr.Unmarshal(b) == nil && sr.SSRC == ssrc {
			p.receiver.SenderReport(&sr, time.Now())
		}
		if len(b) > 1 && b[1] == uint8(rtcp.TypeTransportSpecificFeedback) {
			p.paused(b)
		}
		if len(b) >= rtcpHeader {
			p.senders.receive(p.peer, b)
		}
	}}
}

// paused passes on what the publisher says of pausing.
func (p *Publication) paused(b []byte) {
	for _, t := range p.tracks {
		if t.codec.has(feedbackPause) {
			message := slices.Clone(b)
			p.peer.tryDo(func() { t.pauser.learn(message) })
		}
	}
}

// connected runs on the peer's goroutine.
func (p *Publication) connected() {
	if p.loopback == nil {
		return
	}
	if err := p.engine.secure(p.peer, p.senders, p.loopback); err != nil {
		p.peer.fail(err.Error())
		return
	}
	p.loopback.Start()
}

// closed runs on the peer's goroutine, before the connection is cut.
func (p *Publication) closed() {
	for _, s := range p.subscriptions.close() {
		s.unpublished()
	}
	if p.loopback != nil {
		p.loopback.Close()
	}
}

// Answer returns the SDP answer, "" without a connection of its own.
func (p *Publication) Answer() string {
	if p.peer == nil || p.uplink != nil {
		return ""
	}
	return p.peer.Answer()
}

// AddICECandidate is as in Peer; without a connection there is no use for it.
func (p *Publication) AddICECandidate(c Candidate) error {
	if p.peer == nil {
		return nil
	}
	return p.peer.AddICECandidate(c)
}

// Restart is as in Peer; without a connection it fails with ErrClosed, and on an Uplink with
// ErrBadOffer.
func (p *Publication) Restart(ctx context.Context, client ICECredentials) (string, error) {
	switch {
	case p.peer == nil:
		return "", fmt.Errorf("restart ICE: %w", ErrClosed)
	case p.uplink != nil:
		return "", fmt.Errorf("%w: ICE of this connection restarts with its next offer", ErrBadOffer)
	}
	return p.peer.Restart(ctx, client)
}

// Tracks returns the published tracks, at most one of each kind.
func (p *Publication) Tracks() []*Track { return p.tracks }

// Mute replaces the set of kinds that nobody gets. A resumed picture starts
// with a keyframe.
func (p *Publication) Mute(kinds Kind) {
	p.senders.setMuted(kinds)
	p.subscriptions.mute(kinds)
}

// Speech returns what the sound of the publication was like at now. ok is false
// without sound, and while nobody gets it because it is muted.
func (p *Publication) Speech(now time.Time) (s speaker.Snapshot, ok bool) {
	if p.subscriptions.mutes(Audio) {
		return speaker.Snapshot{}, false
	}
	for _, t := range p.tracks {
		if s, ok = t.Speech(now); ok {
			break
		}
	}
	return s, ok
}

// mutes reports whether nobody gets any of the kinds.
func (l *subscriptionSet) mutes(kinds Kind) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.muted&kinds == kinds
}

// Close ends the publication and its subscriptions; of an Uplink it leaves the connection and
// the others alone. It does not wait.
func (p *Publication) Close() {
	p.owner.Close()
	p.owner.wake() // on an Uplink nobody else would
}

// Done is closed when the publication is torn down.
func (p *Publication) Done() <-chan struct{} { return p.owner.Done() }
