package auth

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"slices"
)

// jwk is a JSON Web Key: the members of RFC 7517 section 4, and of RFC 7518
// section 6 and RFC 8037 section 2 those of our types of key.
type jwk struct {
	KeyType    string   `json:"kty"`
	ID         string   `json:"kid,omitempty"`
	Use        string   `json:"use,omitempty"`
	Operations []string `json:"key_ops,omitempty"`
	Algorithm  string   `json:"alg,omitempty"`

	Curve    string `json:"crv,omitempty"`
	X        string `json:"x,omitempty"`
	Y        string `json:"y,omitempty"`
	Modulus  string `json:"n,omitempty"`
	Exponent string `json:"e,omitempty"`
	Secret   string `json:"k,omitempty"`
	Private  string `json:"d,omitempty"`
}

var (
	errNotForSigning = errors.New("it is not for checking signatures (use, key_ops)")
	errOtherAlg      = errors.New("it is for another algorithm (alg)")
	errPublished     = errors.New("it is secret, and secrets do not belong here")
	errBadMember     = errors.New("a member is missing or of the wrong length")
)

// UnmarshalJSON reads a key by the exact names of its members.
func (j *jwk) UnmarshalJSON(data []byte) error {
	return decodeMembers(data, []member{
		{"kty", &j.KeyType},
		{"kid", &j.ID},
		{"use", &j.Use},
		{"key_ops", &j.Operations},
		{"alg", &j.Algorithm},
		{"crv", &j.Curve},
		{"x", &j.X},
		{"y", &j.Y},
		{"n", &j.Modulus},
		{"e", &j.Exponent},
		{"k", &j.Secret},
		{"d", &j.Private},
	})
}

// key returns the key, if it is one that tokens may be signed with. Whether
// secrets are allowed depends on where the key comes from: a secret that could be
// fetched from an address is none.
func (j *jwk) key(secrets bool) (Key, error) {
	switch {
	case j.Use != "" && j.Use != "sig", len(j.Operations) > 0 && !slices.Contains(j.Operations, "verify"):
		return Key{}, errNotForSigning
	case (j.Private != "" || j.KeyType == "oct") && !secrets:
		return Key{}, errPublished
	}
	key, err := j.read()
	if err != nil {
		return Key{}, err
	}
	if j.Algorithm != "" && j.Algorithm != string(key.algorithm) {
		return Key{}, errOtherAlg
	}
	return key, nil
}

func (j *jwk) read() (Key, error) {
	switch {
	case j.KeyType == "oct":
		secret, err := decodeBase64URL(j.Secret)
		if err != nil {
			return Key{}, errBadMember
		}
		return NewSecretKey(j.ID, secret)
	case j.KeyType == "RSA":
		return j.readRSA()
	case j.KeyType == "EC" && j.Curve == "P-256":
		x, err := octets(j.X, 32)
		if err != nil {
			return Key{}, err
		}
		y, err := octets(j.Y, 32)
		if err != nil {
			return Key{}, err
		}
		public, err := ecdsa.ParseUncompressedPublicKey(elliptic.P256(), slices.Concat([]byte{4}, x, y))
		if err != nil {
			return Key{}, errCurve
		}
		return NewKey(j.ID, public)
	case j.KeyType == "OKP" && j.Curve == "Ed25519":
		x, err := octets(j.X, ed25519.PublicKeySize)
		if err != nil {
			return Key{}, err
		}
		return NewKey(j.ID, ed25519.PublicKey(x))
	}
	return Key{}, errKeyType
}

func (j *jwk) readRSA() (Key, error) {
	n, err := decodeBase64URL(j.Modulus)
	if err != nil || len(n) > maxRSABits/8+1 {
		return Key{}, errBadMember
	}
	e, err := decodeBase64URL(j.Exponent)
	if err != nil || len(e) == 0 || len(e) > 4 || len(e) == 4 && e[0] > 0x7f {
		return Key{}, errBadMember
	}
	return NewKey(j.ID, &rsa.PublicKey{N: new(big.Int).SetBytes(n), E: int(new(big.Int).SetBytes(e).Int64())})
}

func octets(text string, n int) ([]byte, error) {
	data, err := decodeBase64URL(text)
	if err != nil || len(data) != n {
		return nil, errBadMember
	}
	return data, nil
}

// publicJWK returns what may be published of a key, without its id.
func publicJWK(public any) (jwk, error) {
	encode := base64.RawURLEncoding.EncodeToString
	switch k := public.(type) {
	case *rsa.PublicKey:
		return jwk{KeyType: "RSA", Modulus: encode(k.N.Bytes()), Exponent: encode(big.NewInt(int64(k.E)).Bytes())}, nil
	case *ecdsa.PublicKey:
		point, err := k.Bytes()
		if err != nil {
			return jwk{}, fmt.Errorf("encode a key: %w", err)
		}
		return jwk{KeyType: "EC", Curve: "P-256", X: encode(point[1:33]), Y: encode(point[33:])}, nil
	case ed25519.PublicKey:
		return jwk{KeyType: "OKP", Curve: "Ed25519", X: encode(k)}, nil
	}
	return jwk{}, errPublished
}

// thumbprint is the key's name by its content (RFC 7638 section 3): the hash of
// its required members, in the order of their names.
func thumbprint(public any) (string, error) {
	j, err := publicJWK(public)
	if err != nil {
		return "", err
	}
	required := map[string]string{"kty": j.KeyType, "crv": j.Curve, "x": j.X, "y": j.Y, "n": j.Modulus, "e": j.Exponent}
	for name, value := range required {
		if value == "" {
			delete(required, name)
		}
	}
	text, err := json.Marshal(required) // sorts the names
	if err != nil {
		return "", fmt.Errorf("encode a key: %w", err)
	}
	sum := sha256.Sum256(text)
	return base64.RawURLEncoding.EncodeToString(sum[:]), nil
}
