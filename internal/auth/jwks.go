package auth

import (
	"encoding/json"
	"errors"
	"fmt"
)

// MaxJWKSOctets is the longest set of keys that is read.
const MaxJWKSOctets = 64 << 10

var (
	errJWKSLength = fmt.Errorf("a key set has %d octets at most", MaxJWKSOctets)
	errNoKeys     = errors.New("the set has no key that tokens may be signed with")
)

// Skipped is a key of a set that is not used.
type Skipped struct {
	Index int    // in the set, from 0
	ID    string // kid, if it has one that could be read
	Err   error  // why
}

// String says which key, and why, for a log line.
func (s Skipped) String() string { return fmt.Sprintf("key %d (kid %.64q): %v", s.Index, s.ID, s.Err) }

// ParseJWKS reads a JSON Web Key Set (RFC 7517 section 5). Keys that cannot be
// used are skipped, since sets hold keys for other things too (there); a set
// without any that can is an error. Symmetric and private keys are skipped unless
// secrets is set, which is for files: what anybody can fetch is no secret. Of a
// private key only the public half is read.
func ParseJWKS(data []byte, secrets bool) (*KeySet, []Skipped, error) {
	if len(data) > MaxJWKSOctets {
		return nil, nil, errJWKSLength
	}
	if err := checkObject(data); err != nil {
		return nil, nil, fmt.Errorf("the key set %w", err)
	}
	var raw []json.RawMessage
	if err := decodeMembers(data, []member{{"keys", &raw}}); err != nil {
		return nil, nil, fmt.Errorf("the key set: %w", err)
	}
	if len(raw) > maxKeys {
		return nil, nil, fmt.Errorf("the key set has %d keys, and %d are the most", len(raw), maxKeys)
	}
	set, skipped := &KeySet{}, []Skipped(nil)
	for i, text := range raw {
		var j jwk
		err := json.Unmarshal(text, &j)
		if err == nil {
			var key Key
			if key, err = j.key(secrets); err == nil {
				set.keys = append(set.keys, key)
				continue
			}
		}
		skipped = append(skipped, Skipped{i, j.ID, err})
	}
	if len(set.keys) == 0 {
		return nil, skipped, errNoKeys
	}
	return set, skipped, nil
}

// PublicJWKS returns the key set to publish for keys: their public halves. A
// secret has none and is refused.
func PublicJWKS(keys ...Key) ([]byte, error) {
	set := struct {
		Keys []jwk `json:"keys"`
	}{}
	for _, k := range keys {
		j, err := publicJWK(k.verifying)
		if err != nil {
			return nil, err
		}
		j.ID, j.Use, j.Algorithm = k.id, "sig", string(k.algorithm)
		set.Keys = append(set.Keys, j)
	}
	text, err := json.MarshalIndent(set, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("encode the key set: %w", err)
	}
	return append(text, '\n'), nil
}
