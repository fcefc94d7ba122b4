package auth_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/hmac"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"math/big"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/atrium-rtc/atrium/internal/auth"
)

// noon is now in these tests.
func noon() time.Time { return time.Date(2026, 11, 28, 12, 0, 0, 0, time.UTC) }

const secret = "correct horse battery staple, thirty-two octets"

// The private keys of the tests; RSA takes a while to make.
var (
	rsaKey = sync.OnceValue(func() *rsa.PrivateKey {
		key, err := rsa.GenerateKey(rand.Reader, 2048)
		if err != nil {
			panic(err)
		}
		return key
	})
	ecKey = sync.OnceValue(func() *ecdsa.PrivateKey {
		key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		if err != nil {
			panic(err)
		}
		return key
	})
	edKey = sync.OnceValue(func() ed25519.PrivateKey {
		return ed25519.NewKeyFromSeed([]byte(secret)[:ed25519.SeedSize])
	})
)

func must[T any](t testing.TB) func(T, error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

// fourKeys returns a key of each algorithm, with ids hs, rs, es and ed.
func fourKeys(t testing.TB) []auth.Key {
	key := must[auth.Key](t)
	return []auth.Key{
		key(auth.NewSecretKey("hs", []byte(secret))),
		key(auth.NewKey("rs", rsaKey())),
		key(auth.NewKey("es", ecKey())),
		key(auth.NewKey("ed", edKey())),
	}
}

// verifierOf returns a Verifier with these keys.
func verifierOf(t testing.TB, o auth.VerifierOptions, keys ...auth.Key) *auth.Verifier {
	return auth.NewVerifier(verifierOptions(t, o, keys...))
}

func verifierOptions(t testing.TB, o auth.VerifierOptions, keys ...auth.Key) auth.VerifierOptions {
	set := must[*auth.KeySet](t)(auth.NewKeySet(keys...))
	o.Keys = func() *auth.KeySet { return set }
	return o
}

// doc is JSON to be.
type doc map[string]any

// with returns a copy with some members set, and those set to nil left out.
func (d doc) with(more doc) doc {
	merged := doc{}
	for _, part := range []doc{d, more} {
		for name, value := range part {
			if merged[name] = value; value == nil {
				delete(merged, name)
			}
		}
	}
	return merged
}

func (d doc) String() string {
	text, err := json.Marshal(d)
	if err != nil {
		panic(err)
	}
	return string(text)
}

// fullClaims are those of a token that is accepted by a server with an issuer and
// an audience.
func fullClaims() doc { return goodClaims().with(doc{"iss": "https://app.example", "aud": "atrium"}) }

// goodClaims are those of a token that is accepted.
func goodClaims() doc {
	return doc{
		"jti": "t1", "sub": "u1", "name": "ann",
		"iat": noon().Unix() - 60, "exp": noon().Unix() + 3600,
		"atrium": doc{"room": "r", "role": "participant"},
	}
}

func b64(octets string) string { return base64.RawURLEncoding.EncodeToString([]byte(octets)) }

// forge makes a token by hand, so that the tests do not depend on the library that
// they test: any header, any claims, any signature.
func forge(header, claims string, sign func(signed string) []byte) string {
	signed := b64(header) + "." + b64(claims)
	return signed + "." + b64(string(sign(signed)))
}

func byHMAC(key []byte) func(string) []byte {
	return func(signed string) []byte {
		mac := hmac.New(sha256.New, key)
		mac.Write([]byte(signed))
		return mac.Sum(nil)
	}
}

func byRSA(key *rsa.PrivateKey) func(string) []byte {
	return func(signed string) []byte {
		sum := sha256.Sum256([]byte(signed))
		signature, err := rsa.SignPKCS1v15(nil, key, crypto.SHA256, sum[:])
		if err != nil {
			panic(err)
		}
		return signature
	}
}

func byECDSA(key *ecdsa.PrivateKey) func(string) []byte {
	return func(signed string) []byte {
		sum := sha256.Sum256([]byte(signed))
		r, s, err := ecdsa.Sign(rand.Reader, key, sum[:])
		if err != nil {
			panic(err)
		}
		return append(r.FillBytes(make([]byte, 32)), s.FillBytes(make([]byte, 32))...)
	}
}

func byEd25519(key ed25519.PrivateKey) func(string) []byte {
	return func(signed string) []byte { return ed25519.Sign(key, []byte(signed)) }
}

func withSignature(octets []byte) func(string) []byte {
	return func(string) []byte { return octets }
}

// publicPEM is what an attacker can know of the server's RSA key.
func publicPEM(t testing.TB) []byte {
	der := must[[]byte](t)(x509.MarshalPKIXPublicKey(rsaKey().Public()))
	return pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})
}

// moduloOrder are signatures with r or s 0 or the order of P-256, with which a
// verifier that does not look takes anything (CVE-2022-21449).
func moduloOrder(r, s bool) []byte {
	var signature [64]byte
	order := elliptic.P256().Params().N
	if r {
		order.FillBytes(signature[:32])
	}
	if s {
		new(big.Int).Set(order).FillBytes(signature[32:])
	}
	return signature[:]
}

// lastBit changes the last character so that it decodes to the same octets, for
// those who do not look at the bits left over.
func lastBit(token string) string {
	const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
	last := strings.IndexByte(alphabet, token[len(token)-1])
	return token[:len(token)-1] + string(alphabet[last^1])
}
