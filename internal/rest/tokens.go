package rest

import (
	"crypto/rand"
	"encoding/json"
	"errors"
	"net/http"
	"time"

	"github.com/atrium-rtc/atrium/internal/admission"
	"github.com/atrium-rtc/atrium/internal/auth"
	"github.com/atrium-rtc/atrium/internal/httpjson"
)

// newToken is what a token is to say. Its members are those of the claims, flat.
type newToken struct {
	User      string          `json:"user"`
	Name      string          `json:"name"`
	Room      string          `json:"room"`
	Rooms     []auth.Pattern  `json:"rooms"`
	Users     []auth.Pattern  `json:"users"`
	Role      string          `json:"role"`
	Grants    []string        `json:"grants"`
	Sources   []string        `json:"sources"`
	Limits    auth.Limits     `json:"limits"`
	Metadata  json.RawMessage `json:"metadata"`
	ID        string          `json:"id"`
	NotBefore time.Time       `json:"notBefore"`
	TTL       given[seconds]  `json:"ttlSeconds"`
}

// defaultTTL is how long a token is good that says nothing of it.
const defaultTTL = time.Hour

// madeToken is a token and what it can be revoked by.
type madeToken struct {
	Token   string    `json:"token"`
	ID      string    `json:"id"`
	Expires time.Time `json:"expires"`
}

func (h *handler) createToken(x *exchange) (reply, error) {
	var want newToken
	if err := x.read(&want); err != nil {
		return reply{}, err
	}
	if err := want.check(); err != nil {
		return reply{}, err
	}
	claims := want.claims(time.Now())
	token, err := h.opts.Admission.Issue(claims)
	switch {
	case errors.Is(err, admission.ErrNoSecret):
		return reply{}, httpjson.New(http.StatusConflict, httpjson.Sentence(err))
	case err != nil:
		return reply{}, unprocessable(httpjson.Sentence(err))
	}
	return reply{status: http.StatusCreated, body: madeToken{token, claims.ID, claims.Expires}}, nil
}

// check refuses a token that would not do what was meant.
func (t *newToken) check() error {
	_, role := auth.DefaultRoles()[t.Role]
	switch {
	case t.User == "" && t.Name == "":
		return unprocessable("A token is for a user, or at least for a name.")
	case t.Room == "" && len(t.Rooms) == 0:
		return unprocessable("A token is for a room, or for rooms.")
	case t.Role == "" && len(t.Grants) == 0:
		return unprocessable("A token has a role, or grants.")
	case t.TTL.is && t.TTL.value == 0:
		return unprocessable("A token is good for longer than 0 s.")
	case t.Role != "" && !role:
		return unprocessable("There is no role of that name.")
	}
	for _, word := range t.Grants {
		if _, known := auth.ParsePermission(word); !known {
			return unprocessable("There is no permission of one of the names in grants.")
		}
	}
	return nil
}

func (t *newToken) claims(now time.Time) auth.Claims {
	begin := now
	if t.NotBefore.After(now) {
		begin = t.NotBefore
	}
	lasts := defaultTTL
	if t.TTL.is {
		lasts = time.Duration(t.TTL.value)
	}
	id := t.ID
	if id == "" {
		id = rand.Text()
	}
	return auth.Claims{
		ID: id, Subject: t.User, Name: t.Name, Issued: now, NotBefore: t.NotBefore, Expires: begin.Add(lasts).Truncate(time.Second),
		Access: auth.Access{
			Room: t.Room, Rooms: t.Rooms, Users: t.Users, Role: t.Role, Grants: t.Grants, Sources: t.Sources,
			Limits: t.Limits, Metadata: t.Metadata,
		},
	}
}

// tokenQuestion is a token that somebody has.
type tokenQuestion struct {
	Token string `json:"token"`
}

// tokenVerdict says what a token allows, or why it is not accepted.
type tokenVerdict struct {
	Valid  bool         `json:"valid"`
	Reason auth.Reason  `json:"reason,omitempty"`
	Detail string       `json:"detail,omitempty"`
	Grants *tokenGrants `json:"grants,omitempty"`
}

// tokenGrants are what a token allows, its role being resolved.
type tokenGrants struct {
	ID          string          `json:"id,omitempty"`
	User        string          `json:"user"`
	Name        string          `json:"name"`
	Issued      time.Time       `json:"issued"`
	Expires     time.Time       `json:"expires"`
	Room        string          `json:"room,omitempty"`
	Rooms       []auth.Pattern  `json:"rooms,omitempty"`
	Users       []auth.Pattern  `json:"users,omitempty"`
	Role        string          `json:"role,omitempty"`
	Permissions []string        `json:"permissions"`
	Sources     []string        `json:"sources,omitempty"`
	Limits      auth.Limits     `json:"limits"`
	Metadata    json.RawMessage `json:"metadata,omitempty"`
}

func (h *handler) verifyToken(x *exchange) (reply, error) {
	var asked tokenQuestion
	if err := x.read(&asked); err != nil {
		return reply{}, err
	}
	grants, err := h.opts.Admission.Verify(x.r.Context(), asked.Token, time.Now())
	var refusal *auth.Refusal
	switch {
	case errors.As(err, &refusal):
		return ok(tokenVerdict{Reason: refusal.Reason, Detail: refusal.Detail})
	case err != nil:
		return reply{}, err
	}
	return ok(tokenVerdict{Valid: true, Grants: grantsOf(&grants)})
}

func grantsOf(g *auth.Grants) *tokenGrants {
	return &tokenGrants{
		ID: g.Token, User: g.User, Name: g.Name, Issued: g.Issued, Expires: g.Expires, Room: g.Room, Rooms: g.Rooms, Users: g.Names,
		Role: g.Role, Permissions: words(g.Permissions), Sources: g.Sources, Limits: g.Limits, Metadata: g.Metadata,
	}
}

// newRevocation takes back one token, those of a user, or all.
type newRevocation struct {
	Token   string    `json:"token"`
	User    string    `json:"user"`
	All     bool      `json:"all"`
	Before  time.Time `json:"before"`
	Expires time.Time `json:"expires"`
}

// revoked says how many sessions ended.
type revoked struct {
	Ended int `json:"ended"`
}

func (h *handler) revoke(x *exchange) (reply, error) {
	var want newRevocation
	if err := x.read(&want); err != nil {
		return reply{}, err
	}
	ended, err := h.opts.Admission.Revoke(auth.Revocation(want), time.Now())
	switch {
	case errors.Is(err, auth.ErrWhatToRevoke):
		return reply{}, unprocessable(httpjson.Sentence(err))
	case err != nil:
		return reply{}, httpjson.New(http.StatusConflict, httpjson.Sentence(err))
	}
	return ok(revoked{ended})
}
