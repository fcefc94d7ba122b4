package room

import (
	"context"
	"errors"
	"time"
)

// offerTimeout is how long an offer of the server waits for its answer.
const offerTimeout = 30 * time.Second

var (
	errNoOffers  = errors.New("the media server makes no offers")
	errUnclaimed = errors.New("nobody answered the offer in time")
)

// OfferRequest asks for an offer that the participant is to publish by.
type OfferRequest struct {
	// Stream is the id of the stream among the participant's; empty is DefaultStream.
	Stream string
	Kinds  MediaKind // that may be sent; 0 is All
}

// OfferingMedia is implemented by a Media that can begin a negotiation. Offer is called
// under the rules of Publish, with a request that has no offer.
type OfferingMedia interface {
	Offer(ctx context.Context, req MediaRequest, kinds MediaKind) (Offering, error)
}

// Offering is an offer of the server's. Its methods may be called from any goroutine. It
// ends by Close, and by a Complete that fails.
type Offering interface {
	Offer() string // SDP
	Complete(ctx context.Context, answer string) (Publication, error)
	Close()
}

// proposal is an offer of the server's on its way to a publication.
type proposal struct {
	made    chan made        // what PublishOffer returns
	answers chan offerAnswer // the client's, one
	ended   chan error       // what Publish returns
	taken   bool             // there is an answer; owned by the room
}

type made struct {
	offer string
	err   error
}

// offerAnswer is a client's answer with the request that it came by.
type offerAnswer struct {
	waiting context.Context //nolint:containedctx // of the caller who waits for what becomes of it
	req     PublishRequest
	at      time.Time
}

// PublishOffer begins to publish a stream of the participant from this side: it returns the
// server's SDP offer, and Publish with the client's answer completes it (Kurento's
// generatePublishOffer). The stream's place is taken from then on; the offer is over when it
// is not answered within half a minute, or when Unpublish withdraws it. The client's
// candidates may come before its answer.
//
// Errors: those of Publish; 302 when no offer could be made. Policy.Publish is asked when the
// answer has come.
func (m *Manager) PublishOffer(ctx context.Context, id ParticipantID, req OfferRequest) (string, error) {
	r, err := m.registry.roomOf(id)
	if err != nil {
		return "", m.counters.refused(err)
	}
	if req.Kinds == 0 {
		req.Kinds = All
	}
	p := &proposal{made: make(chan made, 1), answers: make(chan offerAnswer, 1), ended: make(chan error, 1)}
	c := &connection{kinds: req.Kinds, proposal: p}
	working, cancel := context.WithCancelCause(context.WithoutCancel(ctx))
	go func() {
		defer cancel(nil)
		m.propose(working, r, c, id, req)
	}()
	select {
	case offer := <-p.made:
		return offer.offer, m.counters.refused(offer.err)
	case <-ctx.Done():
		cancel(context.Cause(ctx))
		return "", r.interrupted(ctx)
	}
}

// propose runs the exchange that begins with an offer of ours, on a goroutine of its own,
// until there is a publication or none.
func (m *Manager) propose(ctx context.Context, r *room, c *connection, id ParticipantID, req OfferRequest) {
	p := c.proposal
	var answer offerAnswer
	_, cause, err := m.exchange(ctx, r, c, exchange{
		id: id, role: Publisher, unanswered: true,
		reserve: func() error {
			if who := r.state.ids[id]; who != nil && who.paired {
				return refusePaired(who.user)
			}
			return r.state.reservePublication(id, streamID(req.Stream), c)
		},
		ask: func(ctx context.Context, ask MediaRequest) (_ link, err error) {
			media, ok := m.media.(OfferingMedia)
			if !ok {
				return nil, errNoOffers
			}
			offering, err := media.Offer(ctx, ask, req.Kinds)
			if err != nil {
				return nil, err
			}
			p.made <- made{offer: offering.Offer()}
			if answer, err = p.await(ctx); err != nil {
				offering.Close()
				return nil, err
			}
			return answer.complete(ctx, offering)
		},
		answered: func(string) {
			if answer.req.Answered != nil {
				answer.req.Answered("")
			}
		},
		opened:   func(bool) { r.tellPublished(c, "client that was asked to") },
		sdpError: func(cause error) error { return refusePublishSDP(c.owner.user, cause) },
	})
	if !answer.at.IsZero() {
		end := Answered
		if err != nil {
			end = outcomeOf(cause)
		}
		m.counters.negotiations.ended(Publisher, end, time.Since(answer.at), "")
	}
	select {
	case p.made <- made{err: err}:
	default: // the offer waits there
	}
	p.ended <- err
}

// await waits for the client's answer.
func (p *proposal) await(ctx context.Context) (offerAnswer, error) {
	timeout := time.NewTimer(offerTimeout)
	defer timeout.Stop()
	select {
	case answer := <-p.answers:
		return answer, nil
	case <-timeout.C:
		return offerAnswer{}, errUnclaimed
	case <-ctx.Done():
		return offerAnswer{}, context.Cause(ctx)
	}
}

// complete gives Media the answer, for as long as its sender waits.
func (a offerAnswer) complete(ctx context.Context, to Offering) (link, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	defer context.AfterFunc(a.waiting, func() { cancel(context.Cause(a.waiting)) })()
	p, err := to.Complete(ctx, a.req.Answer)
	if err != nil {
		return nil, err //nolint:wrapcheck // the exchange does
	}
	return p, nil
}

// answerOffer completes what PublishOffer began.
func (m *Manager) answerOffer(ctx context.Context, id ParticipantID, req PublishRequest) error {
	var p *proposal
	err := m.withParticipantRoom(ctx, id, func(r *room) error {
		who, err := r.state.member(id)
		if err != nil {
			return err
		}
		at := who.publication(streamID(req.Stream))
		if at == nil || at.pending == nil || at.pending.proposal == nil || at.pending.proposal.taken {
			return refuseNoOffer(streamName{who.user, streamID(req.Stream)})
		}
		p = at.pending.proposal
		p.taken = true
		return nil
	})
	if err != nil {
		return err
	}
	p.answers <- offerAnswer{ctx, req, time.Now()}
	return m.counters.refused(<-p.ended)
}
