package signaling

import (
	"context"

	"github.com/atrium-rtc/atrium/internal/admission"
	"github.com/atrium-rtc/atrium/room"
	"github.com/atrium-rtc/atrium/signaling/api"
)

// pass is what a session was let into a room with. When its token is revoked the session
// ends, wherever it is by then.
type pass struct {
	admission.Admitted
	detach func()
}

// admit asks for a token, if the server wants one. The pass is attached: the caller keeps
// it or drops it.
func (s *Session) admit(ctx context.Context, r *reply, p *api.JoinRoomParams) (*pass, error) {
	control := s.server.admission
	token, _ := api.Text(r.request.Params, tokenName)
	admitted, err := control.Admit(ctx, admission.Ask{
		Room: string(p.Room), User: string(p.User), Params: admission.NewToken(token), Carried: r.carried,
	}, r.came)
	if err != nil {
		return nil, err
	}
	detach, err := control.Attach(admitted, s.revoke)
	if err != nil {
		return nil, err
	}
	return &pass{admitted, detach}, nil
}

// tokenName is the parameter of joinRoom that may be a token.
const tokenName = "token"

// keep makes p the session's, in place of the one it had.
func (s *Session) keep(p *pass) { s.pass.Swap(p).drop() }

// drop forgets a pass, or none.
func (p *pass) drop() {
	if p != nil {
		p.detach()
	}
}

// revoke ends the session because its token was taken back. Its goroutine has the
// participant evicted.
func (s *Session) revoke() {
	s.revoked.Store(true)
	(listener{server: s.server}).tell([]room.ParticipantInfo{{ID: s.id}}, alike(api.ParticipantEvicted, api.Nothing{}))
	s.end(endRevoked)
}

// stands reports whether the session may be continued by another socket: not when its
// token was revoked just now, and it only does not know yet.
func (s *Session) stands() bool {
	held := s.pass.Load()
	return held == nil || !held.Revoked()
}

// depart takes the participant out of its room, or of the lobby, at the end of the
// session. That it is in none by now is fine.
func (s *Session) depart() {
	s.keep(nil)
	if s.revoked.Load() {
		_ = s.server.manager.Evict(context.Background(), s.id) // else it leaves, below
	}
	if _, err := s.server.manager.Leave(context.Background(), s.id); err != nil && !isRoomError(err) {
		s.log.Error("leave at the end of the session", "error", err)
	}
}
