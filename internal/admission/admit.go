package admission

import (
	"context"
	"errors"
	"time"

	"github.com/atrium-rtc/atrium/internal/auth"
	"github.com/atrium-rtc/atrium/room"
)

// Admitted is somebody who may come into a room.
type Admitted struct {
	// Join has the name under which to join, and what is allowed. The caller adds the
	// participant's id, and what else it knows.
	Join room.JoinRequest

	grants      auth.Grants
	revocations *auth.Revocations // nil in open mode: there is nothing to revoke
	token       fingerprint
}

// Admit decides whether somebody may come into a room, which nobody needs to have asked
// about yet: that there is no such room looks like a token that is not for it. It may wait
// for keys until the context ends. now is when the request came.
//
// Every refusal is the same *room.Error, with an *auth.Refusal inside that is for the log.
func (c *Control) Admit(ctx context.Context, ask Ask, now time.Time) (Admitted, error) {
	state := c.state.Load()
	if state.open {
		return Admitted{Join: room.JoinRequest{Room: ask.Room, User: firstOf(ask.User, ask.Suggested)}}, nil
	}
	token, user := ask.token(state.places)
	grants, err := state.verifier.VerifyWaiting(ctx, token.reveal(), now)
	if err != nil {
		return Admitted{}, c.refused(err)
	}
	if user == "" {
		if user = grants.Name; ask.Suggested != "" && grants.MayBe(ask.Suggested) {
			user = ask.Suggested
		}
	}
	if err := grants.Admit(ask.Room, user); err != nil {
		return Admitted{}, c.refused(err)
	}
	c.counters.accepted.Add(1)
	return Admitted{
		Join:        joinRequest(ask.Room, user, &grants),
		grants:      grants,
		revocations: state.verifier.Revocations(),
		token:       token.fingerprint(),
	}, nil
}

// Administrator returns what the bearer token of a request allows somebody who runs
// rooms: auth.Administer, in the rooms that Grants.InRoom says. In open mode nobody does,
// by a token. The errors are those of Admit.
func (c *Control) Administrator(ctx context.Context, carried Carried, now time.Time) (auth.Grants, error) {
	state := c.state.Load()
	if state.open {
		return auth.Grants{}, outside(&auth.Refusal{Reason: auth.ReasonMissing, Detail: "auth.mode is open: no token is accepted"})
	}
	grants, err := state.verifier.VerifyWaiting(ctx, carried.header.reveal(), now)
	if err == nil && !grants.Has(auth.Administer) {
		err = &auth.Refusal{Reason: auth.ReasonNotGranted, Detail: "atrium.role, atrium.grants: admin is not granted"}
	}
	if err != nil {
		return auth.Grants{}, c.refused(err)
	}
	c.counters.accepted.Add(1)
	return grants, nil
}

// Attach has somebody told, once, when the token is revoked: revoked is called on the
// goroutine of the one who revokes, and must not wait. The error, that of Admit, says that
// it was revoked meanwhile. detach is called when the session ends.
func (c *Control) Attach(a Admitted, revoked func()) (detach func(), err error) {
	if a.revocations == nil {
		return func() {}, nil
	}
	detach, ok := a.revocations.Attach(a.grants, revoked)
	if !ok {
		return nil, c.refused(&auth.Refusal{Reason: auth.ReasonRevoked, Detail: "jti, sub: was revoked"})
	}
	return detach, nil
}

// AttachAdministrator is Attach for the grants of Administrator.
func (c *Control) AttachAdministrator(g auth.Grants, revoked func()) (detach func(), err error) {
	return c.Attach(Admitted{grants: g, revocations: c.state.Load().verifier.Revocations()}, revoked)
}

// Revoked reports whether the token was revoked after Admit.
func (a *Admitted) Revoked() bool { return a.revocations != nil && a.revocations.Revoked(&a.grants) }

// Same reports whether a later request of the session carries the token that it began
// with: such a one may go on when the token has expired, and needs no other check. In open
// mode every request may.
func (c *Control) Same(a Admitted, carried Carried) bool {
	if a.revocations == nil {
		return true
	}
	token, _ := (&Ask{Carried: carried}).token(c.state.Load().places)
	return token.fingerprint() == a.token && !a.Revoked()
}

// refused counts a refusal and returns the outside view of it.
func (c *Control) refused(err error) error {
	var refusal *auth.Refusal
	if errors.As(err, &refusal) {
		c.counters.refused(refusal.Reason)
	}
	return outside(err)
}

// outside is all that a client learns.
func outside(err error) error {
	return &room.Error{Code: room.CodeTokenRefused, Msg: auth.ErrNotAccepted.Error(), Err: err}
}

func firstOf(a, b string) string {
	if a == "" {
		return b
	}
	return a
}
