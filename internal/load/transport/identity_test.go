package transport

import (
	"crypto/sha512"
	"encoding/hex"
	"errors"
	"strings"
	"testing"
)

func TestFingerprintsAreOfOneCertificate(t *testing.T) {
	id := identity(t)
	der := id.certificate.Certificate[0]
	own, err := parseFingerprint(id.fingerprint)
	if err != nil {
		t.Fatal(err)
	}
	long := sha512.Sum512(der)
	other, err := parseFingerprint("SHA-512 " + hex.EncodeToString(long[:]))
	if err != nil {
		t.Fatal(err)
	}
	short, err := parseFingerprint("sha-384 " + strings.Repeat("00:", 47) + "00")
	if err != nil {
		t.Fatal(err)
	}
	for name, list := range map[string][]fingerprint{"SHA-256": {own}, "SHA-512": {other}, "one of two": {short, own}} {
		if err := verify(list, der); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	for name, list := range map[string][]fingerprint{"none": nil, "another": {short}} {
		if err := verify(list, der); !errors.Is(err, ErrFingerprint) {
			t.Errorf("%s: %v, want %v", name, err, ErrFingerprint)
		}
	}
}
