package auth

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rsa"
	"errors"
	"fmt"
	"io"
	"log/slog"
)

// Algorithm is how a token is signed (RFC 7518 section 3.1, RFC 8037).
type Algorithm string

// The algorithms. There is one for each type of key, so that a key cannot be used
// in a way it was not made for.
const (
	HS256 Algorithm = "HS256" // HMAC with SHA-256: who can check can sign
	RS256 Algorithm = "RS256" // RSA, PKCS #1 v1.5, SHA-256
	ES256 Algorithm = "ES256" // ECDSA on P-256, SHA-256
	EdDSA Algorithm = "EdDSA" // Ed25519
)

// Algorithms returns the whole list.
func Algorithms() []Algorithm { return []Algorithm{HS256, RS256, ES256, EdDSA} }

// Bounds of keys.
const (
	minSecretOctets = 32 // RFC 7518 section 3.2: as long as the hash
	maxSecretOctets = 1024
	minRSABits      = 2048 // RFC 7518 section 3.3
	maxRSABits      = 8192 // a key of 16384 bits costs a millisecond a token
	maxKeyID        = 256
)

var (
	errSecretLength = fmt.Errorf("a secret has %d to %d octets", minSecretOctets, maxSecretOctets)
	errSecretIsPEM  = errors.New("this is a PEM file with a key, not a secret")
	errRSASize      = fmt.Errorf("an RSA key has %d to %d bits", minRSABits, maxRSABits)
	errRSAExponent  = errors.New("the exponent of an RSA key is odd and at least 3")
	errCurve        = errors.New("an ECDSA key is on P-256")
	errKeyType      = errors.New("a key is RSA, ECDSA on P-256 or Ed25519")
	errKeyID        = fmt.Errorf("the id of a key has %d octets at most", maxKeyID)
)

// Key is a key with its id and the one algorithm that it is for. It prints
// without what is secret in it.
type Key struct {
	id        string
	algorithm Algorithm
	verifying any // []byte, *rsa.PublicKey, *ecdsa.PublicKey or ed25519.PublicKey
	signing   any // the same of private keys; nil when only the public half is known
}

// NewSecretKey returns a key for HS256. The id (kid) may be empty.
func NewSecretKey(id string, secret []byte) (Key, error) {
	switch {
	case bytes.HasPrefix(bytes.TrimSpace(secret), []byte("-----BEGIN")):
		return Key{}, errSecretIsPEM // a public key as secret would let everybody sign
	case len(secret) < minSecretOctets || len(secret) > maxSecretOctets:
		return Key{}, errSecretLength
	}
	secret = bytes.Clone(secret)
	return Key{algorithm: HS256, verifying: secret, signing: secret}.withID(id)
}

// NewKey returns a key from a public or private key of the standard library. The
// type of key decides the algorithm. The id (kid) may be empty.
func NewKey(id string, key any) (Key, error) {
	made := Key{verifying: key}
	if private, ok := key.(crypto.Signer); ok {
		made.signing, made.verifying = private, private.Public()
	}
	switch public := made.verifying.(type) {
	case *rsa.PublicKey:
		made.algorithm = RS256
		if bits := public.N.BitLen(); bits < minRSABits || bits > maxRSABits {
			return Key{}, errRSASize
		}
		if public.E < 3 || public.E%2 == 0 {
			return Key{}, errRSAExponent
		}
	case *ecdsa.PublicKey:
		made.algorithm = ES256
		if public.Curve != elliptic.P256() {
			return Key{}, errCurve
		}
	case ed25519.PublicKey:
		made.algorithm = EdDSA
		if len(public) != ed25519.PublicKeySize {
			return Key{}, errKeyType
		}
	default:
		return Key{}, errKeyType
	}
	return made.withID(id)
}

func (k Key) withID(id string) (Key, error) {
	if len(id) > maxKeyID {
		return Key{}, errKeyID
	}
	k.id = id
	return k, nil
}

// ID returns the key's id (kid), empty for none.
func (k Key) ID() string { return k.id }

// Algorithm returns the one algorithm that the key is for.
func (k Key) Algorithm() Algorithm { return k.algorithm }

// CanSign reports whether the private half is known.
func (k Key) CanSign() bool { return k.signing != nil }

// String returns algorithm and id.
func (k Key) String() string { return fmt.Sprintf("%s key %q", k.algorithm, k.id) }

// Format implements fmt.Formatter for every verb, so that none shows the secret.
func (k Key) Format(w fmt.State, _ rune) { _, _ = io.WriteString(w, k.String()) }

// LogValue implements slog.LogValuer.
func (k Key) LogValue() slog.Value { return slog.StringValue(k.String()) }
