package auth

import (
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// registered shows Claims to the library, which checks those that RFC 7519
// section 4.1 defines.
type registered struct{ *Claims }

func (r *registered) UnmarshalJSON(data []byte) error { return r.Claims.UnmarshalJSON(data) }

func (r *registered) GetIssuer() (string, error)              { return r.Issuer, nil }
func (r *registered) GetSubject() (string, error)             { return r.Subject, nil }
func (r *registered) GetAudience() (jwt.ClaimStrings, error)  { return r.Audience, nil }
func (r *registered) GetIssuedAt() (*jwt.NumericDate, error)  { return numeric(r.Issued), nil }
func (r *registered) GetNotBefore() (*jwt.NumericDate, error) { return numeric(r.NotBefore), nil }

func (r *registered) GetExpirationTime() (*jwt.NumericDate, error) { return numeric(r.Expires), nil }

// numeric does not use jwt.NewNumericDate, which rounds.
func numeric(t time.Time) *jwt.NumericDate {
	if t.IsZero() {
		return nil
	}
	return &jwt.NumericDate{Time: t}
}
