package signaling

import (
	"context"
	"encoding/json"
	"errors"
	"math"

	"github.com/atrium-rtc/atrium/room"
	"github.com/atrium-rtc/atrium/signaling/api"
	"github.com/atrium-rtc/atrium/signaling/rpc"
)

// dispatch serves a request on the session's goroutine. The method answers
// through r, or returns the error to answer with.
func (s *Session) dispatch(ctx context.Context, r *reply) error {
	if err := s.pace(ctx, r); err != nil {
		return err
	}
	switch r.request.Method {
	case api.JoinRoom:
		return s.joinRoom(ctx, r)
	case api.PublishVideo:
		return s.publishVideo(ctx, r)
	case api.UnpublishVideo:
		return s.unpublishVideo(ctx, r)
	case api.ReceiveVideoFrom:
		return s.receiveVideoFrom(ctx, r)
	case api.UnsubscribeFromVideo:
		return s.unsubscribeFromVideo(ctx, r)
	case api.OnICECandidate:
		return s.onICECandidate(ctx, r)
	case api.SendMessage:
		return s.sendMessage(ctx, r)
	case api.LeaveRoom:
		return s.leaveRoom(ctx, r)
	case api.CustomRequest:
		return s.customRequest(ctx, r)
	}
	return s.own(ctx, r)
}

// pace waits until the session may ask for this again.
func (s *Session) pace(ctx context.Context, r *reply) error {
	switch {
	case uttered(r.request.Method):
		return s.mouth.wait(ctx, len(r.request.Params))
	case costly(r.request.Method):
		return s.effort.wait(ctx)
	}
	return nil
}

// own serves the methods that are Atrium's own.
func (s *Session) own(ctx context.Context, r *reply) error {
	switch r.request.Method {
	case api.SetPreferredLayers, api.SetVideoPreferences, api.GetQuality, api.ReportStatistics, api.RestartICE:
		s.modern.Store(true)
		return s.aboutMedia(ctx, r)
	case api.MuteParticipant, api.MuteAll, api.AskToUnmute, api.UnpublishParticipant, api.EvictParticipant, api.UnbanParticipant,
		api.AdmitParticipant, api.DenyParticipant, api.ChangeGrants, api.ChangeRoom, api.CloseRoom:
		return s.moderate(ctx, r)
	case api.Unmute:
		return s.unmute(ctx, r)
	case api.RaiseHand:
		return s.raiseHand(ctx, r)
	case api.ChangeMetadata:
		return s.changeMetadata(ctx, r)
	case api.SendData:
		return s.sendData(ctx, r)
	case api.GetChatHistory:
		return s.getChatHistory(ctx, r)
	case api.GetRoom:
		return s.getRoom(ctx, r)
	case api.SetOff:
		return s.setOff(ctx, r)
	case api.Publish, api.Subscribe, api.Unsubscribe, api.SubscriberAnswer:
		return s.onPair(ctx, r)
	}
	return &api.Error{Code: rpc.CodeMethodNotFound, Message: "Method not found"}
}

// aboutMedia serves those about layers, quality and connections.
func (s *Session) aboutMedia(ctx context.Context, r *reply) error {
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
	stream, err := s.stream(r)
	if err != nil {
		return err
	}
	_, err = s.server.manager.Publish(ctx, s.id, room.PublishRequest{
		Stream:   stream,
		Offer:    string(p.SDPOffer),
		Loopback: bool(p.DoLoopback),
		Answered: func(answer string) { r.ok(api.SDPAnswer{SDPAnswer: answer}) },
	})
	return err
}

func (s *Session) unpublishVideo(ctx context.Context, r *reply) error {
	stream, err := s.stream(r)
	if err != nil {
		return err
	}
	return s.server.manager.Unpublish(ctx, s.id, stream, func() { r.ok(nil) })
}

func (s *Session) receiveVideoFrom(ctx context.Context, r *reply) error {
	var p api.ReceiveVideoFromParams
	if err := api.Decode(r.request.Params, &p); err != nil {
		return err
	}
	publisher, stream, err := s.resolve(string(p.Sender))
	if err != nil {
		return err
	}
	_, err = s.server.manager.Subscribe(ctx, s.id, room.SubscribeRequest{
		Publisher: publisher,
		Stream:    stream,
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
	publisher, stream, err := s.resolve(string(p.Sender))
	if err != nil {
		return err
	}
	if err := s.server.manager.Unsubscribe(ctx, s.id, publisher, stream); err != nil {
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
	publisher, stream, err := s.resolve(string(p.Sender))
	if err != nil {
		return err
	}
	layers := room.Layers{Spatial: uint8(p.SpatialLayer), Temporal: uint8(p.TemporalLayer)}
	if err := s.server.manager.SetPreferredLayers(ctx, s.id, publisher, stream, layers); err != nil {
		return err
	}
	r.ok(nil)
	return nil
}

// resolve finds whom and which stream a sender parameter means.
func (s *Session) resolve(sender string) (user, stream string, err error) {
	me, err := s.server.manager.Participant(s.id)
	if err != nil {
		return "", "", err
	}
	list, err := s.server.manager.Participants(me.Room)
	if err != nil {
		return "", "", err
	}
	users := make([]string, len(list))
	for i, p := range list {
		users[i] = p.User
	}
	if s.extended.Load() {
		user, stream = resolveStream(sender, users)
		return user, stream, nil
	}
	return resolveSender(sender, users), room.DefaultStream, nil
}

// stream returns the stream that a request is about; "" is none named. Only who
// understands the extensions can mean something with it.
func (s *Session) stream(r *reply) (string, error) {
	var p api.StreamParams
	if !s.extended.Load() {
		return "", nil
	}
	err := api.Decode(r.request.Params, &p)
	return string(p.Stream), err
}

func (s *Session) onICECandidate(ctx context.Context, r *reply) error {
	if s.paired.Load() {
		return s.onLineCandidate(ctx, r)
	}
	var p api.OnICECandidateParams
	if err := api.Decode(r.request.Params, &p); err != nil {
		return err
	}
	if p.SDPMLineIndex < 0 || p.SDPMLineIndex > math.MaxUint16 {
		return &api.Error{Code: api.CodeFault, Message: "Request element 'sdpMLineIndex' is not a usable integer"}
	}
	stream, err := s.stream(r)
	if err != nil {
		return err
	}
	err = s.server.manager.AddICECandidate(ctx, s.id, string(p.EndpointName), stream, room.ICECandidate{
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
	result, err := s.askApplication(ctx, r.request.Params)
	var wire *api.Error
	switch {
	case err == nil:
		r.ok(result)
		return nil
	case errors.Is(err, room.ErrNoCustomRequests):
		return &api.Error{Code: api.CodeFault, Message: "Unsupported method"}
	case isRoomError(err), errors.As(err, &wire), errors.Is(err, context.DeadlineExceeded):
		return err
	}
	return &api.Error{Code: api.CodeFault, Message: err.Error()}
}

// askApplication asks Options.CustomRequest, or without it the rooms' Policy.
func (s *Session) askApplication(ctx context.Context, params json.RawMessage) (any, error) {
	custom := s.server.opts.Load().CustomRequest
	if custom == nil {
		return s.server.manager.CustomRequest(ctx, s.id, params)
	}
	me, err := s.server.manager.Participant(s.id)
	if err != nil {
		return nil, err
	}
	return custom(ctx, me, params)
}
