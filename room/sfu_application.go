package room

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/atrium-rtc/atrium/sfu"
)

// This file is what the built-in media server does beside answering offers: for applications
// in the process, and when the server offers.

var (
	_ LocalMedia    = sfuMedia{}
	_ OfferingMedia = sfuMedia{}
	_ Tappable      = sfuPublication{}
	_ Tappable      = sfuLocal{}
)

// Tap implements Tappable.
func (p sfuPublication) Tap(kinds MediaKind, t Tap) (Tapping, error) {
	on, err := p.p.Tap(sfu.TapRequest{Tap: t, Kinds: sfuKinds(kinds), Log: p.media.log.With("publisher", p.user)})
	switch {
	case errors.Is(err, sfu.ErrClosed):
		return nil, &Error{Code: CodeUserClosed, Msg: fmt.Sprintf("The stream of participant '%s' has ended", p.user), Err: err}
	case err != nil:
		return nil, err //nolint:wrapcheck // the room says what could not be tapped
	}
	return on, nil
}

// PublishLocal implements LocalMedia.
func (m sfuMedia) PublishLocal(_ context.Context, req MediaRequest, local LocalRequest) (LocalPublication, error) {
	l, err := m.engine.PublishLocal(sfu.LocalRequest{
		Tracks: local.Tracks, Room: contestOf(req), Keyframe: local.Keyframe, Log: m.bind(req),
	})
	if err != nil {
		return nil, sfuError("Unable to publish for user "+req.User, err)
	}
	return sfuLocal{sfuPublication{m, l.Publication, req.User}, l}, nil
}

// sfuLocal is a publication that an application feeds.
type sfuLocal struct {
	sfuPublication
	local *sfu.LocalPublication
}

func (l sfuLocal) WriteRTP(kind MediaKind, packet []byte) error {
	return l.local.WriteRTP(sfuKinds(kind), packet) //nolint:wrapcheck // its sentinels are documented
}

func (l sfuLocal) WriteSample(kind MediaKind, data []byte, duration time.Duration) error {
	return l.local.WriteSample(sfuKinds(kind), data, duration) //nolint:wrapcheck // likewise
}

func (l sfuLocal) Sync(kind MediaKind, timestamp uint32, at time.Time) error {
	return l.local.Sync(sfuKinds(kind), timestamp, at) //nolint:wrapcheck // likewise
}

func (l sfuLocal) Done() <-chan struct{} { return l.local.Done() }

// Offer implements OfferingMedia.
func (m sfuMedia) Offer(ctx context.Context, req MediaRequest, kinds MediaKind) (Offering, error) {
	o, err := m.engine.Offer(ctx, sfu.OfferRequest{
		Kinds: sfuKinds(kinds), Room: contestOf(req), Observer: sfuObserver{req.Observer}, Log: m.bind(req),
		Layers:    func(list []sfu.SubscribedLayer) { req.Observer.SubscribedLayers(subscribedLayers(list)) },
		Disturbed: req.Observer.Disturbed,
	})
	if err != nil {
		return nil, sfuError("Error generating SDP offer for publishing user "+req.User, err)
	}
	return sfuOffering{m, o, req.User}, nil
}

type sfuOffering struct {
	media sfuMedia
	o     *sfu.Offering
	user  string
}

func (o sfuOffering) Offer() string { return o.o.Offer() }
func (o sfuOffering) Close()        { o.o.Close() }
func (o sfuOffering) Complete(ctx context.Context, answer string) (Publication, error) {
	p, err := o.o.Complete(ctx, answer)
	if err != nil {
		return nil, sfuError("Unable to use the SDP answer of publishing user "+o.user, err)
	}
	return sfuPublication{o.media, p, o.user}, nil
}
