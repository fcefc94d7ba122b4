package auth

import (
	"encoding/json"
	"log/slog"
	"slices"
	"time"
)

// Grants are what an accepted token allows, with its role resolved. The zero
// value allows nothing. It is a value: whoever changes somebody's grants makes
// another one. The lists and the metadata are shared and must not be changed.
type Grants struct {
	Token   string    // id of the token (jti); empty when it has none
	User    string    // who this is, for good: sub, or name in a token without
	Name    string    // what the user is called in rooms: name, or sub in a token without
	Issued  time.Time // when the token was made
	Expires time.Time // until when one may join with it

	Room  string    // the one room; empty is none
	Rooms []Pattern // more rooms
	Names []Pattern // more names that the user may take

	Role        string // as the token names it
	Permissions Permissions
	Sources     []string // streams that may be published; none is every
	Limits      Limits
	Metadata    json.RawMessage // compact; empty when there is none
}

// grants resolves the role of checked claims.
func (c *Claims) grants(roles map[string]Permissions) (Grants, error) {
	a := &c.Access
	g := Grants{
		Token: c.ID, User: c.Subject, Name: c.Name, Issued: c.Issued, Expires: c.Expires,
		Room: a.Room, Rooms: a.Rooms, Names: a.Users,
		Role: a.Role, Sources: a.Sources, Limits: a.Limits, Metadata: a.Metadata,
	}
	if g.User == "" {
		g.User = g.Name
	}
	if g.Name == "" {
		g.Name = g.User
	}
	if a.Role != "" {
		role, ok := roles[a.Role]
		if !ok {
			return Grants{}, refuse(ReasonClaims, "atrium.role: there is no such role")
		}
		g.Permissions = role
	}
	for _, word := range a.Grants {
		grant, _ := ParsePermission(word)
		g.Permissions |= grant
	}
	if g.Permissions == 0 {
		return Grants{}, refuse(ReasonClaims, "atrium.role, atrium.grants: allow nothing")
	}
	return g, nil
}

// Has reports whether all of the permissions asked for are granted.
func (g *Grants) Has(asked Permissions) bool { return g.Permissions.Has(asked) }

// InRoom reports whether the grants are for this room.
func (g *Grants) InRoom(room string) bool {
	return room != "" && (room == g.Room || matchesAny(g.Rooms, room))
}

// MayBe reports whether one may take this name in a room.
func (g *Grants) MayBe(name string) bool {
	return name != "" && (name == g.Name || matchesAny(g.Names, name))
}

// Admit returns nil when one may join the room under the name, else a *Refusal.
func (g *Grants) Admit(room, name string) error {
	switch {
	case !g.InRoom(room):
		return refuse(ReasonWrongRoom, "atrium.room, atrium.rooms: not for the room that was asked for")
	case !g.MayBe(name):
		return refuse(ReasonWrongUser, "name, sub, atrium.users: not for the name that was asked for")
	case !g.Has(Join):
		return refuse(ReasonNotGranted, "atrium.role, atrium.grants: join is not granted")
	}
	return nil
}

// MayPublish reports whether a stream with these kinds (some of Publish) may be
// published under the source's name, such as webcam.
func (g *Grants) MayPublish(source string, kinds Permissions) bool {
	return g.Has(kinds) && (len(g.Sources) == 0 || slices.Contains(g.Sources, source))
}

// LogValue implements slog.LogValuer: who it is and what is allowed, and nothing
// of what an application put into the token.
func (g *Grants) LogValue() slog.Value {
	return slog.GroupValue(
		slog.String("token_id", g.Token), slog.String("user", g.User), slog.String("permissions", g.Permissions.String()))
}

func matchesAny(patterns []Pattern, name string) bool {
	return slices.ContainsFunc(patterns, func(p Pattern) bool { return p.Match(name) })
}
