package auth_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"fmt"
	"math/big"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/atrium-rtc/atrium/internal/auth"
)

// idsOf returns the ids of the keys that a set has, and of those it skips with why.
func idsOf(set *auth.KeySet, skipped []auth.Skipped) (used, not []string) {
	for _, k := range set.Keys() {
		used = append(used, fmt.Sprint(k.ID(), " ", k.Algorithm()))
	}
	for _, s := range skipped {
		not = append(not, s.String())
	}
	return used, not
}

func TestAPublishedSetIsReadBack(t *testing.T) {
	keys := fourKeys(t)
	text := must[[]byte](t)(auth.PublicJWKS(keys[1:]...))
	set, skipped, err := auth.ParseJWKS(text, false)
	if err != nil {
		t.Fatal(err)
	}
	used, not := idsOf(set, skipped)
	if diff := cmp.Diff([]string{"rs RS256", "es ES256", "ed EdDSA"}, used); diff != "" || len(not) > 0 {
		t.Error(diff, not)
	}
	for _, private := range [][]byte{rsaKey().D.Bytes(), edKey().Seed()} {
		if strings.Contains(string(text), base64.RawURLEncoding.EncodeToString(private)) || strings.Contains(string(text), `"d"`) {
			t.Error("the set holds a private key")
		}
	}
	v := auth.NewVerifier(auth.VerifierOptions{Keys: func() *auth.KeySet { return set }})
	for _, key := range keys[1:] {
		token := must[string](t)(auth.Sign(claimsForTest(), key))
		if _, err := v.Verify(token, noon()); err != nil {
			t.Errorf("%v: %s", key, inner(err))
		}
	}
	if _, err := auth.PublicJWKS(keys[0]); err == nil {
		t.Error("a secret was published")
	}
}

func claimsForTest() auth.Claims {
	return auth.Claims{
		ID: "t1", Subject: "u1", Name: "ann", Issued: noon(), Expires: noon().Add(60e9),
		Access: auth.Access{Room: "r", Role: "guest"},
	}
}

// rsaJWK returns an RSA key as JSON.
func rsaJWK(more string, n *big.Int, e ...byte) string {
	encode := base64.RawURLEncoding.EncodeToString
	return fmt.Sprintf(`{"kty":"RSA",%s"n":%q,"e":%q}`, more, encode(n.Bytes()), encode(e))
}

func TestKeysThatTokensMustNotBeSignedWithAreSkipped(t *testing.T) {
	n := rsaKey().N
	small := must[*rsa.PrivateKey](t)(rsa.GenerateKey(rand.Reader, 1024)).N
	huge := new(big.Int).Lsh(n, 8192)
	secret := base64.RawURLEncoding.EncodeToString([]byte(secret))
	zeros := base64.RawURLEncoding.EncodeToString(make([]byte, 32))
	good := rsaJWK(`"kid":"good",`, n, 1, 0, 1)
	for _, tt := range []struct{ name, key, want string }{
		{"a secret", `{"kty":"oct","kid":"k","k":"` + secret + `"}`, `key 0 (kid "k"): it is secret, and secrets do not belong here`},
		{"a private key", rsaJWK(`"d":"AQAB",`, n, 1, 0, 1), `key 0 (kid ""): it is secret, and secrets do not belong here`},
		{"for encryption", rsaJWK(`"use":"enc",`, n, 1, 0, 1), `key 0 (kid ""): it is not for checking signatures (use, key_ops)`},
		{"for signing alone", rsaJWK(`"key_ops":["sign"],`, n, 1, 0, 1), `key 0 (kid ""): it is not for checking signatures (use, key_ops)`},
		{"of another algorithm", rsaJWK(`"alg":"PS256",`, n, 1, 0, 1), `key 0 (kid ""): it is for another algorithm (alg)`},
		{"of the algorithm of secrets", rsaJWK(`"alg":"HS256",`, n, 1, 0, 1), `key 0 (kid ""): it is for another algorithm (alg)`},
		{"too small", rsaJWK("", small, 1, 0, 1), `key 0 (kid ""): an RSA key has 2048 to 8192 bits`},
		{"too large", rsaJWK("", huge, 1, 0, 1), `key 0 (kid ""): a member is missing or of the wrong length`},
		{"exponent 1", rsaJWK("", n, 1), `key 0 (kid ""): the exponent of an RSA key is odd and at least 3`},
		{"endless exponent", rsaJWK("", n, 1, 0, 0, 0, 1), `key 0 (kid ""): a member is missing or of the wrong length`},
		{"no exponent", rsaJWK("", n), `key 0 (kid ""): a member is missing or of the wrong length`},
		{"not on the curve", `{"kty":"EC","crv":"P-256","x":"` + zeros + `","y":"` + zeros + `"}`, `key 0 (kid ""): an ECDSA key is on P-256`},
		{"a short coordinate", `{"kty":"EC","crv":"P-256","x":"AA","y":"` + zeros + `"}`, `key 0 (kid ""): a member is missing or of the wrong length`},
		{"another curve", `{"kty":"EC","crv":"secp256k1","x":"` + zeros + `","y":"` + zeros + `"}`, `key 0 (kid ""): a key is RSA, ECDSA on P-256 or Ed25519`},
		{"for key agreement", `{"kty":"OKP","crv":"X25519","x":"` + zeros + `"}`, `key 0 (kid ""): a key is RSA, ECDSA on P-256 or Ed25519`},
		{"another type", `{"kty":"XYZ"}`, `key 0 (kid ""): a key is RSA, ECDSA on P-256 or Ed25519`},
		{"no object", `7`, `key 0 (kid ""): is not a JSON object`},
		{"an id that is a number", `{"kty":"RSA","kid":7}`, `key 0 (kid ""): kid: is not text`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			set, skipped, err := auth.ParseJWKS([]byte(`{"keys":[`+tt.key+`,`+good+`]}`), false)
			if err != nil {
				t.Fatal(err)
			}
			used, not := idsOf(set, skipped)
			if diff := cmp.Diff([][]string{{"good RS256"}, {tt.want}}, [][]string{used, not}); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestAFileMayHoldSecretsAndPrivateKeys(t *testing.T) {
	set, skipped, err := auth.ParseJWKS([]byte(`{"keys":[{"kty":"oct","kid":"k","alg":"HS256","k":"`+
		base64.RawURLEncoding.EncodeToString([]byte(secret))+`"}, `+rsaJWK(`"d":"AQAB",`, rsaKey().N, 1, 0, 1)+`]}`), true)
	if err != nil {
		t.Fatal(err)
	}
	used, not := idsOf(set, skipped)
	if diff := cmp.Diff([]string{"k HS256", " RS256"}, used); diff != "" || len(not) > 0 {
		t.Error(diff, not)
	}
	if set.Keys()[1].CanSign() {
		t.Error("half of a private key can sign")
	}
}

func TestASetThatCannotBeUsedIsRefused(t *testing.T) {
	for name, text := range map[string]string{
		"no JSON":     `{"keys":`,
		"no object":   `[]`,
		"no keys":     `{}`,
		"keys twice":  `{"keys":[],"keys":[]}`,
		"none usable": `{"keys":[{"kty":"XYZ"}]}`,
		"too many":    `{"keys":[` + strings.Repeat(`{},`, 32) + `{}]}`,
		"too long":    `{"keys":[]` + strings.Repeat(" ", auth.MaxJWKSOctets) + `}`,
		"a web page":  `<html>`,
	} {
		if set, _, err := auth.ParseJWKS([]byte(text), false); err == nil || set != nil {
			t.Errorf("%s: %v, %v", name, set, err)
		}
	}
}

func TestThumbprintIsThatOfRFC7638(t *testing.T) {
	// Section 3.1 of the RFC.
	const n = "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMs" +
		"tn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbI" +
		"SD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw"
	set, _, err := auth.ParseJWKS([]byte(`{"keys":[{"kty":"RSA","e":"AQAB","n":"`+n+`"}]}`), false)
	if err != nil {
		t.Fatal(err)
	}
	if got := must[string](t)(auth.Thumbprint(set.Keys()[0])); got != "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs" {
		t.Error(got)
	}
}

func TestAKeyOfAnotherCurveIsRefused(t *testing.T) {
	key := must[*ecdsa.PrivateKey](t)(ecdsa.GenerateKey(elliptic.P384(), rand.Reader))
	if _, err := auth.NewKey("k", key); err == nil {
		t.Error("P-384 for ES256")
	}
}
