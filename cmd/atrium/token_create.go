package main

import (
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/atrium-rtc/atrium/internal/auth"
	"github.com/atrium-rtc/atrium/internal/spelling"
)

// tokenCreateCommand is atrium token create.
type tokenCreateCommand struct {
	Key tokenKey `embed:"" group:"Key"`

	User     string   `placeholder:"ID" group:"Who" help:"Who it is, for good (sub)."`
	Name     string   `placeholder:"NAME" group:"Who" help:"What the user is called in rooms (name). Default: the user."`
	Users    []string `sep:"none" placeholder:"PATTERN" group:"Who" help:"More names that the user may take, such as guest-*. May be repeated."`
	Metadata string   `placeholder:"JSON" group:"Who" help:"A JSON object for the application."`

	Room          string   `placeholder:"ROOM" group:"What" help:"The room, by its exact name."`
	Rooms         []string `sep:"none" placeholder:"PATTERN" group:"What" help:"More rooms: * is any run of characters without /, ** any run at all. May be repeated."`
	Role          string   `placeholder:"ROLE" group:"What" help:"A set of permissions: ${roles}."`
	Grant         []string `placeholder:"WORD" group:"What" help:"A permission besides the role's: ${permissions}. May be repeated."`
	Source        []string `placeholder:"STREAM" group:"What" help:"A stream that may be published, such as webcam; without, every. May be repeated."`
	Subscriptions int      `placeholder:"N" group:"What" help:"The most streams to receive at a time."`
	Bitrate       int64    `placeholder:"BITS" group:"What" help:"The most to receive, in bit/s."`

	TTL       time.Duration `name:"ttl" default:"1h" group:"When and where" help:"How long it can be used to join, from now or from --not-before on. Servers want the end within 24h from now, unless they are told otherwise."`
	NotBefore time.Time     `placeholder:"TIME" group:"When and where" help:"From when it can be used, such as 2026-12-01T09:00:00Z."`
	ID        string        `placeholder:"ID" group:"When and where" help:"Id of the token (jti), to revoke it by. Default: a new one."`
	Issuer    string        `placeholder:"NAME" group:"When and where" help:"Who makes it (iss)."`
	Audience  []string      `placeholder:"NAME" group:"When and where" help:"Which server it is for (aud). May be repeated."`
}

// Run prints the token and nothing else.
func (c *tokenCreateCommand) Run() error {
	key, ok, err := c.Key.load()
	if err != nil {
		return err
	}
	if !ok {
		return fmt.Errorf("what to sign with? Use --key, --secret-file or the variable %s", secretVariable)
	}
	claims, err := c.claims(time.Now())
	if err != nil {
		return err
	}
	token, err := auth.Sign(claims, key)
	if err != nil {
		return err
	}
	fmt.Println(token)
	return nil
}

func (c *tokenCreateCommand) claims(now time.Time) (auth.Claims, error) {
	claims := auth.Claims{
		ID: c.ID, Issuer: c.Issuer, Audience: c.Audience, Subject: c.User, Name: c.Name,
		Issued: now, NotBefore: c.NotBefore, Expires: later(now, c.NotBefore).Add(c.TTL),
		Access: auth.Access{
			Room: c.Room, Role: c.Role, Grants: c.Grant, Sources: c.Source,
			Limits: auth.Limits{Subscriptions: c.Subscriptions, Bitrate: c.Bitrate}, Metadata: json.RawMessage(c.Metadata),
		},
	}
	if claims.ID == "" {
		claims.ID = rand.Text()
	}
	var err error
	if claims.Access.Rooms, err = patterns("--rooms", c.Rooms); err != nil {
		return claims, err
	}
	if claims.Access.Users, err = patterns("--users", c.Users); err != nil {
		return claims, err
	}
	return claims, c.checkMeaning()
}

// checkMeaning refuses a token that is right and would not do what was meant.
func (c *tokenCreateCommand) checkMeaning() error {
	roles := slices.Sorted(maps.Keys(auth.DefaultRoles()))
	switch {
	case c.TTL <= 0:
		return errors.New("--ttl: give a time above 0s")
	case c.User == "" && c.Name == "":
		return errors.New("who is it for? Use --user, or --name")
	case c.Room == "" && len(c.Rooms) == 0:
		return errors.New("for which room? Use --room, or --rooms with a pattern")
	case c.Role == "" && len(c.Grant) == 0:
		return errors.New("what does it allow? Use --role, or --grant")
	case c.Role != "" && !slices.Contains(roles, c.Role):
		return fmt.Errorf("--role: %q is not one of %s%s", c.Role, strings.Join(roles, ", "), meant(c.Role, roles))
	}
	for _, word := range c.Grant {
		if _, ok := auth.ParsePermission(word); !ok {
			words := auth.PermissionWords()
			return fmt.Errorf("--grant: %q is not one of %s%s", word, strings.Join(words, ", "), meant(word, words))
		}
	}
	return nil
}

func patterns(flag string, texts []string) ([]auth.Pattern, error) {
	var parsed []auth.Pattern
	for _, text := range texts {
		p, err := auth.ParsePattern(text)
		if err != nil {
			return nil, fmt.Errorf("%s: %q: %w", flag, text, err)
		}
		parsed = append(parsed, p)
	}
	return parsed, nil
}

// meant adds a question to an error message, if a word is close to another.
func meant(word string, words []string) string {
	if near := spelling.Nearest(word, words, 3); near != "" {
		return fmt.Sprintf("; did you mean %q?", near)
	}
	return ""
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}
