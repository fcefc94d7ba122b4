package auth

import (
	"errors"
	"fmt"

	"github.com/golang-jwt/jwt/v5"
)

var errCannotSign = errors.New("only the public half of the key is known")

// Sign returns a token with these claims. It refuses claims that no Verifier
// would accept, whatever the time.
func Sign(claims Claims, key Key) (string, error) {
	if !key.CanSign() {
		return "", errCannotSign
	}
	if err := claims.check(); err != nil {
		return "", fmt.Errorf("sign a token: %w", err)
	}
	token := jwt.NewWithClaims(jwt.GetSigningMethod(string(key.algorithm)), &registered{&claims})
	if key.id != "" {
		token.Header["kid"] = key.id
	}
	signed, err := token.SignedString(key.signing)
	if err != nil {
		return "", fmt.Errorf("sign a token: %w", err)
	}
	if len(signed) > MaxTokenOctets {
		return "", fmt.Errorf("sign a token: it has %d octets, and %d are the most", len(signed), MaxTokenOctets)
	}
	return signed, nil
}
