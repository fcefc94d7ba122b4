package session

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/atrium-rtc/atrium/signaling/api"
	"github.com/atrium-rtc/atrium/signaling/rpc"
)

// Paired is what a session with paired connections has in place of Subscribe and
// Unsubscribe: there the server offers, see Handler.Offered. Publish is always of
// a new connection.
type Paired interface {
	Session
	// SubscribeTo asks for what the publishers publish. It returns those that are not
	// received, each with the reason. fresh says that a new connection takes the
	// place of one that was lost.
	SubscribeTo(ctx context.Context, publishers []string, fresh bool) (refused map[string]error, err error)
	// Answer answers the offer of that number.
	Answer(ctx context.Context, number int, answer string) error
}

var _ Paired = (*Room)(nil)

// Offer is what the server offers on the receiving connection.
type Offer struct {
	Number int
	SDP    string
	// MIDs are the media sections of each publisher; what is in none carries
	// nothing.
	MIDs map[string][]string
}

// errUnpaired is a server that does not know paired connections.
var errUnpaired = errors.New("the server has no paired connections")

type (
	publish struct {
		SDPOffer string          `json:"sdpOffer"`
		Streams  []publishStream `json:"streams"`
		Fresh    bool            `json:"fresh"`
	}
	publishStream struct {
		ID   string   `json:"id"`
		MIDs []string `json:"mids"`
	}
	subscribe struct {
		Senders []string `json:"senders"`
		Fresh   bool     `json:"fresh"`
	}
	subscriberAnswer struct {
		Number    int    `json:"number"`
		SDPAnswer string `json:"sdpAnswer"`
	}
)

// publishStreams are the parameters of publish for an offer whose sections are all
// of the camera.
func publishStreams(offer string) publish {
	camera := publishStream{ID: api.StreamID}
	for line := range strings.Lines(offer) {
		if mid, ok := strings.CutPrefix(strings.TrimSpace(line), "a=mid:"); ok {
			camera.MIDs = append(camera.MIDs, mid)
		}
	}
	return publish{SDPOffer: offer, Streams: []publishStream{camera}, Fresh: true}
}

// SubscribeTo implements Paired.
func (r *Room) SubscribeTo(ctx context.Context, publishers []string, fresh bool) (map[string]error, error) {
	params := subscribe{Fresh: fresh}
	for _, p := range publishers {
		params.Senders = append(params.Senders, sender(p))
	}
	var result api.Subscribed
	if err := r.call(ctx, api.Subscribe, params, &result); err != nil {
		return nil, err
	}
	refused := make(map[string]error)
	for _, f := range result.Failed {
		if user, ok := userOf(f.Sender); ok {
			refused[user] = failed(api.Subscribe, &rpc.Error{Code: int(f.Code), Message: f.Message})
		}
	}
	return refused, nil
}

// Answer implements Paired.
func (r *Room) Answer(ctx context.Context, number int, answer string) error {
	return r.call(ctx, api.SubscriberAnswer, subscriberAnswer{Number: number, SDPAnswer: answer}, nil)
}

// offerOf reads subscriberOffer.
func offerOf(p *api.SubscriberOffer) Offer {
	o := Offer{Number: p.Number, SDP: p.SDPOffer, MIDs: make(map[string][]string, len(p.Streams))}
	for _, s := range p.Streams {
		if user, ok := userOf(s.Sender); ok {
			o.MIDs[user] = s.MIDs
		}
	}
	return o
}

// userOf is the inverse of sender. Other streams than the camera are none of ours.
func userOf(of string) (string, bool) { return strings.CutSuffix(of, "_"+api.StreamID) }

// isCamera reports whether a notification is about the camera. The original
// server names no streams: there is no other.
func isCamera(streams []api.Stream) bool {
	return len(streams) == 0 || slices.ContainsFunc(streams, func(s api.Stream) bool { return s.ID == api.StreamID })
}
