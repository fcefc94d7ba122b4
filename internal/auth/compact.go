package auth

import (
	"slices"
	"strings"
)

// MaxTokenOctets is the longest token; longer ones are not looked at.
const MaxTokenOctets = 8 << 10

// header is what we read of a token's header (RFC 7515 section 4.1). Keys inside
// or behind it (jwk, jku, x5c, x5u) are not read: a token does not say whom to
// trust.
type header struct {
	algorithm Algorithm
	keyID     string // empty for none
}

// inspect checks the compact form (RFC 7515 section 7.1) and returns the header.
func inspect(token string) (header, error) {
	switch {
	case token == "":
		return header{}, refuse(ReasonMissing, "there is no token")
	case len(token) > MaxTokenOctets:
		return header{}, refuse(ReasonTooLong, "the token is longer than %d octets", MaxTokenOctets)
	}
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return header{}, refuse(ReasonMalformed, "the token has %d parts, and 3 are needed", len(parts))
	}
	var first []byte
	for i, name := range []string{"header", "claims", "signature"} {
		data, err := decodeBase64URL(parts[i])
		if err == nil && len(data) == 0 {
			return header{}, refuse(ReasonMalformed, "%s: is empty", name)
		}
		if err != nil {
			return header{}, refuse(ReasonMalformed, "%s: %v", name, err)
		}
		if i == 0 {
			first = data
		}
	}
	return readHeader(first)
}

func readHeader(data []byte) (header, error) {
	if err := checkObject(data); err != nil {
		return header{}, refuse(ReasonMalformed, "header: %v", err)
	}
	var h header
	var typ string
	var critical any
	err := decodeMembers(data, []member{{"alg", &h.algorithm}, {"kid", &h.keyID}, {"typ", &typ}, {"crit", &critical}})
	switch {
	case err != nil:
		return header{}, refuse(ReasonMalformed, "header: %v", err)
	case critical != nil:
		return header{}, refuse(ReasonMalformed, "header: crit: demands extensions, and there are none")
	case !knownType(typ):
		return header{}, refuse(ReasonMalformed, "header: typ: this is a token of another kind")
	case len(h.keyID) > maxKeyID:
		return header{}, refuse(ReasonMalformed, "header: kid: is longer than %d octets", maxKeyID)
	case !slices.Contains(Algorithms(), h.algorithm):
		return header{}, refuse(ReasonAlgorithm, "header: alg: is not one of %v", Algorithms())
	}
	return h, nil
}

// knownType accepts what issuers of access tokens write (RFC 7519 section 5.1, RFC
// 9068 section 2.1), and not the other things that are signed in the same way,
// such as proofs of possession and logout tokens (RFC 8725 section 3.11).
func knownType(typ string) bool {
	typ = strings.TrimPrefix(strings.ToLower(typ), "application/")
	return typ == "" || typ == "jwt" || typ == "at+jwt"
}
