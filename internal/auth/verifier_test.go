package auth_test

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/atrium-rtc/atrium/internal/auth"
)

func TestAGoodTokenOfEveryAlgorithmIsAccepted(t *testing.T) {
	v := verifierOf(t, auth.VerifierOptions{Issuer: "https://app.example", Audience: []string{"atrium"}}, fourKeys(t)...)
	for header, sign := range map[string]func(string) []byte{
		`{"alg":"HS256","kid":"hs"}`:               byHMAC([]byte(secret)),
		`{"alg":"RS256","kid":"rs","typ":"JWT"}`:   byRSA(rsaKey()),
		`{"alg":"ES256","kid":"es","typ":"jwt"}`:   byECDSA(ecKey()),
		`{"alg":"EdDSA","typ":"application/jwt"}`:  byEd25519(edKey()),
		`{"alg":"HS256","jku":"https://x","x":[]}`: byHMAC([]byte(secret)),
	} {
		grants, err := v.Verify(forge(header, fullClaims().String(), sign), noon())
		if err != nil {
			t.Errorf("%s: %v", header, inner(err))
			continue
		}
		if grants.Token != "t1" || grants.User != "u1" || grants.Name != "ann" || grants.Admit("r", "ann") != nil {
			t.Errorf("%s: %+v", header, grants)
		}
	}
}

// badToken is a token that must not be accepted, and why.
type badToken struct {
	name  string
	token string
	want  auth.Reason
}

// badTokens returns the tokens of reliability.md's threat "tokens" and their kin.
// The server has a key of each algorithm, an issuer and an audience.
func badTokens(t testing.TB) []badToken {
	hs, rs, es := `{"alg":"HS256","kid":"hs"}`, `{"alg":"RS256","kid":"rs"}`, `{"alg":"ES256","kid":"es"}`
	ours := byHMAC([]byte(secret))
	good := fullClaims().String()
	goodToken := forge(hs, good, ours)
	head, rest, _ := strings.Cut(goodToken, ".")
	body, signature, _ := strings.Cut(rest, ".")
	theirs := []byte("another secret that is long enough to be one")
	now := noon().Unix()

	claims := func(more doc) string { return forge(hs, fullClaims().with(more).String(), ours) }
	access := func(access any) string { return claims(doc{"atrium": access}) }
	header := func(h string) string { return forge(h, good, ours) }

	return []badToken{
		{"none", "", auth.ReasonMissing},
		{"alg none", forge(`{"alg":"none"}`, good, withSignature([]byte("x"))), auth.ReasonAlgorithm},
		{"alg none without a signature", b64(`{"alg":"none"}`) + "." + body + ".", auth.ReasonMalformed},
		{"alg NoNe", header(`{"alg":"NoNe"}`), auth.ReasonAlgorithm},
		{"no alg", header(`{"kid":"hs"}`), auth.ReasonAlgorithm},
		{"alg of a stronger hash", header(`{"alg":"HS512","kid":"hs"}`), auth.ReasonAlgorithm},
		{"alg of another padding", forge(`{"alg":"PS256","kid":"rs"}`, good, byRSA(rsaKey())), auth.ReasonAlgorithm},
		{"alg that is a list", header(`{"alg":["HS256"],"kid":"hs"}`), auth.ReasonMalformed},
		{"HS256 with the RSA public key as secret", forge(`{"alg":"HS256","kid":"rs"}`, good, byHMAC(publicPEM(t))), auth.ReasonUnknownKey},
		{"the same without a key id", forge(`{"alg":"HS256"}`, good, byHMAC(publicPEM(t))), auth.ReasonSignature},
		{"RS256 with the id of the secret", forge(`{"alg":"RS256","kid":"hs"}`, good, byRSA(rsaKey())), auth.ReasonUnknownKey},
		{"signed with another secret", forge(hs, good, byHMAC(theirs)), auth.ReasonSignature},
		{"signed with an empty secret", forge(hs, good, byHMAC(nil)), auth.ReasonSignature},
		{"unknown key id", forge(`{"alg":"HS256","kid":"old"}`, good, ours), auth.ReasonUnknownKey},
		{"key id that is a path", header(`{"alg":"HS256","kid":"../../../../dev/null"}`), auth.ReasonUnknownKey},
		{"key id that is a query", header(`{"alg":"HS256","kid":"hs' UNION SELECT 'a"}`), auth.ReasonUnknownKey},
		{"key id that is a number", header(`{"alg":"HS256","kid":1}`), auth.ReasonMalformed},
		{"endless key id", header(`{"alg":"HS256","kid":"` + strings.Repeat("k", 300) + `"}`), auth.ReasonMalformed},
		{"key inside the header", forge(`{"alg":"ES256","kid":"mine","jwk":{"kty":"EC","crv":"P-256","x":"AA","y":"AA"}}`, good, byECDSA(ecKey())), auth.ReasonUnknownKey},
		{"key at an address in the header", forge(`{"alg":"HS256","jku":"https://evil.example/jwks","x5u":"https://evil.example/x5"}`, good, byHMAC(theirs)), auth.ReasonSignature},
		{"extensions that must be understood", header(`{"alg":"HS256","kid":"hs","crit":["b64"],"b64":false}`), auth.ReasonMalformed},
		{"another kind of token", header(`{"alg":"HS256","kid":"hs","typ":"dpop+jwt"}`), auth.ReasonMalformed},
		{"alg twice in the header", header(`{"alg":"HS256","kid":"hs","alg":"none"}`), auth.ReasonMalformed},
		{"header that is null", header(`null`), auth.ReasonMalformed},
		{"header that is a list", header(`[]`), auth.ReasonMalformed},
		{"ALG in capitals", header(`{"ALG":"HS256","kid":"hs"}`), auth.ReasonAlgorithm},

		{"truncated", goodToken[:len(goodToken)-5], auth.ReasonMalformed},
		{"without a signature", head + "." + body + ".", auth.ReasonMalformed},
		{"two parts", head + "." + body, auth.ReasonMalformed},
		{"a fourth part", goodToken + ".x", auth.ReasonMalformed},
		{"encrypted (JWE)", b64(`{"alg":"RSA-OAEP","enc":"A256GCM"}`) + ".a.b.c.d", auth.ReasonMalformed},
		{"signature of another token", head + "." + b64(fullClaims().with(doc{"sub": "u2"}).String()) + "." + signature, auth.ReasonSignature},
		{"signature of zeros (ES256)", forge(es, good, withSignature(moduloOrder(false, false))), auth.ReasonSignature},
		{"signature of the group's order (ES256)", forge(es, good, withSignature(moduloOrder(true, true))), auth.ReasonSignature},
		{"ASN.1 signature (ES256)", forge(es, good, withSignature([]byte("\x30\x06\x02\x01\x00\x02\x01\x00"))), auth.ReasonSignature},
		{"short signature (RS256)", forge(rs, good, withSignature([]byte("x"))), auth.ReasonSignature},
		{"bits left over", lastBit(goodToken), auth.ReasonMalformed},
		{"padding", goodToken + "=", auth.ReasonMalformed},
		{"the other alphabet", head + "." + body + "." + "+" + signature[1:], auth.ReasonMalformed},
		{"space in front", " " + goodToken, auth.ReasonMalformed},
		{"line break behind", goodToken + "\n", auth.ReasonMalformed},
		{"line break within", goodToken[:9] + "\r\n" + goodToken[9:], auth.ReasonMalformed},
		{"huge", goodToken + strings.Repeat("A", auth.MaxTokenOctets), auth.ReasonTooLong},

		{"expired", claims(doc{"exp": now - 11}), auth.ReasonExpired},
		{"without an end", claims(doc{"exp": nil}), auth.ReasonClaims},
		{"with an end that is text", claims(doc{"exp": fmt.Sprint(now + 3600)}), auth.ReasonClaims},
		{"with an end beyond time", forge(hs, `{"sub":"u1","iat":1,"exp":1e300}`, ours), auth.ReasonClaims},
		{"with an end before time", forge(hs, `{"sub":"u1","iat":1,"exp":-1}`, ours), auth.ReasonClaims},
		{"made to last too long", claims(doc{"exp": now + 86400}), auth.ReasonLifetime},
		{"not valid yet", claims(doc{"nbf": now + 11}), auth.ReasonNotYet},
		{"issued in the future", claims(doc{"iat": now + 11}), auth.ReasonNotYet},
		{"without a date of issue", claims(doc{"iat": nil}), auth.ReasonClaims},
		{"wrong issuer", claims(doc{"iss": "https://app.example.evil"}), auth.ReasonIssuer},
		{"no issuer", claims(doc{"iss": nil}), auth.ReasonIssuer},
		{"wrong audience", claims(doc{"aud": "billing"}), auth.ReasonAudience},
		{"no audience", claims(doc{"aud": nil}), auth.ReasonAudience},
		{"audiences that are numbers", claims(doc{"aud": []int{1}}), auth.ReasonClaims},
		{"of nobody", claims(doc{"sub": nil, "name": nil}), auth.ReasonClaims},
		{"of a number", claims(doc{"sub": 7}), auth.ReasonClaims},
		{"of an endless name", claims(doc{"name": strings.Repeat("n", 257)}), auth.ReasonClaims},
		{"claims twice", forge(hs, strings.Replace(good, `{`, `{"exp":99999999999,`, 1), ours), auth.ReasonClaims},
		{"claims twice, deep inside", forge(hs, strings.Replace(good, `"room":"r"`, `"room":"r","room":"s"`, 1), ours), auth.ReasonClaims},
		{"claims that are null", forge(hs, `null`, ours), auth.ReasonClaims},
		{"claims that are no JSON", forge(hs, `{"exp":`, ours), auth.ReasonMalformed},
		{"claims with more behind", forge(hs, good+`{}`, ours), auth.ReasonMalformed},
		{"claims that are not UTF-8", forge(hs, strings.Replace(good, "ann", "\xff", 1), ours), auth.ReasonClaims},
		{"claims without a bottom", claims(doc{"x": deep(17)}), auth.ReasonClaims},

		{"made for something else", access(nil), auth.ReasonClaims},
		{"access that is text", access("everything"), auth.ReasonClaims},
		{"an unknown role", access(doc{"room": "r", "role": "king"}), auth.ReasonClaims},
		{"an unknown role beside a grant", access(doc{"room": "r", "role": "king", "grants": []string{"join"}}), auth.ReasonClaims},
		{"a role in a foreign place", claims(doc{"atrium": doc{"room": "r"}, "role": "admin"}), auth.ReasonClaims},
		{"grants that are text", access(doc{"room": "r", "grants": "join"}), auth.ReasonClaims},
		{"grants without end", access(doc{"room": "r", "grants": make([]string, 33)}), auth.ReasonClaims},
		{"a pattern of three stars", access(doc{"rooms": []string{"***"}, "role": "guest"}), auth.ReasonClaims},
		{"a pattern of many stars", access(doc{"rooms": []string{strings.Repeat("*a", 9)}, "role": "guest"}), auth.ReasonClaims},
		{"limits below zero", access(doc{"room": "r", "role": "guest", "limits": doc{"subscriptions": -1}}), auth.ReasonClaims},
		{"limits with a fraction", access(doc{"room": "r", "role": "guest", "limits": doc{"bitrate": 0.5}}), auth.ReasonClaims},
		{"metadata without end", access(doc{"room": "r", "role": "guest", "metadata": doc{"a": strings.Repeat("m", 2048)}}), auth.ReasonClaims},
		{"metadata that is text", access(doc{"room": "r", "role": "guest", "metadata": "m"}), auth.ReasonClaims},

		{"another room", access(doc{"room": "other", "role": "participant"}), auth.ReasonWrongRoom},
		{"no room", access(doc{"role": "participant"}), auth.ReasonWrongRoom},
		{"a room in other letters", access(doc{"room": "R", "role": "participant"}), auth.ReasonWrongRoom},
		{"ROOM in capitals", access(doc{"ROOM": "r", "role": "participant"}), auth.ReasonWrongRoom},
		{"a star where a name stands", access(doc{"room": "*", "role": "participant"}), auth.ReasonWrongRoom},
		{"an expression where a pattern stands", access(doc{"rooms": []string{".*", "[a-z]", "?", "r|s"}, "role": "participant"}), auth.ReasonWrongRoom},
		{"another user", claims(doc{"name": "bob"}), auth.ReasonWrongUser},
		{"no right to join", access(doc{"room": "r", "grants": []string{"subscribe"}}), auth.ReasonNotGranted},
		{"words that grant nothing", access(doc{"room": "r", "grants": []string{"everything", "JOIN", "subscribe", "*"}}), auth.ReasonNotGranted},
	}
}

func deep(levels int) any {
	var v any = 1
	for range levels {
		v = []any{v}
	}
	return v
}

func TestBadTokensAreRefusedWithOneOutsideSentence(t *testing.T) {
	v := verifierOf(t, auth.VerifierOptions{Issuer: "https://app.example", Audience: []string{"other", "atrium"}}, fourKeys(t)...)
	for _, tt := range badTokens(t) {
		t.Run(tt.name, func(t *testing.T) {
			grants, err := v.Verify(tt.token, noon())
			if err == nil {
				err = grants.Admit("r", "ann")
			} else if diff := cmp.Diff(auth.Grants{}, grants, cmp.AllowUnexported(auth.Pattern{})); diff != "" {
				t.Error("a refused token has grants", diff)
			}
			var refusal *auth.Refusal
			if !errors.As(err, &refusal) || !errors.Is(err, auth.ErrNotAccepted) {
				t.Fatalf("error %v", err)
			}
			if outside := fmt.Sprintf("%v %+v %s", err, err, err.Error()); outside != strings.Repeat("the token is not accepted ", 3)[:len(outside)] {
				t.Errorf("outside: %s", outside)
			}
			if refusal.Reason != tt.want {
				t.Errorf("inside: %s, want %s", inner(err), tt.want)
			}
		})
	}
}

// inner is what a log line shows of an error.
func inner(err error) string {
	var line bytes.Buffer
	slog.New(slog.NewTextHandler(&line, nil)).Info("refused", "token", err)
	return line.String()
}

func TestLogLinesOfRefusalsHoldNothingOfTheToken(t *testing.T) {
	v := verifierOf(t, auth.VerifierOptions{Issuer: "https://app.example", Audience: []string{"atrium"}}, fourKeys(t)...)
	told := []string{"evil.example", "UNION", "dev/null", "billing", "king", "everything", "dpop", "another room", "u1", "t1", "bob"}
	for _, tt := range badTokens(t) {
		_, err := v.Verify(tt.token, noon())
		line := inner(err)
		for _, part := range strings.Split(tt.token, ".") {
			if len(part) > 8 && strings.Contains(line, part) {
				t.Errorf("%s: the line holds a part of the token: %s", tt.name, line)
			}
		}
		for _, word := range told {
			if strings.Contains(line, word) {
				t.Errorf("%s: the line holds %q: %s", tt.name, word, line)
			}
		}
	}
}

// RFC 7519 section 4.1.3: who does not find itself in aud must refuse.
func TestATokenForOthersIsRefusedByAServerWithoutAName(t *testing.T) {
	v := verifierOf(t, auth.VerifierOptions{}, fourKeys(t)[0])
	_, err := v.Verify(forge(`{"alg":"HS256"}`, goodClaims().with(doc{"aud": "billing"}).String(), byHMAC([]byte(secret))), noon())
	var refusal *auth.Refusal
	if !errors.As(err, &refusal) || refusal.Reason != auth.ReasonAudience {
		t.Error(err)
	}
}

func TestClocksMayDifferByTheLeeway(t *testing.T) {
	v := verifierOf(t, auth.VerifierOptions{}, fourKeys(t)[0])
	token := forge(`{"alg":"HS256"}`, goodClaims().with(doc{"iat": noon().Unix(), "nbf": noon().Unix()}).String(), byHMAC([]byte(secret)))
	for offset, want := range map[time.Duration]bool{
		-11 * time.Second: false, -10 * time.Second: true, 0: true,
		time.Hour + 9*time.Second: true, time.Hour + 10*time.Second: false,
	} {
		if _, err := v.Verify(token, noon().Add(offset)); (err == nil) != want {
			t.Errorf("at %v: %s", offset, inner(err))
		}
	}
}

func TestKeysRotateWithoutRefusingAnybody(t *testing.T) {
	key := must[auth.Key](t)
	old := key(auth.NewSecretKey("2025", []byte(secret)))
	fresh := key(auth.NewSecretKey("2026", []byte("the secret that was made for the new year")))
	set := &auth.KeySet{}
	use := func(keys ...auth.Key) { set = must[*auth.KeySet](t)(auth.NewKeySet(keys...)) }
	v := auth.NewVerifier(auth.VerifierOptions{Keys: func() *auth.KeySet { return set }})
	sign := func(k auth.Key, at time.Time) string {
		return must[string](t)(auth.Sign(auth.Claims{
			Subject: "u1", Issued: at, Expires: at.Add(time.Hour), Access: auth.Access{Room: "r", Role: "guest"},
		}, k))
	}
	check := func(token string, now time.Time, want auth.Reason) {
		t.Helper()
		_, err := v.Verify(token, now)
		var refusal *auth.Refusal
		if errors.As(err, &refusal); (err == nil) != (want == "") || err != nil && refusal.Reason != want {
			t.Errorf("%s, want %q", inner(err), want)
		}
	}

	now := noon()
	use(old)
	first := sign(old, now)
	check(first, now, "")
	check(sign(fresh, now), now, auth.ReasonUnknownKey)

	now = now.Add(time.Minute)
	use(old, fresh) // the overlap
	check(first, now, "")
	check(sign(fresh, now), now, "")

	now = now.Add(2 * time.Hour)
	use(fresh) // every token of the old key has expired
	check(first, now, auth.ReasonUnknownKey)
	check(sign(old, now), now, auth.ReasonUnknownKey)
	check(sign(fresh, now), now, "")
}

func TestAVerifierTakesNewOptionsAndForgetsNoRevocation(t *testing.T) {
	v := verifierOf(t, auth.VerifierOptions{MaxLifetime: time.Hour}, fourKeys(t)[0])
	token := forge(`{"alg":"HS256"}`, goodClaims().with(doc{"exp": noon().Unix() + 7200}).String(), byHMAC([]byte(secret)))
	check := func(v *auth.Verifier, at time.Duration, want auth.Reason) {
		t.Helper()
		_, err := v.Verify(token, noon().Add(at))
		var refusal *auth.Refusal
		if errors.As(err, &refusal); refusal == nil || refusal.Reason != want {
			t.Errorf("%s, want %s", inner(err), want)
		}
	}
	check(v, 0, auth.ReasonLifetime)
	longer := v.Reconfigured(verifierOptions(t, auth.VerifierOptions{MaxLifetime: 3 * time.Hour}, fourKeys(t)[0]))
	must[int](t)(v.Revocations().Revoke(auth.Revocation{Token: "t1"}, noon()))
	check(longer, 0, auth.ReasonRevoked)
	must[int](t)(v.Revocations().Revoke(auth.Revocation{Token: "look"}, noon().Add(119*time.Minute)))
	check(longer, 119*time.Minute, auth.ReasonRevoked)
}

func TestATokenThatNamesNoKeyIsTriedWithAllOfItsAlgorithm(t *testing.T) {
	key := must[auth.Key](t)
	old := key(auth.NewSecretKey("", []byte("the secret that was used in the old year")))
	v := verifierOf(t, auth.VerifierOptions{}, old, fourKeys(t)[0])
	if _, err := v.Verify(forge(`{"alg":"HS256"}`, goodClaims().String(), byHMAC([]byte(secret))), noon()); err != nil {
		t.Error(inner(err))
	}
}
