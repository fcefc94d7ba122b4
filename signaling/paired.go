package signaling

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/atrium-rtc/atrium/room"
	"github.com/atrium-rtc/atrium/signaling/api"
)

// onPair serves the methods of paired connections.
func (s *Session) onPair(ctx context.Context, r *reply) error {
	switch r.request.Method {
	case api.Publish:
		return s.publish(ctx, r)
	case api.Subscribe:
		return s.subscribe(ctx, r)
	case api.Unsubscribe:
		return s.unsubscribe(ctx, r)
	default:
		return s.subscriberAnswer(ctx, r)
	}
}

// publish serves the method of that name: the streams are all that there are from here on.
func (s *Session) publish(ctx context.Context, r *reply) error {
	var p api.PublishParams
	if err := api.Decode(r.request.Params, &p); err != nil {
		return err
	}
	req := room.StreamsRequest{
		Offer: string(p.SDPOffer), Fresh: bool(p.Fresh), Streams: make([]room.StreamRequest, 0, len(p.Streams)),
		Answered: func(answer string) {
			if answer == "" {
				r.ok(nil)
			} else {
				r.ok(api.SDPAnswer{SDPAnswer: answer})
			}
		},
	}
	for _, stream := range p.Streams {
		req.Streams = append(req.Streams, room.StreamRequest{ID: string(stream.ID), MIDs: stream.MIDs, Off: offOf(stream.Off.List)})
	}
	_, err := s.server.manager.PublishStreams(ctx, s.id, req)
	return err
}

// offOf returns the kinds of a list of words; nil when there is no list.
func offOf(words []string) *room.MediaKind {
	if words == nil {
		return nil
	}
	var kinds room.MediaKind
	for i, kind := range []room.MediaKind{room.Audio, room.Video} {
		if slices.Contains(words, api.Kinds()[i]) {
			kinds |= kind
		}
	}
	return &kinds
}

func (s *Session) subscribe(ctx context.Context, r *reply) error {
	var p api.SubscribeParams
	if err := api.Decode(r.request.Params, &p); err != nil {
		return err
	}
	list, strange, err := sendersOf(p.Senders)
	if err != nil {
		return err
	}
	_, err = s.server.manager.ReceiveStreams(ctx, s.id, room.StreamsToReceive{
		Streams: list, Fresh: bool(p.Fresh),
		Answered: func(failed []room.ReceiveFailure) {
			for _, f := range failed {
				strange = append(strange, failedSender(f.Publisher, f.Stream, f.Err))
			}
			r.ok(api.Subscribed{Failed: strange})
		},
	})
	return err
}

func (s *Session) unsubscribe(ctx context.Context, r *reply) error {
	var p api.UnsubscribeParams
	if err := api.Decode(r.request.Params, &p); err != nil {
		return err
	}
	list, _, err := sendersOf(p.Senders)
	if err != nil {
		return err
	}
	return s.server.manager.StopReceiving(ctx, s.id, list, func() { r.ok(nil) })
}

// sendersOf returns the streams of a list of senders, which are exactly "<user>_<stream>" here,
// each once; strange are those that are not.
func sendersOf(senders []string) (list []room.StreamRef, strange []api.FailedSender, err error) {
	if len(senders) > maxSenders {
		return nil, nil, unusable("senders", fmt.Sprintf("list of strings: there are more than %d", maxSenders))
	}
	seen := make(map[string]bool, len(senders))
	for _, sender := range senders {
		if seen[sender] {
			continue
		}
		seen[sender] = true
		cut := strings.LastIndexByte(sender, '_')
		if cut < 0 || cut == len(sender)-1 {
			strange = append(strange, api.FailedSender{
				Sender: sender, Code: api.Code(room.CodeUserNotFound), Message: "A sender is '<user>_<stream>'",
			})
			continue
		}
		list = append(list, room.StreamRef{Publisher: sender[:cut], Stream: sender[cut+1:]})
	}
	return list, strange, nil
}

func failedSender(user, stream string, err *room.Error) api.FailedSender {
	return api.FailedSender{Sender: senderOf(user, stream), Code: api.Code(err.Code), Message: err.Msg}
}

func (s *Session) subscriberAnswer(ctx context.Context, r *reply) error {
	var p api.SubscriberAnswerParams
	if err := api.Decode(r.request.Params, &p); err != nil {
		return err
	}
	number := int(min(p.Number, math.MaxInt32)) //nolint:gosec // bounded
	return s.server.manager.AnswerOffer(ctx, s.id, number, string(p.SDPAnswer), func() { r.ok(nil) })
}

// restartReceiving serves restartIce in a paired session: for the publishing connection the
// client offers anew.
func (s *Session) restartReceiving(ctx context.Context, r *reply) error {
	p := api.LineParams{Connection: api.Word{Of: api.Connections()}}
	if err := api.Decode(r.request.Params, &p); err != nil {
		return err
	}
	if lineOf(p.Connection) != room.Subscriber {
		return &room.Error{Code: room.CodeMediaGeneric, Msg: "To restart ICE on the publishing connection use publish, with an offer that does so"}
	}
	return s.server.manager.RestartReceiving(ctx, s.id, func() { r.ok(nil) })
}

// lineOf is which of the two connections a word means.
func lineOf(w api.Word) room.Role { return room.Role(api.Connections()[w.Place]) }

// onLineCandidate serves onIceCandidate in a paired session.
func (s *Session) onLineCandidate(ctx context.Context, r *reply) error {
	p := api.LineCandidateParams{Connection: api.Word{Of: api.Connections()}}
	if err := api.Decode(r.request.Params, &p); err != nil {
		return err
	}
	if p.SDPMLineIndex.Value > math.MaxUint16 {
		return unusable("sdpMLineIndex", "integer")
	}
	err := s.server.manager.AddLineCandidate(ctx, s.id, lineOf(p.Connection), room.ICECandidate{
		Candidate:     string(p.Candidate),
		SDPMid:        string(p.SDPMid),
		SDPMLineIndex: uint16(p.SDPMLineIndex.Value),
	})
	if err != nil {
		return err
	}
	r.ok(nil)
	return nil
}

// setOff says what the client sends nothing of at present.
func (s *Session) setOff(ctx context.Context, r *reply) error {
	var p api.SetOffParams
	return do(r, &p, func() error {
		kinds, err := kindsOf(p.Audio, p.Video)
		if err != nil {
			return err
		}
		return s.server.manager.SetOff(ctx, s.id, string(p.Stream), kinds)
	})
}

// retell tells a client that has come back what it may have missed, after all that was
// kept for it.
func (s *Session) retell() {
	if err := s.server.manager.Resume(s.ctx, s.id); err != nil && !isRoomError(err) && s.ctx.Err() == nil {
		s.log.Warn("tell again", "error", err)
	}
}

// getRoom tells how the room is now, in the words of joinRoom's result.
func (s *Session) getRoom(ctx context.Context, r *reply) error {
	now, err := s.server.manager.Snapshot(ctx, s.id)
	if err != nil {
		return err
	}
	peers := make([]api.Peer, 0, len(now.Others))
	if !s.extended.Load() {
		for _, other := range now.Others {
			peers = append(peers, plainPeerOf(other))
		}
		r.ok(peers)
		return nil
	}
	for _, other := range now.Others {
		peers = append(peers, peerOf(other))
	}
	result := api.RoomNow{JoinResult: s.joinResult(now)}
	result.Value = peers
	me := peerOf(now.Me)
	result.Me.Streams, result.Me.HandRaised, result.Me.HandRaisedAt = me.Streams, me.HandRaised, me.HandRaisedAt
	for _, from := range now.Receives {
		result.Subscriptions = append(result.Subscriptions, senderOf(from.Publisher, from.Stream))
	}
	if s.hears.Load() && (now.Dominant != "" || len(now.Speakers) > 0) {
		speakers := speakersOf(now.Dominant, now.Speakers)
		result.Speakers = &speakers
	}
	r.ok(result)
	return nil
}

func (l listener) OnSubscriberOffer(e room.SubscriberOfferEvent) {
	offer := api.SubscriberOffer{Number: e.Number, SDPOffer: e.SDP, Streams: make([]api.OfferedStream, 0, len(e.Streams))}
	for _, stream := range e.Streams {
		offer.Streams = append(offer.Streams, api.OfferedStream{Sender: senderOf(stream.Publisher, stream.Stream), MIDs: stream.MIDs})
	}
	l.tell([]room.ParticipantInfo{e.To}, extension(api.OfferToSubscriber, offer))
}

func (l listener) OnSubscriptionEnded(e room.SubscriptionEndedEvent) {
	l.tell([]room.ParticipantInfo{e.To}, extension(api.SubscriptionEnded, failedSender(e.Publisher, e.Stream, e.Err)))
}
