package main

import (
	"crypto/rand"
	"errors"
	"fmt"
	"time"

	"github.com/atrium-rtc/atrium/internal/auth"
	"github.com/atrium-rtc/atrium/internal/load/session"
)

// loadTokenTTL is how long a synthetic client may take to join.
const loadTokenTTL = time.Hour

// tokens returns what gives each client a token of its own, if a key is named.
func (t loadTarget) tokens() (func(session.Member) session.Member, error) {
	if t.TokenSecretFile == "" && t.TokenKey == "" {
		return func(m session.Member) session.Member { return m }, nil
	}
	if t.Token != "" {
		return nil, errors.New("--token is one token for all: leave it out, or --token-secret-file and --token-key")
	}
	key, _, err := (&tokenKey{SecretFile: t.TokenSecretFile, Key: t.TokenKey}).load()
	if err != nil {
		return nil, fmt.Errorf("the key of tokens: %w", err)
	}
	if _, err := loadToken(session.Member{Room: "r", User: "u"}, key, time.Now()); err != nil {
		return nil, fmt.Errorf("the key of tokens: %w", err)
	}
	return func(m session.Member) session.Member {
		m.Token, _ = loadToken(m, key, time.Now()) // names that no token can have, no room takes
		return m
	}, nil
}

// loadToken makes a token for a client. By WHEP it may be a viewer besides.
func loadToken(m session.Member, key auth.Key, now time.Time) (string, error) {
	viewers, err := auth.ParsePattern("viewer-*")
	if err != nil {
		return "", err
	}
	return auth.Sign(auth.Claims{
		ID: rand.Text(), Subject: m.User, Issued: now, Expires: now.Add(loadTokenTTL),
		Access: auth.Access{Room: m.Room, Users: []auth.Pattern{viewers}, Role: "participant"},
	}, key)
}
