package room

import (
	"context"
	"slices"
	"strings"

	"github.com/atrium-rtc/atrium/internal/auth"
)

// Permissions is a set of things that a participant may do, combined with |. Its
// words in tokens and on the wire are in docs/tokens.md.
type Permissions = auth.Permissions

// The permissions.
const (
	MayJoin          = auth.Join          // come into the room
	MayPublishAudio  = auth.PublishAudio  // send sound
	MayPublishVideo  = auth.PublishVideo  // send the picture of a camera
	MayPublishScreen = auth.PublishScreen // send a screen, picture and sound: the stream ScreenStream
	MayPublish       = auth.Publish       // send every kind of media
	MaySubscribe     = auth.Subscribe     // receive what others publish
	MayMessage       = auth.Message       // write to everybody
	MaySendData      = auth.Data          // send data
	MayModerate      = auth.Moderate      // what a Moderator does
	MayRecord        = auth.Record        // for the application; the room does not record
	MayAdminister    = auth.Administer    // for the application's own API
	MayHide          = auth.Hidden        // be in the room without being shown to others, and publish nothing
)

// Grants are what a participant may do in its room. It is a value: a change makes
// another one.
type Grants struct {
	// Role is a name for others to see, such as moderator. It allows nothing by itself.
	Role        string
	Permissions Permissions
	// Sources are the ids of the streams that may be published; none is every. It is
	// shared and must not be changed.
	Sources []string
	// MaxSubscriptions bounds the live subscriptions below Options.MaxSubscriptions; 0
	// is that.
	MaxSubscriptions int
	// MaxBitrate bounds what is sent to the participant, in bits per second, where its
	// link is estimated; 0 is no bound. A change counts from its next first connection on.
	MaxBitrate int64
}

// DefaultGrants are what everybody may do who joins without grants: all but
// moderating, recording, administering and hiding.
func DefaultGrants() Grants {
	return Grants{Role: "participant", Permissions: auth.DefaultRoles()["participant"]}
}

// Has reports whether all of the permissions asked for are granted.
func (g Grants) Has(asked Permissions) bool { return g.Permissions.Has(asked) }

// mayPublish returns nil when a stream with these kinds of media may be published.
func (g Grants) mayPublish(stream string, kinds MediaKind) error {
	need := MayPublishScreen
	if stream != ScreenStream {
		need = 0
		if kinds&Audio != 0 {
			need |= MayPublishAudio
		}
		if kinds&Video != 0 {
			need |= MayPublishVideo
		}
	}
	switch {
	case g.Has(MayHide):
		return refuseNotPermitted("publish while hidden")
	case need == 0 && g.Permissions&(MayPublishAudio|MayPublishVideo) == 0, !g.Has(need):
		return refuseNotPermitted(strings.Join(append([]string{"publish"}, kinds.Names()...), " ") + " as stream '" + stream + "'")
	case len(g.Sources) > 0 && !slices.Contains(g.Sources, stream):
		return refuseNotPermitted("publish stream '" + stream + "'")
	}
	return nil
}

// grantedFrom returns what a request to join brings.
func grantedFrom(req *JoinRequest) Grants {
	if req.Grants == nil {
		return DefaultGrants()
	}
	return *req.Grants
}

// ChangeGrants changes what a participant may do. What it does already and may no longer
// do ends at once: its streams, its subscriptions. Whether it is hidden stays as it is.
// A participant who moderates can give nobody more than it has itself. Errors: those of
// Moderator, 102 for an unknown user.
func (o Moderator) ChangeGrants(ctx context.Context, user string, change func(*Grants)) error {
	return o.at(ctx, user, func(r *room, who, by *member) error {
		next := who.grants
		next.Sources = slices.Clone(next.Sources)
		change(&next)
		next.Permissions = next.Permissions&^MayHide | who.grants.Permissions&MayHide
		if by != nil {
			if more := next.Permissions &^ who.grants.Permissions &^ by.grants.Permissions; more != 0 {
				return refuseNotPermitted("grant " + more.String())
			}
		}
		r.regrant(who, next, nameOf(by))
		return nil
	})
}

// SetGrants replaces what a participant may do, as ChangeGrants does.
func (o Moderator) SetGrants(ctx context.Context, user string, g Grants) error {
	return o.ChangeGrants(ctx, user, func(is *Grants) { *is = g })
}

// regrant gives a participant other grants and ends what they do not allow.
func (r *room) regrant(who *member, next Grants, by string) {
	who.grants = next
	r.log.Info("grants changed", "user", who.user, "permissions", next.Permissions.String(), "by", by)
	for _, at := range slices.Clone(who.publish) {
		for _, c := range []*connection{at.live, at.pending} {
			if c != nil && next.mayPublish(c.stream.id, c.kinds) != nil {
				_ = r.takeStream(who, c.stream.id) // it is there
			}
		}
	}
	if !next.Has(MaySubscribe) {
		for from := range who.receive {
			r.takeSubscription(who, from)
		}
	}
	r.tellChanged(who, ChangedGrants, by)
}
