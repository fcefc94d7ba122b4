package admission

import (
	"context"
	"errors"
	"time"

	"github.com/atrium-rtc/atrium/internal/auth"
)

// ErrNoSecret says that there is no key to make tokens with: the server has public keys
// only, or none.
var ErrNoSecret = errors.New("this server has no secret to make tokens with; set auth.mode to token and auth.secret_file")

// Issue makes a token that this server accepts, with its own secret. Issuer and Audience of
// the claims are the configuration's. The error is ErrNoSecret, or says what is wrong with
// the claims; it is for those who run the server.
func (c *Control) Issue(claims auth.Claims) (string, error) {
	state := c.state.Load()
	key, ok := state.secret()
	if !ok {
		return "", ErrNoSecret
	}
	claims.Issuer, claims.Audience = state.tokens.Issuer, nil
	if len(state.tokens.Audience) > 0 {
		claims.Audience = state.tokens.Audience[:1]
	}
	token, err := auth.Sign(claims, key)
	if err != nil {
		return "", err
	}
	from := claims.Issued
	if claims.NotBefore.After(from) {
		from = claims.NotBefore
	}
	var refusal *auth.Refusal
	if _, err := state.verifier.Verify(token, from); errors.As(err, &refusal) {
		return "", errors.New(refusal.Detail)
	}
	return token, nil
}

// secret returns the first key that signs and is for HS256.
func (s *state) secret() (auth.Key, bool) {
	if s.open {
		return auth.Key{}, false
	}
	for _, key := range s.tokens.Keys().Keys() {
		if key.Algorithm() == auth.HS256 && key.CanSign() {
			return key, true
		}
	}
	return auth.Key{}, false
}

// Verify returns what a token allows, or an *auth.Refusal with the reason, for those who
// run the server: unlike Admit it hides nothing and counts nothing. In open mode no token is
// accepted. It may wait for keys until the context ends.
func (c *Control) Verify(ctx context.Context, token string, now time.Time) (auth.Grants, error) {
	state := c.state.Load()
	if state.open {
		return auth.Grants{}, &auth.Refusal{Reason: auth.ReasonMissing, Detail: "auth.mode is open: no token is accepted"}
	}
	return state.verifier.VerifyWaiting(ctx, token, now)
}
