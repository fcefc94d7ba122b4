package room

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/atrium-rtc/atrium/sfu"
	"github.com/atrium-rtc/atrium/sfu/inspect"
	"github.com/atrium-rtc/atrium/sfu/speaker"
)

// SFU makes the built-in media server serve rooms. Log lines about connections
// carry room, user and stream; a nil logger discards them.
func SFU(engine *sfu.Engine, logger *slog.Logger) Media {
	if logger == nil {
		logger = slog.New(slog.DiscardHandler)
	}
	return sfuMedia{engine, logger}
}

type sfuMedia struct {
	engine *sfu.Engine
	log    *slog.Logger
}

// Publish implements Media.
func (m sfuMedia) Publish(ctx context.Context, req MediaRequest) (Publication, error) {
	p, err := m.engine.Publish(ctx, sfu.PublishRequest{
		Offer: req.Offer, Room: contestOf(req), Loopback: req.Loopback, Whole: req.Whole,
		Observer: sfuObserver{req.Observer}, Log: m.bind(req),
		Layers:    func(list []sfu.SubscribedLayer) { req.Observer.SubscribedLayers(subscribedLayers(list)) },
		Disturbed: req.Observer.Disturbed,
	})
	if err != nil {
		return nil, sfuError("Error generating SDP response for publishing user "+req.User, err)
	}
	return sfuPublication{m, p, req.User}, nil
}

// contestOf names those among whom the loudest are forwarded; what a screen plays has no
// part in that.
func contestOf(req MediaRequest) string {
	if req.Stream == ScreenStream {
		return ""
	}
	return req.Room
}

func (m sfuMedia) bind(req MediaRequest) *slog.Logger {
	return m.log.With("room", req.Room, "user", req.User, "stream", req.Stream)
}

type sfuPublication struct {
	media sfuMedia
	p     *sfu.Publication
	user  string
}

// Subscribe implements Publication.
func (p sfuPublication) Subscribe(ctx context.Context, req MediaRequest) (Subscription, error) {
	s, err := p.media.engine.Subscribe(ctx, p.p, sfu.SubscribeRequest{
		Offer: req.Offer, Session: req.Session, MaxBitrate: req.MaxBitrate, Observer: sfuObserver{req.Observer}, Log: p.media.bind(req),
		Delivery: func(d sfu.DeliveryState) { req.Observer.Delivery(deliveryState(d)) },
		Verdict:  func(v sfu.QualityVerdict) { req.Observer.Verdict(mediaVerdict(v)) },
	})
	if err != nil {
		return nil, sfuError(fmt.Sprintf("Unable to generate SDP answer when subscribing '%s' to '%s'", req.User, p.user), err)
	}
	return sfuSubscription{s, p.user}, nil
}

// sfuError tells the client, after Kurento's sentence, what is wrong with its
// offer, and keeps what is wrong with us for the log.
func sfuError(what string, err error) error {
	for _, theirs := range []error{sfu.ErrBadOffer, sfu.ErrNoMedia, sfu.ErrCodecMismatch} {
		if errors.Is(err, theirs) {
			return &Error{Code: CodeSDP, Msg: fmt.Sprintf("%s: %v", what, err), Err: err}
		}
	}
	return err
}

// RestartICE implements ICERestarter.
func (p sfuPublication) RestartICE(ctx context.Context, client ICECredentials) (string, error) {
	answer, err := p.p.Restart(ctx, sfu.ICECredentials(client))
	return answer, restartError(p.user, err)
}

// restartError is sfuError for a restart.
func restartError(endpoint string, err error) error {
	switch {
	case errors.Is(err, sfu.ErrClosed):
		return &Error{Code: CodeUserClosed, Msg: fmt.Sprintf("The connection '%s' has ended", endpoint), Err: err}
	case err != nil:
		return sfuError(fmt.Sprintf("Unable to restart ICE on the connection '%s'", endpoint), err)
	}
	return nil
}

func (p sfuPublication) Answer() string { return p.p.Answer() }
func (p sfuPublication) AddICECandidate(c ICECandidate) error {
	return p.p.AddICECandidate(sfu.Candidate(c))
}
func (p sfuPublication) Mute(k MediaKind)                              { p.p.Mute(sfuKinds(k)) }
func (p sfuPublication) Speech(now time.Time) (speaker.Snapshot, bool) { return p.p.Speech(now) }
func (p sfuPublication) Published() inspect.Publication                { return p.p.Inspect() }
func (p sfuPublication) Close()                                        { p.p.Close() }

type sfuSubscription struct {
	s         *sfu.Subscription
	publisher string
}

// RestartICE implements ICERestarter.
func (s sfuSubscription) RestartICE(ctx context.Context, client ICECredentials) (string, error) {
	answer, err := s.s.Restart(ctx, sfu.ICECredentials(client))
	return answer, restartError(s.publisher, err)
}

func (s sfuSubscription) Answer() string { return s.s.Answer() }
func (s sfuSubscription) AddICECandidate(c ICECandidate) error {
	return s.s.AddICECandidate(sfu.Candidate(c))
}
func (s sfuSubscription) Mute(k MediaKind) { s.s.Mute(sfuKinds(k)) }
func (s sfuSubscription) SetPreferredLayers(l Layers) {
	s.s.SetPreferredLayers(l.Spatial, l.Temporal)
}

func (s sfuSubscription) SetVideoPreference(p VideoPreference) {
	s.s.SetVideoPreference(sfuVideoPreference(p))
}
func (s sfuSubscription) Quality() []TrackQuality        { return trackQualities(s.s.Quality()) }
func (s sfuSubscription) Received() inspect.Subscription { return s.s.Inspect() }
func (s sfuSubscription) Reported(r ReceiverStatistics)  { s.s.Reported(sfu.ReceiverStatistics(r)) }
func (s sfuSubscription) Close()                         { s.s.Close() }

func sfuVideoPreference(p VideoPreference) sfu.VideoPreference {
	return sfu.VideoPreference{
		MaxWidth: p.MaxWidth, MaxHeight: p.MaxHeight,
		Priority: sfu.Priority(p.Priority), Prefer: sfu.Preference(p.Prefer),
	}
}

func deliveryState(d sfu.DeliveryState) DeliveryState {
	return DeliveryState{Paused: d.Paused, Reason: PauseReason(d.Reason), Estimate: d.Estimate}
}

func mediaVerdict(v sfu.QualityVerdict) MediaVerdict {
	return MediaVerdict{Verdict: Verdict(v.Verdict), Kind: roomKind(v.Kind), Score: v.Score, Cause: QualityCause(v.Cause)}
}

// roomKind is the one kind that k is.
func roomKind(k sfu.Kind) MediaKind {
	if k == sfu.Video {
		return Video
	}
	return Audio
}

func trackQualities(list []sfu.TrackQuality) []TrackQuality {
	qualities := make([]TrackQuality, 0, len(list))
	for _, q := range list {
		qualities = append(qualities, TrackQuality{
			Kind: roomKind(q.Kind), FirstFrame: q.FirstFrame, Freezes: q.Freezes, Frozen: q.Frozen,
			Layer: LayerIndex(q.Layer), Wanted: LayerIndex(q.Wanted), Paused: q.Paused,
			Loss: q.Loss, RoundTrip: q.RoundTrip, Score: q.Score, Cause: QualityCause(q.Cause),
		})
	}
	return qualities
}

func sfuKinds(k MediaKind) sfu.Kind {
	var kinds sfu.Kind
	if k&Audio != 0 {
		kinds |= sfu.Audio
	}
	if k&Video != 0 {
		kinds |= sfu.Video
	}
	return kinds
}

func subscribedLayers(list []sfu.SubscribedLayer) []SubscribedLayer {
	layers := make([]SubscribedLayer, 0, len(list))
	for _, l := range list {
		layers = append(layers, SubscribedLayer(l))
	}
	return layers
}

type sfuObserver struct{ o MediaObserver }

func (o sfuObserver) ICECandidate(c sfu.Candidate) { o.o.ICECandidate(ICECandidate(c)) }
func (o sfuObserver) Failed(reason string)         { o.o.Failed(reason) }
