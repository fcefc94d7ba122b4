package transport

import (
	"bytes"
	"crypto"
	_ "crypto/sha256" // the hash functions of fingerprint.hash
	_ "crypto/sha512"
	"encoding/hex"
	"fmt"
	"strings"
)

// fingerprint identifies a certificate (RFC 8122 section 5).
type fingerprint struct {
	hash crypto.Hash
	sum  []byte
}

// parseFingerprint reads an a=fingerprint value: "sha-256 1A:2B:...".
func parseFingerprint(value string) (fingerprint, error) {
	name, digits, _ := strings.Cut(strings.TrimSpace(value), " ")
	var f fingerprint
	switch strings.ToLower(name) {
	case "sha-256":
		f.hash = crypto.SHA256
	case "sha-384":
		f.hash = crypto.SHA384
	case "sha-512":
		f.hash = crypto.SHA512
	default:
		return f, fmt.Errorf("fingerprint by %q is not supported", name)
	}
	sum, err := hex.DecodeString(strings.ReplaceAll(strings.TrimSpace(digits), ":", ""))
	if err != nil || len(sum) != f.hash.Size() {
		return f, fmt.Errorf("fingerprint %q is no %s sum", digits, name)
	}
	f.sum = sum
	return f, nil
}

// fingerprintOf writes the a=fingerprint value of a certificate.
func fingerprintOf(der []byte) string {
	h := crypto.SHA256.New()
	h.Write(der)
	digits := strings.ToUpper(hex.EncodeToString(h.Sum(nil)))
	var b strings.Builder
	b.WriteString("sha-256 ")
	for i := 0; i < len(digits); i += 2 {
		if i > 0 {
			b.WriteByte(':')
		}
		b.WriteString(digits[i : i+2])
	}
	return b.String()
}

// verify returns ErrFingerprint unless one of the fingerprints is the
// certificate's.
func verify(fingerprints []fingerprint, der []byte) error {
	for _, f := range fingerprints {
		h := f.hash.New()
		h.Write(der)
		if bytes.Equal(h.Sum(nil), f.sum) {
			return nil
		}
	}
	return ErrFingerprint
}
