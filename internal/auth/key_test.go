package auth_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/atrium-rtc/atrium/internal/auth"
)

func TestWeakKeysAreRefused(t *testing.T) {
	small := must[*rsa.PrivateKey](t)(rsa.GenerateKey(rand.Reader, 1024))
	for name, err := range map[string]error{
		"a short secret":          second(auth.NewSecretKey("", []byte(secret)[:31])),
		"an endless secret":       second(auth.NewSecretKey("", make([]byte, 1025))),
		"a public key as secret":  second(auth.NewSecretKey("", publicPEM(t))),
		"RSA of 1024 bits":        second(auth.NewKey("", small)),
		"a short Ed25519 key":     second(auth.NewKey("", ed25519.PublicKey("short"))),
		"a secret as public key":  second(auth.NewKey("", []byte(secret))),
		"nothing":                 second(auth.NewKey("", nil)),
		"an endless id":           second(auth.NewKey(strings.Repeat("k", 257), edKey())),
		"too many keys in a set":  second(auth.NewKeySet(make([]auth.Key, 33)...)),
		"text that is not PEM":    second(auth.ParsePEM("", []byte(secret))),
		"a certificate":           second(auth.ParsePEM("", pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE"}))),
		"a PEM file of something": second(auth.ParsePEM("", pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: []byte("x")}))),
	} {
		if err == nil {
			t.Errorf("%s is accepted", name)
		}
	}
}

func second[T any](_ T, err error) error { return err }

func TestKeysDoNotPrintWhatIsSecret(t *testing.T) {
	key := fourKeys(t)[0]
	var line bytes.Buffer
	slog.New(slog.NewJSONHandler(&line, nil)).Info("key", "key", key)
	for _, text := range []string{
		fmt.Sprint(key), fmt.Sprintf("%v %+v %#v %s %q %x %d", key, key, key, key, key, key, key), fmt.Sprint([]auth.Key{key}), line.String(),
	} {
		for _, form := range []string{secret[:8], fmt.Sprintf("%x", secret)[:16], "99 111 114"} {
			if strings.Contains(text, form) {
				t.Errorf("%s", text)
			}
		}
	}
}

func TestEveryFormOfPEMIsRead(t *testing.T) {
	der := must[[]byte](t)
	forms := map[string]*pem.Block{
		"PKCS #8, RSA":     {Type: "PRIVATE KEY", Bytes: der(x509.MarshalPKCS8PrivateKey(rsaKey()))},
		"PKCS #8, EC":      {Type: "PRIVATE KEY", Bytes: der(x509.MarshalPKCS8PrivateKey(ecKey()))},
		"PKCS #8, Ed25519": {Type: "PRIVATE KEY", Bytes: der(x509.MarshalPKCS8PrivateKey(edKey()))},
		"PKCS #1":          {Type: "RSA PRIVATE KEY", Bytes: x509.MarshalPKCS1PrivateKey(rsaKey())},
		"SEC 1":            {Type: "EC PRIVATE KEY", Bytes: der(x509.MarshalECPrivateKey(ecKey()))},
		"PKIX":             {Type: "PUBLIC KEY", Bytes: der(x509.MarshalPKIXPublicKey(ecKey().Public()))},
		"PKCS #1, public":  {Type: "RSA PUBLIC KEY", Bytes: x509.MarshalPKCS1PublicKey(&rsaKey().PublicKey)},
	}
	for name, block := range forms {
		text := append(pem.EncodeToMemory(&pem.Block{Type: "EC PARAMETERS"}), pem.EncodeToMemory(block)...)
		key, err := auth.ParsePEM("", text)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if public := strings.Contains(block.Type, "PUBLIC") || name == "PKIX"; key.CanSign() == public {
			t.Errorf("%s: CanSign is %v", name, key.CanSign())
		}
		if len(key.ID()) != 43 {
			t.Errorf("%s: the id is no thumbprint: %q", name, key.ID())
		}
	}
	public, private := must[auth.Key](t)(auth.ParsePEM("", pem.EncodeToMemory(forms["PKIX"]))), must[auth.Key](t)(auth.ParsePEM("", pem.EncodeToMemory(forms["SEC 1"])))
	if public.ID() != private.ID() {
		t.Error("the halves of a key have different ids")
	}
	if named := must[auth.Key](t)(auth.ParsePEM("mine", pem.EncodeToMemory(forms["PKIX"]))); named.ID() != "mine" {
		t.Error(named.ID())
	}
}

func TestAKeyIsNotChangedByItsMaker(t *testing.T) {
	text := []byte(secret)
	key := must[auth.Key](t)(auth.NewSecretKey("", text))
	clear(text)
	token := must[string](t)(auth.Sign(claimsForTest(), key))
	if _, err := verifierOf(t, auth.VerifierOptions{}, fourKeys(t)[0]).Verify(token, noon()); err != nil {
		t.Error(inner(err))
	}
}

func TestOnlyGoodTokensAreSigned(t *testing.T) {
	key, public := must[auth.Key](t)(auth.NewKey("k", edKey())), must[auth.Key](t)(auth.NewKey("k", ecKey().Public().(*ecdsa.PublicKey)))
	long := claimsForTest()
	long.Name = strings.Repeat("n", 257)
	for name, err := range map[string]error{
		"by half a key": second(auth.Sign(claimsForTest(), public)),
		"out of bounds": second(auth.Sign(long, key)),
		"without end":   second(auth.Sign(auth.Claims{Subject: "u", Issued: noon()}, key)),
	} {
		if err == nil {
			t.Errorf("signed %s", name)
		}
	}
}
