package iceserver

import (
	"crypto/hmac"
	"crypto/sha1" //nolint:gosec // the draft and every TURN server have it so
	"crypto/sha256"
	"encoding/base64"
	"strconv"
	"strings"
	"time"
)

// tagSize is the length of a user's tag in octets: 72 bits make collisions rare
// among all users of a server.
const tagSize = 9

// Issuer makes credentials for the TURN servers that share its secret. It is a
// value; its methods may be called from any goroutine.
type Issuer struct {
	Secret   string
	Lifetime time.Duration // from now until they open nothing new
}

// Credentials returns what the user shows to the TURN server from now on.
func (i Issuer) Credentials(user string, now time.Time) (username, password string) {
	username = strconv.FormatInt(now.Add(i.Lifetime).Unix(), 10) + ":" + i.tag(user)
	return username, Password(i.Secret, username)
}

// tag stands for a user: the same each time, and of no meaning to who lacks the secret.
func (i Issuer) tag(user string) string {
	mac := hmac.New(sha256.New, []byte(i.Secret))
	mac.Write([]byte(user))
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil)[:tagSize])
}

// Password returns the password of a user name under a secret.
func Password(secret, username string) string {
	mac := hmac.New(sha1.New, []byte(secret))
	mac.Write([]byte(username))
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

// Parse takes a user name apart. What is no "expiry:name" is refused, since others
// than an Issuer may share the secret but not the form.
func Parse(username string) (expiry time.Time, name string, ok bool) {
	digits, name, found := strings.Cut(username, ":")
	seconds, err := strconv.ParseInt(digits, 10, 64)
	if !found || err != nil || seconds < 0 || name == "" {
		return time.Time{}, "", false
	}
	return time.Unix(seconds, 0), name, true
}
