package room

import (
	"context"
	"slices"
	"time"
)

// maxBans bounds the bans of one room.
const maxBans = 1024

// BanInfo is somebody who may not come into a room until a time.
type BanInfo struct {
	User     string
	Identity string // empty: not known
	Until    time.Time
	Reason   string
}

// Ban evicts a user, if it is there, and keeps everybody of its name or identity out for
// d. It ends with the room. reason is for people, and may be empty. Errors: 999 when d is
// not above 0, for an empty or overlong name, a reason longer than 1024 bytes, and for the 1025th ban.
func (o Moderator) Ban(ctx context.Context, user string, d time.Duration, reason string) error {
	return o.do(ctx, func(r *room, by *member) error {
		if err := checkReason(reason); err != nil {
			return err
		}
		now := time.Now()
		ban := BanInfo{User: user, Until: now.Add(d), Reason: reason}
		who := r.state.users[user]
		if who != nil {
			ban.Identity = who.identity
		} else if w := r.state.lobby.named(user); w != nil {
			ban.Identity = w.Identity
		}
		if err := o.manager.checkUserName(user); err != nil {
			return err
		}
		if err := r.state.ban(ban, d, now); err != nil {
			return err
		}
		r.log.Info("banned by a moderator", "user", user, "for", d, "by", nameOf(by))
		if who != nil {
			_, err := r.removeFor(who.id, LeftByEvict, reason)
			return err
		}
		if w := r.state.lobby.named(user); w != nil {
			r.endWaiting(w, Denied, reason)
		}
		return nil
	})
}

// Unban lets a user in again. Who is not banned may come in anyway. With an identity that
// was banned with the name it goes, too.
func (o Moderator) Unban(ctx context.Context, user string) error {
	return o.do(ctx, func(r *room, _ *member) error {
		r.state.bans = slices.DeleteFunc(r.state.bans, func(b BanInfo) bool { return b.User == user })
		return nil
	})
}

// Bans returns who may not come in, oldest first.
func (o Moderator) Bans(ctx context.Context) (list []BanInfo, err error) {
	err = o.do(ctx, func(r *room, _ *member) error {
		r.state.liftBans(time.Now())
		list = slices.Clone(r.state.bans)
		return nil
	})
	return list, err
}

// ban adds a ban, in place of an earlier one of the same user.
func (s *state) ban(ban BanInfo, d time.Duration, now time.Time) error {
	s.liftBans(now)
	others := slices.DeleteFunc(slices.Clone(s.bans), func(b BanInfo) bool { return b.User == ban.User })
	switch {
	case d <= 0:
		return refuseSetting("a ban lasts longer than 0 s")
	case len(others) >= maxBans:
		return refuseSetting("no more users can be banned from one room")
	}
	s.bans = append(others, ban)
	return nil
}

// banned reports whether somebody is kept out.
func (s *state) banned(user, identity string, now time.Time) bool {
	return slices.ContainsFunc(s.bans, func(b BanInfo) bool {
		return now.Before(b.Until) && (b.User == user || identity != "" && b.Identity == identity)
	})
}

// liftBans forgets those that are over.
func (s *state) liftBans(now time.Time) {
	s.bans = slices.DeleteFunc(s.bans, func(b BanInfo) bool { return !now.Before(b.Until) })
}
