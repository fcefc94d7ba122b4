package signaling

import (
	"context"
	"errors"
	"math"

	"github.com/atrium-rtc/atrium/room"
	"github.com/atrium-rtc/atrium/signaling/api"
	"github.com/atrium-rtc/atrium/signaling/rpc"
)

// dispatch serves a request on the session's goroutine. The method answers
// through r, or returns the error to answer with.
func (s *Session) dispatch(ctx context.Context, r *reply) error {
	if uttered(r.request.Method) {
		if err := s.mouth.wait(ctx, len(r.request.Params)); err != nil {
			return err
		}
	}
	switch r.request.Method {
	case api.JoinRoom:
		return s.joinRoom(ctx, r)
	case api.PublishVideo:
		return s.publishVideo(ctx, r)
	case api.UnpublishVideo:
		return s.server.manager.Unpublish(ctx, s.id, room.DefaultStream, func() { r.ok(nil) })
	case api.ReceiveVideoFrom:
		return s.receiveVideoFrom(ctx, r)
	case api.UnsubscribeFromVideo:
		return s.unsubscribeFromVideo(ctx, r)
	case api.SetPreferredLayers, api.SetVideoPreferences, api.GetQuality, api.ReportStatistics, api.RestartICE:
		s.modern.Store(true)
		return s.own(ctx, r)
	case api.OnICECandidate:
		return s.onICECandidate(ctx, r)
	case api.SendMessage:
		return s.sendMessage(ctx, r)
	case api.LeaveRoom:
		return s.leaveRoom(ctx, r)
	case api.CustomRequest:
		return s.customRequest(ctx, r)
	}
	return &api.Error{Code: rpc.CodeMethodNotFound, Message: "Method not found"}
}

// own serves the methods that are Atrium's own.
func (s *Session) own(ctx context.Context, r *reply) error {
	switch r.request.Method {
	case api.SetVideoPreferences:
		return s.setVideoPreferences(ctx, r)
	case api.GetQuality:
		return s.getQuality(ctx, r)
	case api.ReportStatistics:
		return s.reportStatistics(ctx, r)
	case api.RestartICE:
		return s.restartICE(ctx, r)
	default:
		return s.setPreferredLayers(ctx, r)
	}
}

func (s *Session) publishVideo(ctx context.Context, r *reply) error {
	var p api.PublishVideoParams
	if err := api.Decode(r.request.Params, &p); err != nil {
		return err
	}
	_, err := s.server.manager.Publish(ctx, s.id, room.PublishRequest{
		Offer:    string(p.SDPOffer),
		Loopback: bool(p.DoLoopback),
		Answered: func(answer string) { r.ok(api.SDPAnswer{SDPAnswer: answer}) },
	})
	return err
}

func (s *Session) receiveVideoFrom(ctx context.Context, r *reply) error {
	var p api.ReceiveVideoFromParams
	if err := api.Decode(r.request.Params, &p); err != nil {
		return err
	}
	publisher, err := s.resolve(string(p.Sender))
	if err != nil {
		return err
	}
	_, err = s.server.manager.Subscribe(ctx, s.id, room.SubscribeRequest{
		Publisher: publisher,
		Offer:     string(p.SDPOffer),
		Answered:  func(answer string) { r.ok(api.SDPAnswer{SDPAnswer: answer}) },
	})
	return err
}

func (s *Session) unsubscribeFromVideo(ctx context.Context, r *reply) error {
	var p api.UnsubscribeFromVideoParams
	if err := api.Decode(r.request.Params, &p); err != nil {
		return err
	}
	publisher, err := s.resolve(string(p.Sender))
	if err != nil {
		return err
	}
	if err := s.server.manager.Unsubscribe(ctx, s.id, publisher, room.DefaultStream); err != nil {
		return err
	}
	r.ok(nil)
	return nil
}

func (s *Session) setPreferredLayers(ctx context.Context, r *reply) error {
	p := api.SetPreferredLayersParams{TemporalLayer: room.AllLayers}
	if err := api.Decode(r.request.Params, &p); err != nil {
		return err
	}
	publisher, err := s.resolve(string(p.Sender))
	if err != nil {
		return err
	}
	layers := room.Layers{Spatial: uint8(p.SpatialLayer), Temporal: uint8(p.TemporalLayer)}
	if err := s.server.manager.SetPreferredLayers(ctx, s.id, publisher, room.DefaultStream, layers); err != nil {
		return err
	}
	r.ok(nil)
	return nil
}

// resolve finds whom a sender parameter means.
func (s *Session) resolve(sender string) (string, error) {
	me, err := s.server.manager.Participant(s.id)
	if err != nil {
		return "", err
	}
	list, err := s.server.manager.Participants(me.Room)
	if err != nil {
		return "", err
	}
	users := make([]string, len(list))
	for i, p := range list {
		users[i] = p.User
	}
	return resolveSender(sender, users), nil
}

func (s *Session) onICECandidate(ctx context.Context, r *reply) error {
	var p api.OnICECandidateParams
	if err := api.Decode(r.request.Params, &p); err != nil {
		return err
	}
	if p.SDPMLineIndex < 0 || p.SDPMLineIndex > math.MaxUint16 {
		return &api.Error{Code: api.CodeFault, Message: "Request element 'sdpMLineIndex' is not a usable integer"}
	}
	err := s.server.manager.AddICECandidate(ctx, s.id, string(p.EndpointName), "", room.ICECandidate{
		Candidate:     string(p.Candidate),
		SDPMid:        string(p.SDPMid),
		SDPMLineIndex: uint16(p.SDPMLineIndex),
	})
	if err != nil {
		return err
	}
	r.ok(nil)
	return nil
}

func (s *Session) sendMessage(ctx context.Context, r *reply) error {
	var p api.SendMessageParams
	if err := api.Decode(r.request.Params, &p); err != nil {
		return err
	}
	return s.server.manager.SendMessage(ctx, s.id, room.Message{
		User:     string(p.UserMessage),
		Room:     string(p.RoomMessage),
		Text:     string(p.Message),
		Accepted: func() { r.ok(nil) },
	})
}

// leaveRoom always answers {} and closes, whatever the room says: the original
// left clients waiting when they were in no room.
func (s *Session) leaveRoom(ctx context.Context, r *reply) error {
	_, err := s.server.manager.Leave(ctx, s.id)
	if err != nil && !isRoomError(err) {
		s.log.Warn("leave", "error", err)
	}
	s.outside()
	r.ok(nil)
	s.end(endLeft)
	return nil
}

// customRequest asks the application.
func (s *Session) customRequest(ctx context.Context, r *reply) error {
	custom := s.server.opts.Load().CustomRequest
	if custom == nil {
		return &api.Error{Code: api.CodeFault, Message: "Unsupported method"}
	}
	me, err := s.server.manager.Participant(s.id)
	if err != nil {
		return err
	}
	result, err := custom(ctx, me, r.request.Params)
	var wire *api.Error
	switch {
	case err == nil:
		r.ok(result)
		return nil
	case isRoomError(err), errors.As(err, &wire), errors.Is(err, context.DeadlineExceeded):
		return err
	}
	return &api.Error{Code: api.CodeFault, Message: err.Error()}
}
