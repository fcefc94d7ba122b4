package auth

import (
	"context"
	"errors"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// VerifierOptions say which tokens are accepted. Only Keys is needed.
type VerifierOptions struct {
	// Keys returns the keys of now. It is called for each token, from any
	// goroutine, and must not wait.
	Keys func() *KeySet
	// Refresh fetches keys anew, if that was not done just now, and waits for it
	// until the context ends. Nil for keys that do not come from elsewhere.
	Refresh func(context.Context)
	// Issuer is the iss that tokens must have; empty accepts any.
	Issuer string
	// Audience lists names of this server. Tokens must have one of them in aud. With
	// none, tokens must have no aud: it says that they are for somebody else (RFC 7519
	// section 4.1.3).
	Audience []string
	// Roles are the permissions of each role; nil is DefaultRoles.
	Roles map[string]Permissions
	// Leeway is how far the issuer's clock may be from ours. 0 is 10 s.
	Leeway time.Duration
	// MaxLifetime bounds exp - iat. It is how long a revocation is remembered.
	// 0 is 24 h.
	MaxLifetime time.Duration
	// MaxRevocations bounds what is remembered; 0 is 65536.
	MaxRevocations int
}

// Verifier decides whether tokens are accepted. Its methods may be called from
// any goroutine.
type Verifier struct {
	options     VerifierOptions
	revocations *Revocations
}

// NewVerifier returns a Verifier that has revoked nothing.
func NewVerifier(o VerifierOptions) *Verifier {
	o = o.withDefaults()
	return &Verifier{options: o, revocations: newRevocations(o)}
}

// Reconfigured returns a Verifier with other options and the same revocations. A
// longer MaxLifetime also holds for what is revoked from now on.
func (v *Verifier) Reconfigured(o VerifierOptions) *Verifier {
	o = o.withDefaults()
	v.revocations.lengthen(o)
	return &Verifier{options: o, revocations: v.revocations}
}

func (o VerifierOptions) withDefaults() VerifierOptions {
	if o.Roles == nil {
		o.Roles = DefaultRoles()
	}
	if o.Leeway == 0 {
		o.Leeway = 10 * time.Second
	}
	if o.MaxLifetime == 0 {
		o.MaxLifetime = 24 * time.Hour
	}
	if o.MaxRevocations == 0 {
		o.MaxRevocations = 65536
	}
	return o
}

// Revocations returns what was revoked, to add to it.
func (v *Verifier) Revocations() *Revocations { return v.revocations }

// Verify returns what a token allows, or a *Refusal. It does no I/O and never
// waits. A token whose key is not known yet is refused; VerifyWaiting asks for
// the key.
func (v *Verifier) Verify(token string, now time.Time) (Grants, error) {
	h, err := inspect(token)
	if err != nil {
		return Grants{}, err
	}
	keys := v.options.Keys().candidates(h)
	if len(keys.Keys) == 0 {
		return Grants{}, refuse(ReasonUnknownKey, "header: kid: there is no %s key of this id", h.algorithm)
	}
	var claims Claims
	_, err = v.parser(now).ParseWithClaims(token, &registered{&claims}, func(*jwt.Token) (any, error) { return keys, nil })
	if err != nil {
		return Grants{}, v.refusal(err, &claims, now)
	}
	if len(claims.Audience) > 0 && len(v.options.Audience) == 0 {
		return Grants{}, refuse(ReasonAudience, "aud: is for a server with a name, and none is configured")
	}
	if lifetime := claims.Expires.Sub(claims.Issued); lifetime > v.options.MaxLifetime {
		return Grants{}, refuse(ReasonLifetime, "exp: is %v after iat, and %v are the most", lifetime, v.options.MaxLifetime)
	}
	grants, err := claims.grants(v.options.Roles)
	if err != nil {
		return Grants{}, err
	}
	if v.revocations.Revoked(&grants) {
		return Grants{}, refuse(ReasonRevoked, "jti, sub: was revoked")
	}
	return grants, nil
}

// VerifyWaiting is Verify, except that a token of an unknown key is looked at again
// after the keys were fetched anew. now is the time at which the token came.
func (v *Verifier) VerifyWaiting(ctx context.Context, token string, now time.Time) (Grants, error) {
	grants, err := v.Verify(token, now)
	var refusal *Refusal
	if v.options.Refresh == nil || !errors.As(err, &refusal) || refusal.Reason != ReasonUnknownKey {
		return grants, err
	}
	v.options.Refresh(ctx)
	return v.Verify(token, now)
}

// parser is the library's, with the list of algorithms pinned a second time.
func (v *Verifier) parser(now time.Time) *jwt.Parser {
	var algorithms []string
	for _, a := range Algorithms() {
		algorithms = append(algorithms, string(a))
	}
	options := []jwt.ParserOption{
		jwt.WithValidMethods(algorithms),
		jwt.WithStrictDecoding(),
		jwt.WithExpirationRequired(),
		jwt.WithIssuedAt(),
		jwt.WithLeeway(v.options.Leeway),
		jwt.WithTimeFunc(func() time.Time { return now }),
		jwt.WithIssuer(v.options.Issuer),
		jwt.WithAudience(v.options.Audience...),
	}
	return jwt.NewParser(options...)
}

// refusal turns an error of the library into ours.
func (v *Verifier) refusal(err error, c *Claims, now time.Time) *Refusal {
	var inClaims *claimError
	switch {
	case errors.As(err, &inClaims):
		return refuse(ReasonClaims, "%v", inClaims)
	case errors.Is(err, jwt.ErrTokenRequiredClaimMissing) && c.Expires.IsZero(): // null in place of claims
		return refuse(ReasonClaims, "exp: is missing")
	case errors.Is(err, jwt.ErrTokenSignatureInvalid):
		return refuse(ReasonSignature, "signature: was not made with a key that is known")
	case errors.Is(err, jwt.ErrTokenExpired):
		return refuse(ReasonExpired, "exp: expired %v ago", now.Sub(c.Expires))
	case errors.Is(err, jwt.ErrTokenNotValidYet):
		return refuse(ReasonNotYet, "nbf: is %v from now", c.NotBefore.Sub(now))
	case errors.Is(err, jwt.ErrTokenUsedBeforeIssued):
		return refuse(ReasonNotYet, "iat: is %v from now", c.Issued.Sub(now))
	case errors.Is(err, jwt.ErrTokenInvalidIssuer), errors.Is(err, jwt.ErrTokenRequiredClaimMissing) && c.Issuer == "" && v.options.Issuer != "":
		return refuse(ReasonIssuer, "iss: is not the issuer that is configured")
	case errors.Is(err, jwt.ErrTokenInvalidAudience), errors.Is(err, jwt.ErrTokenRequiredClaimMissing):
		return refuse(ReasonAudience, "aud: has none of the names that are configured")
	}
	return refuse(ReasonMalformed, "cannot be read")
}
