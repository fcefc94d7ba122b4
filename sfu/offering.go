package sfu

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"

	"github.com/pion/sdp/v3"
	"github.com/pion/webrtc/v4"

	"github.com/atrium-rtc/atrium/internal/tracing"
	"github.com/atrium-rtc/atrium/sfu/codec"
	"github.com/atrium-rtc/atrium/sfu/udp"
)

// OfferRequest asks for an offer that a publisher is to answer.
type OfferRequest struct {
	Kinds    Kind // that it may send
	Observer Observer
	// Room and Layers are as in PublishRequest.
	Room   string
	Layers func([]SubscribedLayer)
	// Disturbed is as in PublishRequest.
	Disturbed func(bool)
	// Log has room and user bound; nil discards.
	Log *slog.Logger
}

// Offering is an offer to receive, and the connection that waits for its answer: for half
// a minute, and then its observer hears that it has failed. Its methods may be called from
// any goroutine.
type Offering struct {
	publication *Publication
	offer       string
}

// Offer makes an offer to receive what a publisher sends, with all codecs that may be
// published. A publisher that answers it sends one encoding. The errors are ErrNoMedia
// for no kinds, ErrClosed or the context's.
func (e *Engine) Offer(ctx context.Context, req OfferRequest) (_ *Offering, err error) {
	_, step := tracing.Start(ctx, "media.offer")
	defer func() { conclude(step, err) }()
	codecs := offerable(*e.allowed.Load(), req.Kinds)
	if len(codecs) == 0 {
		return nil, fmt.Errorf("%w: nothing is asked for that may be published", ErrNoMedia)
	}
	p := &Publication{
		engine: e, room: req.Room, layers: req.Layers, ssrc: rand.Uint32(), streamID: newStreamID(), //nolint:gosec // RFC 3550 randomness, no secret
		peer: newPeer(tracing.Logger(ctx, loggerOrDiscard(req.Log)).With("connection", "publish"), req.Observer, newTransport(e.ports, udp.DeepQueue, iceKeepalive), &e.panics),
	}
	p.owner, p.upstream = &p.peer.owner, p.peer
	p.peer.onDisturbed = req.Disturbed
	media, err := offeringEngine(codecs)
	if err != nil {
		return nil, err
	}
	pc, err := e.newPeerConnection(media, p.peer, p.inlet)
	if err != nil {
		return nil, err
	}
	p.peer.onConnected, p.peer.onTick, p.peer.onClosed = p.connected, p.tick, p.closed
	if err := receiveOnly(pc, req.Kinds); err != nil {
		_ = pc.Close()
		return nil, err
	}
	if err := e.census.adopt(p.peer, nil); err != nil {
		_ = pc.Close()
		return nil, err
	}
	p.peer.attach(pc, "0")
	text, err := p.peer.exchange(ctx, func() (string, error) { return p.peer.makeOffer(ctx, nil) })
	if err != nil {
		return nil, err
	}
	return &Offering{p, text}, nil
}

// offerable lists what may be published, of some kinds, as it is offered.
func offerable(allowed map[codec.Codec]bool, kinds Kind) (list []offeredCodec) {
	video := []feedbackType{feedbackTWCC, feedbackNACK, feedbackPLI, feedbackFIR}
	for _, c := range []offeredCodec{
		{codec: codec.Opus, payloadType: 111, red: 63, redFMTP: "111/111", fmtp: "minptime=10;useinbandfec=1", feedback: video[:1]},
		{codec: codec.VP8, payloadType: 96, rtx: 97, feedback: video},
		{codec: codec.VP9, payloadType: 98, rtx: 99, fmtp: "profile-id=0", feedback: video},
		{codec: codec.H264, payloadType: 102, rtx: 103, fmtp: usualH264, feedback: video},
		{codec: codec.AV1, payloadType: 45, rtx: 46, feedback: video},
	} {
		kind := Audio
		if c.codec.IsVideo() {
			kind = Video
		}
		if allowed[c.codec] && kinds&kind != 0 {
			list = append(list, c)
		}
	}
	return list
}

// offeringEngine returns a MediaEngine that offers codecs.
func offeringEngine(list []offeredCodec) (*webrtc.MediaEngine, error) {
	m := &webrtc.MediaEngine{}
	for _, c := range list {
		if err := register(m, c, c.feedback); err != nil {
			return nil, err
		}
	}
	return m, registerExtensions(m, append([]string{sdp.SDESMidURI, sdp.TransportCCURI, dependencyURI}, forwardedExtensions...))
}

// receiveOnly adds a section for each kind.
func receiveOnly(pc *webrtc.PeerConnection, kinds Kind) error {
	for _, kind := range []Kind{Audio, Video} {
		if kinds&kind == 0 {
			continue
		}
		init := webrtc.RTPTransceiverInit{Direction: webrtc.RTPTransceiverDirectionRecvonly}
		if _, err := pc.AddTransceiverFromKind(webrtc.NewRTPCodecType(kind.String()), init); err != nil {
			return fmt.Errorf("offer %s: %w", kind, err)
		}
	}
	return nil
}

// makeOffer returns Pion's offer with all our candidates. It runs on the owner goroutine.
func (p *Peer) makeOffer(ctx context.Context, options *webrtc.OfferOptions) (string, error) {
	offer, err := p.pc.CreateOffer(options)
	if err != nil {
		return "", fmt.Errorf("create offer: %w", err)
	}
	gathered := webrtc.GatheringCompletePromise(p.pc)
	if err := p.pc.SetLocalDescription(offer); err != nil {
		return "", fmt.Errorf("set offer: %w", err)
	}
	if err := p.awaitCandidates(ctx, gathered); err != nil {
		return "", err
	}
	return p.pc.LocalDescription().SDP, nil
}

// Offer returns the SDP offer.
func (o *Offering) Offer() string { return o.offer }

// Close withdraws the offer; after Complete it ends the publication. It does not wait.
func (o *Offering) Close() { o.publication.Close() }

// Complete makes a publication of the offer with the client's answer. It may be called
// once; when it fails, the offer is withdrawn. The errors are ErrBadOffer, of an answer,
// ErrNoMedia, ErrClosed or the context's.
func (o *Offering) Complete(ctx context.Context, answer string) (*Publication, error) {
	p := o.publication
	_, err := p.peer.exchange(ctx, func() (string, error) { return "", p.complete(ctx, answer) })
	if err != nil {
		return nil, err
	}
	return p, nil
}

// complete runs on the owner goroutine.
func (p *Publication) complete(ctx context.Context, text string) error {
	answer, err := parseOffer(text, *p.engine.allowed.Load())
	if err != nil {
		return err
	}
	use, err := choosePublished(answer)
	if err != nil {
		return err
	}
	p.makeTracks(use)
	p.engine.census.promote(p.peer, p)
	if text, err = answer.restrict(sectionsOf(use)); err != nil {
		return err
	}
	p.peer.connecting.answer(ctx)
	p.peer.deadline.Reset(connectTimeout)
	if err := p.peer.pc.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeAnswer, SDP: text}); err != nil {
		return fmt.Errorf("%w: %w", ErrBadOffer, err)
	}
	return nil
}
