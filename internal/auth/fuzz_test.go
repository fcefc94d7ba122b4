package auth_test

import (
	"crypto/hmac"
	"encoding/base64"
	"errors"
	"strings"
	"testing"

	"github.com/atrium-rtc/atrium/internal/auth"
)

// FuzzVerify: whatever comes, nothing panics, a refusal says the one sentence, and
// what is accepted was signed with our secret by the judgment of another
// implementation.
func FuzzVerify(f *testing.F) {
	v := verifierOf(f, auth.VerifierOptions{Issuer: "https://app.example", Audience: []string{"atrium"}}, fourKeys(f)[0])
	for _, bad := range badTokens(f) {
		f.Add(bad.token)
	}
	f.Add(forge(`{"alg":"HS256"}`, fullClaims().String(), byHMAC([]byte(secret))))
	f.Fuzz(func(t *testing.T, token string) {
		grants, err := v.Verify(token, noon())
		if err != nil {
			checkRefusal(t, err)
			return
		}
		last := strings.LastIndexByte(token, '.')
		signature, err := base64.RawURLEncoding.DecodeString(token[last+1:])
		if err != nil || !hmac.Equal(signature, byHMAC([]byte(secret))(token[:last])) {
			t.Errorf("accepted without our signature: %+v", grants)
		}
	})
}

// FuzzClaims signs any claims, so that the fuzzer comes behind the signature.
func FuzzClaims(f *testing.F) {
	v := verifierOf(f, auth.VerifierOptions{}, fourKeys(f)[0])
	for _, bad := range badTokens(f) {
		if parts := strings.Split(bad.token, "."); len(parts) == 3 {
			if claims, err := base64.RawURLEncoding.DecodeString(parts[1]); err == nil {
				f.Add(`{"alg":"HS256"}`, string(claims), "r", "ann")
			}
		}
	}
	f.Add(`{"alg":"HS256"}`, goodClaims().with(doc{"atrium": doc{"rooms": []string{"a/*", `**\*`}, "grants": []string{"join"}}}).String(), "a/b", "ann")
	f.Fuzz(func(t *testing.T, header, claims, room, name string) {
		grants, err := v.Verify(forge(header, claims, byHMAC([]byte(secret))), noon())
		if err != nil {
			checkRefusal(t, err)
			return
		}
		switch {
		case !noon().Before(grants.Expires.Add(10e9)), grants.Issued.After(noon().Add(10e9)):
			t.Errorf("accepted at another time: %+v", grants)
		case grants.User == "", grants.Name == "", grants.Permissions == 0:
			t.Errorf("nobody, or nothing: %+v", grants)
		case len(grants.Metadata) > 2048, len(grants.Rooms) > 16, len(grants.Sources) > 16, len(grants.User) > 256:
			t.Errorf("out of bounds: %+v", grants)
		}
		if err := grants.Admit(room, name); err != nil {
			checkRefusal(t, err)
		}
	})
}

func checkRefusal(t *testing.T, err error) {
	var refusal *auth.Refusal
	if !errors.As(err, &refusal) || err.Error() != "the token is not accepted" || refusal.Detail == "" {
		t.Errorf("refused with %v", err)
	}
}

// FuzzParseJWKS: what is used of a set is within bounds and can be published.
func FuzzParseJWKS(f *testing.F) {
	seeds := []string{
		`{"keys":[{"kty":"oct","k":"` + b64(secret) + `"}]}`, `{"keys":[` + rsaJWK(`"use":"sig",`, rsaKey().N, 1, 0, 1) + `]}`, `{"keys":[null,1,{}]}`, `{}`,
		`{"keys":[{"kty":"RSA","n":"AA","e":"AQAB"}]}`, `{"keys":[{"kty":"EC","crv":"P-256","x":"AA","y":"AA"}]}`,
	}
	for _, key := range fourKeys(f)[2:] { // short ones: the fuzzer takes long to shorten what is long
		published := must[[]byte](f)(auth.PublicJWKS(key))
		seeds = append(seeds, strings.Join(strings.Fields(string(published)), ""))
	}
	for _, seed := range seeds {
		f.Add([]byte(seed), true)
		f.Add([]byte(seed), false)
	}
	f.Fuzz(func(t *testing.T, text []byte, secrets bool) {
		set, _, err := auth.ParseJWKS(text, secrets)
		if err != nil {
			if set != nil {
				t.Error("a set and an error")
			}
			return
		}
		keys := set.Keys()
		if len(keys) == 0 || len(keys) > 32 {
			t.Errorf("%d keys", len(keys))
		}
		for _, key := range keys {
			_, err := auth.PublicJWKS(key)
			if symmetric := key.Algorithm() == auth.HS256; symmetric && !secrets || symmetric == (err == nil) {
				t.Errorf("%v: %v", key, err)
			}
		}
	})
}
