package admin

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/atrium-rtc/atrium/internal/auth"
	"github.com/atrium-rtc/atrium/internal/httpjson"
	"github.com/atrium-rtc/atrium/room"
)

// maxOrder bounds the body of an action: two names of at most 256 octets, escaped.
const maxOrder = 16 << 10

// order is what an administrator wants done; each action has its fields of it.
type order struct {
	Room   string `json:"room"`
	User   string `json:"user"`
	Stream string `json:"stream"` // empty: the webcam
	Audio  bool   `json:"audio"`
	Video  bool   `json:"video"`
	On     bool   `json:"on"`
	// What to revoke: a token by its jti, or everything; or User, which is a sub then.
	Token  string    `json:"token"`
	All    bool      `json:"all"`
	Before time.Time `json:"before"`
}

// action serves one action, and logs who did what.
func (h *handler) action(name string, do func(context.Context, order) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		log := h.log.With("action", name, "remote", r.RemoteAddr)
		if err := h.opts.Access().Check(r); err != nil {
			log.Warn("administrator's action refused", "reason", err)
			h.refuse(w, httpjson.New(auth.Refuse(w.Header(), err), httpjson.Sentence(err)))
			return
		}
		if err := h.foreign.Check(r); err != nil {
			log.Warn("administrator's action refused", "reason", err)
			h.refuse(w, httpjson.New(http.StatusForbidden, "Another site's page must not act here."))
			return
		}
		var what order
		if err := httpjson.Read(w, r, maxOrder, &what); err != nil {
			h.refuse(w, problemOf(err))
			return
		}
		log = log.With("room", what.Room, "user", what.User, "audio", what.Audio, "video", what.Video, "on", what.On, "stream", what.Stream)
		if name == "revoke" {
			log = log.With("token_id", what.Token, "all", what.All, "before", what.Before)
		}
		if err := do(r.Context(), what); err != nil {
			log.Warn("administrator's action failed", "error", err)
			h.refuse(w, problemOf(err))
			return
		}
		log.Info("administrator's action")
		h.answer(w, struct{}{})
	}
}

// evict makes a participant leave. Its socket stays, and it may join again.
func (h *handler) evict(ctx context.Context, what order) error {
	who, err := h.opts.Rooms.Find(ctx, what.Room, what.User)
	if err != nil {
		return err
	}
	return h.opts.Rooms.Evict(ctx, who.ID)
}

// mute replaces the kinds that nobody gets of one stream of a participant.
func (h *handler) mute(ctx context.Context, what order) error {
	who, err := h.opts.Rooms.Find(ctx, what.Room, what.User)
	if err != nil {
		return err
	}
	var kinds room.MediaKind
	if what.Audio {
		kinds |= room.Audio
	}
	if what.Video {
		kinds |= room.Video
	}
	return h.opts.Rooms.SetMutedPublished(ctx, who.ID, what.Stream, kinds)
}

// closeRoom ends a room for everybody.
func (h *handler) closeRoom(ctx context.Context, what order) error {
	_, err := h.opts.Rooms.CloseRoom(ctx, what.Room)
	return err
}

// revoke takes back tokens. Their sessions end.
func (h *handler) revoke(_ context.Context, what order) error {
	if what.Room != "" {
		return httpjson.New(http.StatusBadRequest, "Tokens are revoked in all rooms.")
	}
	_, err := h.opts.Revoke(auth.Revocation{Token: what.Token, User: what.User, All: what.All, Before: what.Before}, time.Now())
	switch {
	case errors.Is(err, auth.ErrWhatToRevoke):
		return httpjson.New(http.StatusBadRequest, httpjson.Sentence(err))
	case err != nil:
		return httpjson.New(http.StatusConflict, httpjson.Sentence(err))
	}
	return nil
}

// drain turns newcomers away, or lets them in again.
func (h *handler) drain(_ context.Context, what order) error {
	if err := h.opts.Drain.SetDraining(what.On); err != nil {
		return httpjson.New(http.StatusConflict, httpjson.Sentence(err))
	}
	return nil
}
