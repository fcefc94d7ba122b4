package session

import (
	"cmp"
	"encoding/json"
	"fmt"

	"github.com/atrium-rtc/atrium/signaling/api"
	"github.com/atrium-rtc/atrium/signaling/rpc"
)

// The parameters that a client sends. Every member is always there: the
// original server wants doLoopback, and knows no defaults for the others.
type (
	joinRoom struct {
		User         string `json:"user"`
		Room         string `json:"room"`
		DataChannels bool   `json:"dataChannels"`
	}
	// joinPaired is joinRoom for paired connections. It is Atrium's own.
	joinPaired struct {
		joinRoom
		Extensions  bool   `json:"extensions"`
		Connections string `json:"connections"`
	}
	publishVideo struct {
		SDPOffer   string `json:"sdpOffer"`
		DoLoopback bool   `json:"doLoopback"`
	}
	receiveVideoFrom struct {
		Sender   string `json:"sender"`
		SDPOffer string `json:"sdpOffer"`
	}
	unsubscribeFromVideo struct {
		Sender string `json:"sender"`
	}
	setPreferredLayers struct {
		Sender       string `json:"sender"`
		SpatialLayer int    `json:"spatialLayer"`
	}
)

// candidate is of iceCandidate what this client needs; servers differ in the
// types of the rest.
type candidate struct {
	EndpointName string `json:"endpointName"`
	Candidate    string `json:"candidate"`
}

// sender names the one stream that a user can publish.
func sender(user string) string { return user + "_" + api.StreamID }

// event is what a notification means: at most one member is set.
type event struct {
	tell func(Handler)
	end  error // the session is over
}

// readEvent reads a notification. One that this client has no use for, known
// or not, is the empty event. The error wraps rpc.ErrBadAnswer.
func readEvent(method string, params json.RawMessage) (event, error) {
	switch method {
	case api.ParticipantPublished:
		return read(method, params, func(p *api.Participant) (string, func(Handler)) {
			return p.ID, func(h Handler) {
				if isCamera(p.Streams) {
					h.Published(p.ID)
				}
			}
		})
	case api.ParticipantUnpublished:
		return read(method, params, func(p *api.Gone) (string, func(Handler)) {
			return p.Name, func(h Handler) {
				if isCamera(p.Streams) {
					h.Unpublished(p.Name)
				}
			}
		})
	case api.OfferToSubscriber:
		return read(method, params, func(p *api.SubscriberOffer) (string, func(Handler)) {
			return p.SDPOffer, func(h Handler) { h.Offered(offerOf(p)) }
		})
	case api.ParticipantLeft:
		return read(method, params, func(p *api.Name) (string, func(Handler)) {
			return p.Name, func(h Handler) { h.Left(p.Name) }
		})
	case api.NotifyICECandidate:
		return read(method, params, func(p *candidate) (string, func(Handler)) {
			return p.EndpointName, func(h Handler) { h.Candidate(p.EndpointName, p.Candidate) }
		})
	case api.MediaError:
		return read(method, params, func(p *api.Trouble) (string, func(Handler)) {
			text := cmp.Or(p.Error, "no reason given")
			return text, func(h Handler) { h.MediaError(text) }
		})
	case api.ParticipantEvicted:
		return event{end: ErrEvicted}, nil
	case api.RoomClosed:
		return event{end: ErrRoomClosed}, nil
	}
	return event{}, nil
}

// read decodes the params of a notification; meaning returns the member that
// must not be empty, and what to tell.
func read[P any](method string, params json.RawMessage, meaning func(*P) (string, func(Handler))) (event, error) {
	var p P
	if err := json.Unmarshal(params, &p); err != nil {
		return event{}, fmt.Errorf("%w: %s: %w", rpc.ErrBadAnswer, method, err)
	}
	required, tell := meaning(&p)
	if required == "" {
		return event{}, fmt.Errorf("%w: %s does not say whom it is about", rpc.ErrBadAnswer, method)
	}
	return event{tell: tell}, nil
}
