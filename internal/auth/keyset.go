package auth

import (
	"fmt"

	"github.com/golang-jwt/jwt/v5"
)

// maxKeys bounds a set: a token that names no key may cost as many checks.
const maxKeys = 32

// KeySet is a set of keys that does not change: rotation is another set with the
// old keys and the new ones, and later one without the old. The zero value and
// nil are empty. It may be used from any goroutine.
type KeySet struct {
	keys []Key
}

// NewKeySet returns the set of some keys.
func NewKeySet(keys ...Key) (*KeySet, error) {
	if len(keys) > maxKeys {
		return nil, fmt.Errorf("there are %d keys, and %d are the most", len(keys), maxKeys)
	}
	return &KeySet{keys: append([]Key(nil), keys...)}, nil
}

// Keys returns the keys.
func (s *KeySet) Keys() []Key {
	if s == nil {
		return nil
	}
	return append([]Key(nil), s.keys...)
}

// candidates returns the keys that a token may have been signed with: those of
// its algorithm with its key id, or of its algorithm when it names no key. The id
// comes from the token and is compared, never looked up anywhere.
func (s *KeySet) candidates(h header) jwt.VerificationKeySet {
	var found jwt.VerificationKeySet
	if s == nil {
		return found
	}
	for _, k := range s.keys {
		if k.algorithm == h.algorithm && (h.keyID == "" || h.keyID == k.id) {
			found.Keys = append(found.Keys, k.verifying)
		}
	}
	return found
}
