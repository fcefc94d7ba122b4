package signaling

import (
	"context"
	"encoding/json"
	"errors"
	"slices"

	"github.com/atrium-rtc/atrium/room"
	"github.com/atrium-rtc/atrium/signaling/api"
)

// joinRoom holds back what the room tells the newcomer until the newcomer has
// the list of those it tells about.
func (s *Session) joinRoom(ctx context.Context, r *reply) error {
	var p api.JoinRoomParams
	if err := api.Decode(r.request.Params, &p); err != nil {
		return err
	}
	var more api.NewcomerParams
	if p.Extensions {
		if err := api.Decode(r.request.Params, &more); err != nil {
			return err
		}
	}
	if s.server.draining.Load() {
		return &room.Error{Code: room.CodeRoomNotCreated, Msg: "The server is shutting down, nobody can join any more"}
	}
	pass, err := s.admit(ctx, r, &p)
	if err != nil {
		return err
	}
	if s.crowded(pass.Join) {
		pass.drop()
		return s.busyError()
	}
	req := pass.Join
	req.ID, req.DataChannels, req.AutoCreate = s.id, bool(p.DataChannels), s.server.opts.Load().AutoCreate
	if req.Metadata == nil && more.Metadata != nil { // the application vouches for a token's
		req.Metadata = json.RawMessage(more.Metadata)
	}
	req.Paired = more.Connections == api.Paired && s.server.manager.PairedConnections()
	s.link.hold()
	heard, extended := s.hears.Swap(bool(p.Speakers)), s.extended.Swap(bool(p.Extensions))
	paired := s.paired.Swap(req.Paired)
	r.holding = true
	others, err := s.enter(ctx, req)
	if err != nil {
		s.hears.Store(heard) // it may be in a room already, and stays there
		s.paired.Store(paired)
		if errors.Is(err, room.ErrWaiting) {
			s.keep(pass) // who waits can be revoked, and hears how its waiting ends
		} else {
			pass.drop()
			s.extended.Store(extended)
		}
		return err
	}
	s.keep(pass)
	s.logger(ctx).Info("session joined", "room", req.Room, "user", req.User)
	s.inside()
	return s.welcome(ctx, r, others)
}

// enter joins. When the name belongs to a session whose socket is gone, that is
// most likely the same person coming back, and the new session takes its place.
func (s *Session) enter(ctx context.Context, req room.JoinRequest) ([]room.ParticipantInfo, error) {
	others, err := s.server.manager.Join(ctx, req)
	if errors.Is(err, room.ErrUserExists) && s.server.dismiss(ctx, req) {
		others, err = s.server.manager.Join(ctx, req)
	}
	return others, err
}

// dismiss removes the participant who stands in the way of a join, if its
// session has no socket and it is known to be the same person, or nothing is known.
// Participants who are no sessions of this server are left alone.
func (s *Server) dismiss(ctx context.Context, req room.JoinRequest) bool {
	holder, present, err := s.holder(req)
	switch {
	case err != nil:
		return errors.Is(err, room.ErrRoomNotFound) // it left by itself
	case !present:
		return true
	}
	session := s.sessions.get(holder.ID)
	if holder.ID == req.ID || session == nil || holder.Identity != req.Identity || !session.link.socketless() {
		return false
	}
	session.end(endReplaced)
	// Its goroutine does the same, but nobody waits for that.
	_, err = s.manager.Leave(ctx, holder.ID)
	return err == nil || isRoomError(err)
}

// holder returns the participant who has the name of a join in its room.
func (s *Server) holder(req room.JoinRequest) (holder room.ParticipantInfo, present bool, err error) {
	list, err := s.manager.Participants(req.Room)
	if at := slices.IndexFunc(list, func(p room.ParticipantInfo) bool { return p.User == req.User }); at >= 0 {
		return list[at], true, nil
	}
	return holder, false, err
}
