package room

import (
	"errors"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// TestNobodyGetsInWhoMayNot draws joins, admissions, bans and locks, and holds what the
// state decides against what the draws say about each participant.
func TestNobodyGetsInWhoMayNot(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := newState("r", limits{participants: 4, streams: 1})
		now := time.Unix(0, 0)
		letIn := map[string]time.Time{}   // until when; of the lobby
		outside := map[string]time.Time{} // until when; by bans
		name := rapid.SampledFrom([]string{"ann", "bob", "cid", "dan", "eve", "fay"})
		t.Repeat(map[string]func(*rapid.T){
			"": func(t *rapid.T) {
				if len(s.order) > 4 || len(s.users) != len(s.order) || len(s.ids) != len(s.order) {
					t.Fatalf("%d in order, %d users, %d ids", len(s.order), len(s.users), len(s.ids))
				}
				for _, w := range s.lobby.waiting {
					if s.ids[w.ID] != nil {
						t.Fatalf("%s waits and is in", w.User)
					}
				}
			},
			"join": func(t *rapid.T) {
				user := name.Draw(t, "user")
				req := &JoinRequest{ID: ParticipantID("id-" + user), User: user, Identity: user}
				g := Grants{Permissions: rapid.SampledFrom([]Permissions{0, MayJoin, MayJoin | MayModerate}).Draw(t, "grants")}
				req.Grants = &g
				moderates, full := g.Has(MayModerate), len(s.order) >= 4
				banned, admitted := now.Before(outside[user]), now.Before(letIn[user])
				inside := s.users[user] != nil
				allowed := !banned && !inside && !full && g.Has(MayJoin) && (moderates || !s.settings.Locked && (!s.settings.Lobby || admitted))
				_, err := s.join(req, now)
				if (err == nil) != allowed {
					t.Fatalf("%s with %v: %v; banned %t inside %t full %t admitted %t, %+v", user, g.Permissions, err, banned, inside, full, admitted, s.settings)
				}
				switch {
				case err == nil && s.settings.Lobby && !moderates:
					delete(letIn, user) // it is for one entry
				case errors.Is(err, ErrWaiting) && s.lobby.of(req.ID) == nil:
					s.lobby.waiting = append(s.lobby.waiting, &WaitingInfo{ID: req.ID, User: user, Identity: user})
				}
				if err == nil {
					if w := s.lobby.of(req.ID); w != nil {
						s.lobby.remove(w)
					}
				}
			},
			"leave": func(t *rapid.T) {
				if m := s.users[name.Draw(t, "user")]; m != nil {
					s.leave(m, now)
				}
			},
			"admit": func(t *rapid.T) {
				if w := s.lobby.named(name.Draw(t, "user")); w != nil {
					s.lobby.admit(w, now)
					s.lobby.remove(w)
					letIn[w.User] = now.Add(admission)
				}
			},
			"ban": func(t *rapid.T) {
				user, d := name.Draw(t, "user"), time.Duration(rapid.IntRange(0, 90).Draw(t, "seconds"))*time.Second
				if err := s.ban(BanInfo{User: user, Identity: user, Until: now.Add(d)}, d, now); (err == nil) != (d > 0) {
					t.Fatalf("ban for %v: %v", d, err)
				} else if err == nil {
					outside[user] = now.Add(d)
				}
			},
			"change": func(t *rapid.T) {
				s.settings.Lobby, s.settings.Locked = rapid.Bool().Draw(t, "lobby"), rapid.Bool().Draw(t, "locked")
			},
			"wait": func(t *rapid.T) {
				now = now.Add(time.Duration(rapid.IntRange(1, 40).Draw(t, "seconds")) * time.Second)
				s.liftBans(now)
				if slices.ContainsFunc(s.bans, func(b BanInfo) bool { return !now.Before(b.Until) }) {
					t.Fatal("a ban that is over is kept")
				}
			},
		})
	})
}
