package auth

import (
	"errors"
	"fmt"
	"log/slog"
)

// ErrNotAccepted is all that the outside learns when a token does not do: every
// Refusal says this sentence and wraps this error.
var ErrNotAccepted = errors.New("the token is not accepted")

// Reason is why a token was not accepted. It is for logs and, because there are
// few and they are fixed, for a label of a metric; it is not for the one who sent
// the token.
type Reason string

// The reasons.
const (
	ReasonMissing    Reason = "missing"     // there is none
	ReasonTooLong    Reason = "too_long"    // more than MaxTokenOctets
	ReasonMalformed  Reason = "malformed"   // not a signed token in compact form
	ReasonAlgorithm  Reason = "algorithm"   // an algorithm that is not on the list
	ReasonUnknownKey Reason = "unknown_key" // no key of that id and algorithm
	ReasonSignature  Reason = "signature"   // none of the keys made it
	ReasonExpired    Reason = "expired"
	ReasonNotYet     Reason = "not_yet"  // before nbf or iat
	ReasonLifetime   Reason = "lifetime" // made to last longer than allowed
	ReasonIssuer     Reason = "issuer"
	ReasonAudience   Reason = "audience"
	ReasonClaims     Reason = "claims" // missing, of the wrong type, out of bounds
	ReasonRevoked    Reason = "revoked"
	ReasonWrongRoom  Reason = "wrong_room"
	ReasonWrongUser  Reason = "wrong_user"
	ReasonNotGranted Reason = "not_granted" // the token is good and does not allow this
)

// Reasons returns every reason.
func Reasons() []Reason {
	return []Reason{
		ReasonMissing, ReasonTooLong, ReasonMalformed, ReasonAlgorithm, ReasonUnknownKey, ReasonSignature,
		ReasonExpired, ReasonNotYet, ReasonLifetime, ReasonIssuer, ReasonAudience, ReasonClaims, ReasonRevoked,
		ReasonWrongRoom, ReasonWrongUser, ReasonNotGranted,
	}
}

// Refusal is why a token was not accepted. Its Error is the outside sentence, so
// that it can be sent as it is; Reason and Detail are for logs. Neither holds the
// token or what its claims say.
type Refusal struct {
	Reason Reason
	// Detail is a sentence for those who run the server: which claim, and what
	// about it.
	Detail string
}

// Error returns the outside sentence.
func (r *Refusal) Error() string { return ErrNotAccepted.Error() }

// Unwrap returns ErrNotAccepted.
func (r *Refusal) Unwrap() error { return ErrNotAccepted }

// LogValue implements slog.LogValuer with the inner view.
func (r *Refusal) LogValue() slog.Value {
	return slog.GroupValue(slog.String("reason", string(r.Reason)), slog.String("detail", r.Detail))
}

func refuse(reason Reason, format string, args ...any) *Refusal {
	return &Refusal{Reason: reason, Detail: fmt.Sprintf(format, args...)}
}
