package auth_test

import (
	"crypto/rand"
	"fmt"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"github.com/atrium-rtc/atrium/internal/auth"
)

// docs/tokens.md has what stands between the marks.

// begin
func tokenFor(user, room string, secret []byte, now time.Time) (string, error) {
	return jwt.NewWithClaims(jwt.SigningMethodHS256, jwt.MapClaims{
		"sub":    user,
		"iat":    now.Unix(),
		"exp":    now.Add(time.Hour).Unix(),
		"jti":    rand.Text(),
		"atrium": map[string]any{"room": room, "role": "participant"},
	}).SignedString(secret)
}

// end

// An application makes a token, and the server says what it allows.
func Example() {
	secret, now := []byte("a secret of both sides, thirty-two octets or more"), time.Now()
	token, err := tokenFor("ann", "lecture", secret, now)
	if err != nil {
		fmt.Println(err)
		return
	}

	key, err := auth.NewSecretKey("", secret)
	if err != nil {
		fmt.Println(err)
		return
	}
	keys, err := auth.NewKeySet(key)
	if err != nil {
		fmt.Println(err)
		return
	}
	verifier := auth.NewVerifier(auth.VerifierOptions{Keys: func() *auth.KeySet { return keys }})
	grants, err := verifier.Verify(token, now)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(grants.User, "may:", grants.Permissions)
	fmt.Println("lecture:", grants.Admit("lecture", "ann"))
	fmt.Println("staff:", grants.Admit("staff", "ann"))
	// Output:
	// ann may: join publish:audio publish:video publish:screen subscribe message data
	// lecture: <nil>
	// staff: the token is not accepted
}
