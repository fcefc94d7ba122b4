package main

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"
	"unicode"

	"github.com/atrium-rtc/atrium/internal/auth"
	"github.com/atrium-rtc/atrium/internal/auth/keyring"
)

// tokenVerifyCommand is atrium token verify.
type tokenVerifyCommand struct {
	File string `arg:"" default:"-" help:"File with the token; - is the standard input. The token itself does not belong on a command line."`

	Key          tokenKey `embed:"" group:"Key"`
	JWKS         string   `name:"jwks" placeholder:"FILE|URL" group:"Key" help:"Key set, in a file or at an https address."`
	AllowPrivate bool     `group:"Key" help:"Let the address be in a private network or on this machine."`

	Room        string        `placeholder:"ROOM" group:"Asked for" help:"Ask whether it is good for this room."`
	Name        string        `placeholder:"NAME" group:"Asked for" help:"With --room: under this name. Default: the token's."`
	Issuer      string        `placeholder:"NAME" group:"Asked for" help:"The issuer that it must have."`
	Audience    []string      `placeholder:"NAME" group:"Asked for" help:"Names of the server: the token must have one, and without names no aud at all. May be repeated."`
	MaxLifetime time.Duration `default:"24h" group:"Asked for" help:"The longest time between iat and exp."`
	At          time.Time     `placeholder:"TIME" group:"Asked for" help:"Judge as if it were this time, such as 2026-12-01T09:00:00Z. Default: now."`
}

// Run prints what the token says, verified or not, and then the judgment. This is
// the one place that tells why a token is not accepted: who runs it has the keys.
func (c *tokenVerifyCommand) Run() error {
	token, err := readToken(c.File)
	if err != nil {
		return err
	}
	keys, err := c.keys()
	if err != nil {
		return err
	}
	printParts(token)
	now := c.At
	if now.IsZero() {
		now = time.Now()
	}
	verifier := auth.NewVerifier(auth.VerifierOptions{
		Keys:   func() *auth.KeySet { return keys },
		Issuer: c.Issuer, Audience: c.Audience, MaxLifetime: c.MaxLifetime,
	})
	grants, err := verifier.Verify(token, now)
	if err == nil && c.Room != "" {
		if c.Name == "" {
			c.Name = grants.Name
		}
		err = grants.Admit(c.Room, c.Name)
	}
	var refusal *auth.Refusal
	if errors.As(err, &refusal) {
		return fmt.Errorf("%w (%s): %s", err, refusal.Reason, refusal.Detail)
	}
	if err != nil {
		return err
	}
	fmt.Printf("accepted: %s, for %v more\nallows: %s\n", printable(grants.User), grants.Expires.Sub(now).Round(time.Second), grants.Permissions)
	return nil
}

// keys reads the keys of all flags, and tells which of a set are not used.
func (c *tokenVerifyCommand) keys() (*auth.KeySet, error) {
	var keys []auth.Key
	one, ok, err := c.Key.load()
	if err != nil {
		return nil, err
	}
	if ok {
		keys = append(keys, one)
	}
	if c.JWKS != "" {
		set, err := c.readSet()
		if err != nil {
			return nil, fmt.Errorf("--jwks: %w", err)
		}
		keys = append(keys, set.Keys()...)
	}
	if len(keys) == 0 {
		return nil, fmt.Errorf("what to check with? Use --key, --secret-file, --jwks or the variable %s", secretVariable)
	}
	return auth.NewKeySet(keys...)
}

func (c *tokenVerifyCommand) readSet() (*auth.KeySet, error) {
	var source keyring.Source = keyring.File(c.JWKS)
	if strings.Contains(c.JWKS, "://") {
		address, err := keyring.NewURL(c.JWKS, keyring.Client(c.AllowPrivate))
		if err != nil {
			return nil, err
		}
		source = address
	}
	text, err := source.Load(context.Background())
	if err != nil {
		return nil, err
	}
	set, skipped, err := auth.ParseJWKS(text, source.Secrets())
	for _, s := range skipped {
		fmt.Fprintf(os.Stderr, "not used: %v\n", s)
	}
	return set, err
}

// printParts prints header and claims as far as they can be read.
func printParts(token string) {
	parts := strings.Split(token, ".")
	for i, name := range []string{"header", "claims"} {
		if i >= len(parts) {
			return
		}
		var pretty bytes.Buffer
		text, err := base64.RawURLEncoding.DecodeString(parts[i])
		if err != nil || json.Indent(&pretty, text, "", "  ") != nil {
			fmt.Printf("%s: cannot be read\n", name)
			continue
		}
		fmt.Printf("%s: %s\n", name, printable(pretty.String()))
	}
}

// printable keeps what a stranger wrote from commanding the terminal.
func printable(text string) string {
	var safe strings.Builder
	for _, r := range text {
		if unicode.IsPrint(r) || r == '\n' {
			safe.WriteRune(r)
		} else {
			fmt.Fprintf(&safe, `\u%04x`, r)
		}
	}
	return safe.String()
}
