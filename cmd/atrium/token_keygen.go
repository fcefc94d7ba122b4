package main

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"os"

	"github.com/atrium-rtc/atrium/internal/auth"
)

// tokenKeygenCommand is atrium token keygen.
type tokenKeygenCommand struct {
	Out       string `required:"" placeholder:"FILE" help:"File for the private key or secret, readable by its owner alone. It must not exist."`
	Algorithm string `default:"es256" enum:"es256,eddsa,rs256,hs256" help:"es256 (ECDSA on P-256), eddsa (Ed25519), rs256 (RSA of 3072 bits), or hs256, a secret that both sides share."`
	KeyID     string `name:"kid" placeholder:"ID" help:"Id of the key in the key set. Default: its thumbprint (RFC 7638)."`
}

// Run writes the private key, and prints the key set to publish or to give to the
// server. A secret has no public half: then nothing is printed.
func (c *tokenKeygenCommand) Run() error {
	text, err := c.generate()
	if err != nil {
		return fmt.Errorf("make a key: %w", err)
	}
	var published []byte
	if c.Algorithm != "hs256" {
		key, err := auth.ParsePEM(c.KeyID, text)
		if err != nil {
			return fmt.Errorf("make a key: %w", err)
		}
		if published, err = auth.PublicJWKS(key); err != nil {
			return fmt.Errorf("make a key: %w", err)
		}
	}
	file, err := os.OpenFile(c.Out, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return fmt.Errorf("--out: %w", err)
	}
	if _, err := file.Write(text); err != nil {
		_ = file.Close() // the error of writing is the one to tell
		return fmt.Errorf("--out: %w", err)
	}
	if err := file.Close(); err != nil {
		return fmt.Errorf("--out: %w", err)
	}
	_, err = os.Stdout.Write(published)
	return err
}

// generate makes the content of the file: PKCS #8 in PEM form, or 256 random bits
// as text.
func (c *tokenKeygenCommand) generate() ([]byte, error) {
	var key any
	var err error
	switch c.Algorithm {
	case "hs256":
		bits := make([]byte, 32)
		_, _ = rand.Read(bits) // never fails, says its documentation
		return []byte(base64.RawURLEncoding.EncodeToString(bits) + "\n"), nil
	case "eddsa":
		_, key, err = ed25519.GenerateKey(rand.Reader)
	case "rs256":
		key, err = rsa.GenerateKey(rand.Reader, 3072)
	default:
		key, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	}
	if err != nil {
		return nil, err
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return nil, err
	}
	var text bytes.Buffer
	err = pem.Encode(&text, &pem.Block{Type: "PRIVATE KEY", Bytes: der})
	return text.Bytes(), err
}
