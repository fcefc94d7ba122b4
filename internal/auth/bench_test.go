package auth_test

import (
	"testing"

	"github.com/atrium-rtc/atrium/internal/auth"
)

func BenchmarkVerify(b *testing.B) {
	v := verifierOf(b, auth.VerifierOptions{}, fourKeys(b)...)
	for _, key := range fourKeys(b) {
		token := must[string](b)(auth.Sign(claimsForTest(), key))
		b.Run(string(key.Algorithm()), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := v.Verify(token, noon()); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
	b.Run("refused", func(b *testing.B) {
		token := forge(`{"alg":"HS256","kid":"hs"}`, goodClaims().String(), byHMAC(nil))
		b.ReportAllocs()
		for b.Loop() {
			if _, err := v.Verify(token, noon()); err == nil {
				b.Fatal("accepted")
			}
		}
	})
}

func BenchmarkPattern(b *testing.B) {
	p := must[auth.Pattern](b)(auth.ParsePattern("acme/*/lecture-*"))
	for b.Loop() {
		if !p.Match("acme/informatics/lecture-12") {
			b.Fatal("no match")
		}
	}
}
