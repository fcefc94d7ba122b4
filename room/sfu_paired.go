package room

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"

	"github.com/atrium-rtc/atrium/sfu"
)

// This file is how the built-in media server serves a participant on two connections.

var _ PairedMedia = sfuMedia{}

// NewUplink implements PairedMedia.
func (m sfuMedia) NewUplink(req UplinkRequest) Uplink {
	return sfuUplink{m, req.User, m.engine.NewUplink(sfu.UplinkRequest{
		Observer: sfuObserver{req.Observer}, Room: req.Room, Log: m.log.With("room", req.Room, "user", req.User),
		Disturbed: req.Observer.Disturbed,
	})}
}

type sfuUplink struct {
	media sfuMedia
	user  string
	u     *sfu.Uplink
}

// Negotiate implements Uplink.
func (u sfuUplink) Negotiate(ctx context.Context, offer string, streams []UplinkStream) (string, map[string]Publication, error) {
	list := make([]sfu.UplinkStream, 0, len(streams))
	for _, s := range streams {
		list = append(list, sfu.UplinkStream{
			ID: s.ID, MIDs: s.MIDs, Quiet: s.ID == ScreenStream, // as in contestOf
			Layers: func(list []sfu.SubscribedLayer) { s.Observer.SubscribedLayers(subscribedLayers(list)) },
		})
	}
	answer, made, err := u.u.Negotiate(ctx, offer, list)
	if err != nil {
		return "", nil, sfuError("Error generating SDP response for publishing user "+u.user, err)
	}
	published := make(map[string]Publication, len(made))
	for id, p := range made {
		published[id] = sfuPublication{u.media, p, u.user}
	}
	return answer, published, nil
}

func (u sfuUplink) AddICECandidate(c ICECandidate) error {
	return u.u.AddICECandidate(sfu.Candidate(c))
}
func (u sfuUplink) Close() { u.u.Close() }

// NewDownlink implements PairedMedia. The connection itself, which takes a moment to make, is
// made by the first Subscribe.
func (m sfuMedia) NewDownlink(req DownlinkRequest) Downlink {
	d := &sfuDownlink{req: req, log: m.log.With("room", req.Room, "user", req.User)}
	d.open = sync.OnceValues(func() (*sfu.Downlink, error) { return d.make(m.engine) })
	return d
}

type sfuDownlink struct {
	req    DownlinkRequest
	log    *slog.Logger
	open   func() (*sfu.Downlink, error)
	made   atomic.Pointer[sfu.Downlink] // nil before the first Subscribe
	closed atomic.Bool
}

// make makes the connection.
func (d *sfuDownlink) make(engine *sfu.Engine) (*sfu.Downlink, error) {
	made, err := engine.NewDownlink(sfu.DownlinkRequest{
		Observer: sfuDownlinkObserver{d.req.Observer}, Session: d.req.Session, MaxBitrate: d.req.MaxBitrate, Log: d.log,
		Offer: func(sfu.DownlinkOffer) { d.req.Observer.Offered() },
		Ended: func(s *sfu.Subscription, cause error) {
			if cause != nil { // of a stream that ends the room knows
				d.req.Observer.Ended(sfuReception{sfuSubscription{s: s}}, d.refused(cause))
			}
		},
	})
	if err != nil {
		return nil, fmt.Errorf("receiving connection: %w", err)
	}
	d.made.Store(made)
	if d.closed.Load() { // in the meantime
		made.Close()
	}
	return made, nil
}

func (d *sfuDownlink) refused(cause error) error {
	if errors.Is(cause, sfu.ErrClosed) {
		return &Error{Code: CodeUserClosed, Msg: fmt.Sprintf("The receiving connection of '%s' has ended", d.req.User), Err: cause}
	}
	return sfuError(fmt.Sprintf("Unable to use the SDP answer of '%s'", d.req.User), cause)
}

// Subscribe implements Downlink.
func (d *sfuDownlink) Subscribe(p Publication, req ReceiveRequest) (Subscription, error) {
	var source *sfu.Publication
	switch p := p.(type) {
	case sfuPublication:
		source = p.p
	case sfuLocal:
		source = p.p
	default:
		return nil, errForeign
	}
	made, err := d.open()
	if err != nil {
		return nil, err
	}
	s, err := made.Subscribe(source, sfu.ReceiveRequest{
		Delivery: func(state sfu.DeliveryState) { req.Observer.Delivery(deliveryState(state)) },
		Verdict:  func(v sfu.QualityVerdict) { req.Observer.Verdict(mediaVerdict(v)) },
		Log:      d.log.With("publisher", req.Publisher, "stream", req.Stream),
	})
	if err != nil {
		return nil, sfuError(fmt.Sprintf("Unable to subscribe '%s' to '%s'", d.req.User, req.Publisher), err)
	}
	return sfuReception{sfuSubscription{s: s}}, nil
}

var errForeign = errors.New("the publication is of another media server")

// sfuReception is a subscription on a downlink. There is one value for each
// *sfu.Subscription: the publisher's name, which is for errors of restarts, is left out.
type sfuReception struct{ sfuSubscription }

// Complete implements Downlink.
func (d *sfuDownlink) Complete(ctx context.Context, number int, answer string) error {
	made := d.made.Load()
	if made == nil {
		return refuseStrayAnswer(number)
	}
	return d.refused(made.Complete(ctx, number, answer))
}

// Outstanding implements Downlink.
func (d *sfuDownlink) Outstanding() (offer DownlinkOffer, waits bool) {
	made := d.made.Load()
	if made == nil {
		return offer, false
	}
	is, waits := made.Outstanding()
	offer.Number, offer.SDP = is.Number, is.SDP
	for _, s := range is.Streams {
		offer.Streams = append(offer.Streams, DownlinkStream{sfuReception{sfuSubscription{s: s.Subscription}}, s.MIDs})
	}
	return offer, waits
}

// Restart implements Downlink.
func (d *sfuDownlink) Restart() {
	if made := d.made.Load(); made != nil {
		made.Restart()
	}
}

// AddICECandidate implements Downlink.
func (d *sfuDownlink) AddICECandidate(c ICECandidate) error {
	made := d.made.Load()
	if made == nil {
		return sfu.ErrClosed
	}
	return made.AddICECandidate(sfu.Candidate(c))
}

// Close implements Downlink.
func (d *sfuDownlink) Close() {
	d.closed.Store(true)
	if made := d.made.Load(); made != nil {
		made.Close()
	}
}

// sfuDownlinkObserver hears when the connection is lost.
type sfuDownlinkObserver struct{ o DownlinkObserver }

func (o sfuDownlinkObserver) ICECandidate(sfu.Candidate) {}
func (o sfuDownlinkObserver) Failed(reason string)       { o.o.Failed(reason) }
