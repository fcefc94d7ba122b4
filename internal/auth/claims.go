package auth

import (
	"encoding/json"
	"fmt"
	"math"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// Bounds of claims. Text is counted in octets.
const (
	maxText     = 256  // an issuer, an audience
	maxName     = 256  // the name of a user or room, as room.Options.MaxNameBytes
	maxTokenID  = 128  // jti
	maxWord     = 64   // a role, a permission, a source
	maxEntries  = 16   // of a list
	maxWords    = 32   // of the list of permissions
	maxMetadata = 2048 // in compact form

	maxEpoch         = 253402300799    // seconds: the end of the year 9999
	maxSubscriptions = 1_000_000       // streams
	maxBitrate       = 100_000_000_000 // bit/s
)

// Claims are what a token says. The registered claims (RFC 7519 section 4.1) and
// name mean what they mean everywhere; what Atrium adds is in one object of its
// own, so that a token made for something else grants nothing here.
type Claims struct {
	ID        string   // jti: what the token can be revoked by
	Issuer    string   // iss
	Audience  []string // aud: text or a list
	Subject   string   // sub: who this is, for good
	Name      string   // name: what the user is called in rooms; empty is Subject
	Issued    time.Time
	NotBefore time.Time // zero is from Issued on
	Expires   time.Time
	Access    Access // atrium
}

// Access is what a token allows: the member atrium of the claims.
type Access struct {
	Room     string    // the one room, by its exact name
	Rooms    []Pattern // more rooms
	Users    []Pattern // more names than Claims.Name that the user may take
	Role     string    // a named set of permissions
	Grants   []string  // permissions on top of the role's; unknown words grant nothing
	Sources  []string  // streams that may be published, such as webcam; none is every
	Limits   Limits
	Metadata json.RawMessage // a JSON object for the application, passed on unread
}

// Limits are limits of one participant, below the server's own; 0 is the
// server's.
type Limits struct {
	Subscriptions int   `json:"subscriptions,omitempty"` // streams received at a time
	Bitrate       int64 `json:"bitrate,omitempty"`       // sent to the participant, in bit/s
}

// UnmarshalJSON reads the limits by their exact names.
func (l *Limits) UnmarshalJSON(data []byte) error {
	return decodeMembers(data, []member{{"subscriptions", &l.Subscriptions}, {"bitrate", &l.Bitrate}})
}

// numericDate is RFC 7519's: seconds since 1970, with a fraction or without.
type numericDate struct{ time.Time }

func (d *numericDate) UnmarshalJSON(data []byte) error {
	var seconds float64
	if err := json.Unmarshal(data, &seconds); err != nil {
		return err
	}
	if seconds < 0 || seconds > maxEpoch {
		return fmt.Errorf("the time is outside 0 to %d", int64(maxEpoch))
	}
	whole, fraction := math.Modf(seconds)
	d.Time = time.Unix(int64(whole), int64(fraction*1e9)).UTC()
	return nil
}

// UnmarshalJSON reads claims, and refuses what checkObject refuses, wrong types
// and what is out of bounds. Unknown members are ignored.
func (c *Claims) UnmarshalJSON(data []byte) error {
	if err := checkObject(data); err != nil {
		return &claimError{"claims", err.Error()}
	}
	var (
		read                     Claims
		audience                 jwt.ClaimStrings
		issued, notBefore, until numericDate
	)
	err := decodeMembers(data, []member{
		{"jti", &read.ID},
		{"iss", &read.Issuer},
		{"aud", &audience},
		{"sub", &read.Subject},
		{"name", &read.Name},
		{"iat", &issued},
		{"nbf", &notBefore},
		{"exp", &until},
		{"atrium", &read.Access},
	})
	if err != nil {
		return err
	}
	read.Audience = audience
	read.Issued, read.NotBefore, read.Expires = issued.Time, notBefore.Time, until.Time
	if err := read.check(); err != nil {
		return err
	}
	*c = read
	return nil
}

// UnmarshalJSON reads the object by the exact names of its members.
func (a *Access) UnmarshalJSON(data []byte) error {
	return decodeMembers(data, []member{
		{"room", &a.Room},
		{"rooms", &a.Rooms},
		{"users", &a.Users},
		{"role", &a.Role},
		{"grants", &a.Grants},
		{"sources", &a.Sources},
		{"limits", &a.Limits},
		{"metadata", &a.Metadata},
	})
}

// MarshalJSON writes claims; what is empty is left out.
func (c Claims) MarshalJSON() ([]byte, error) {
	wire := struct {
		ID        string   `json:"jti,omitempty"`
		Issuer    string   `json:"iss,omitempty"`
		Audience  []string `json:"aud,omitempty"`
		Subject   string   `json:"sub,omitempty"`
		Name      string   `json:"name,omitempty"`
		Issued    int64    `json:"iat,omitempty"`
		NotBefore int64    `json:"nbf,omitempty"`
		Expires   int64    `json:"exp,omitempty"`
		Access    Access   `json:"atrium"`
	}{
		c.ID, c.Issuer, c.Audience, c.Subject, c.Name, seconds(c.Issued), seconds(c.NotBefore), seconds(c.Expires), c.Access,
	}
	return json.Marshal(wire)
}

// MarshalJSON writes the object; what is empty is left out.
func (a Access) MarshalJSON() ([]byte, error) {
	wire := struct {
		Room     string          `json:"room,omitempty"`
		Rooms    []Pattern       `json:"rooms,omitempty"`
		Users    []Pattern       `json:"users,omitempty"`
		Role     string          `json:"role,omitempty"`
		Grants   []string        `json:"grants,omitempty"`
		Sources  []string        `json:"sources,omitempty"`
		Limits   Limits          `json:"limits,omitzero"`
		Metadata json.RawMessage `json:"metadata,omitempty"`
	}(a)
	return json.Marshal(wire)
}

func seconds(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.Unix()
}
