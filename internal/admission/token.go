package admission

import (
	"crypto/sha256"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strings"
)

// Token is a token as a client sent it, good or not. The zero value is none. It prints
// without its text, also as a field of something else, which is why it holds a pointer.
type Token struct{ text *string }

// NewToken returns the token with this text; no text is no token.
func NewToken(text string) Token {
	if text == "" {
		return Token{}
	}
	return Token{&text}
}

func (t Token) reveal() string {
	if t.text == nil {
		return ""
	}
	return *t.text
}

// missing reports whether there is none.
func (t Token) missing() bool { return t.text == nil }

// String says whether there is one.
func (t Token) String() string {
	if t.missing() {
		return "no token"
	}
	return "a token"
}

// Format implements fmt.Formatter for every verb.
func (t Token) Format(w fmt.State, _ rune) { _, _ = io.WriteString(w, t.String()) }

// LogValue implements slog.LogValuer.
func (t Token) LogValue() slog.Value { return slog.StringValue(t.String()) }

// Carried is what an HTTP request, or a websocket's handshake, has of tokens. It is kept
// until it is known who asks for what, and is a value.
type Carried struct{ header, query Token }

// Carry takes the tokens out of a request: the bearer token of the header Authorization
// (RFC 6750 section 2.1), and token in the query. Of several the first counts.
func Carry(r *http.Request) Carried {
	var c Carried
	if scheme, sent, _ := strings.Cut(r.Header.Get("Authorization"), " "); strings.EqualFold(scheme, "Bearer") {
		c.header = NewToken(strings.TrimSpace(sent))
	}
	if strings.Contains(r.URL.RawQuery, queryName) { // most have none, and parsing allocates
		c.query = NewToken(r.URL.Query().Get(queryName))
	}
	return c
}

// queryName is the parameter of an address that may be a token.
const queryName = "token"

// fingerprint tells tokens apart without keeping them.
type fingerprint [sha256.Size]byte

func (t Token) fingerprint() fingerprint { return sha256.Sum256([]byte(t.reveal())) }
