package rest

import (
	"slices"
	"strings"

	"github.com/atrium-rtc/atrium/internal/auth"
	"github.com/atrium-rtc/atrium/room"
)

// grantsChange has what is to be another of what a participant may do.
type grantsChange struct {
	Role             given[string]   `json:"role"`
	Permissions      given[[]string] `json:"permissions"`
	Sources          given[[]string] `json:"sources"`
	MaxSubscriptions given[int]      `json:"maxSubscriptions"`
	MaxBitrate       given[int64]    `json:"maxBitrate"`
}

// Bounds of grants, those of a token's claims.
const (
	maxRole    = 64
	maxSources = 16
)

// change returns what is to be done to grants, or what is wrong with it.
func (c *grantsChange) change() (func(*room.Grants), error) {
	permissions, err := c.permissions()
	switch {
	case err != nil:
		return nil, err
	case len(c.Sources.value) > maxSources || slices.ContainsFunc(c.Sources.value, func(id string) bool { return !room.ValidStream(id) }):
		return nil, unprocessable("Sources are 16 ids of streams at most, of letters, digits and hyphens.")
	case c.MaxSubscriptions.value < 0 || c.MaxBitrate.value < 0:
		return nil, unprocessable("A limit is below 0.")
	}
	return func(g *room.Grants) {
		c.Role.to(&g.Role)
		permissions.to(&g.Permissions)
		c.Sources.to(&g.Sources)
		c.MaxSubscriptions.to(&g.MaxSubscriptions)
		c.MaxBitrate.to(&g.MaxBitrate)
	}, nil
}

// permissions are those that are named, else those of the role.
func (c *grantsChange) permissions() (set given[room.Permissions], err error) {
	switch {
	case len(c.Role.value) > maxRole:
		return set, unprocessable("The role is longer than 64 bytes.")
	case c.Permissions.is:
		set.is = true
		for _, word := range c.Permissions.value {
			granted, known := auth.ParsePermission(word)
			if !known {
				return set, unprocessable("Permissions are of " + strings.Join(auth.PermissionWords(), ", ") + ".")
			}
			set.value |= granted
		}
	case c.Role.is:
		if set.value, set.is = auth.DefaultRoles()[c.Role.value]; !set.is {
			return set, unprocessable("There is no role of that name; name its permissions, too.")
		}
	}
	return set, nil
}

func (h *handler) changeGrants(x *exchange) (reply, error) {
	var want grantsChange
	if err := x.read(&want, "application/merge-patch+json"); err != nil {
		return reply{}, err
	}
	change, err := want.change()
	if err != nil {
		return reply{}, err
	}
	if err := h.moderate(x).ChangeGrants(x.r.Context(), x.user(), change); err != nil {
		return reply{}, err
	}
	return h.readParticipant(x)
}

// words returns the words of permissions.
func words(p room.Permissions) []string { return strings.Fields(p.String()) }
