package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/atrium-rtc/atrium/internal/auth"
)

// secretVariable holds the secret of tokens. There is no flag for it: command lines
// are in the list of processes and in the shell's history.
const secretVariable = "ATRIUM_TOKEN_SECRET" //nolint:gosec // the name of a variable, not what it holds

// tokenCommand is atrium token: tokens for participants, made and looked at by
// hand. docs/tokens.md says what is in them.
type tokenCommand struct {
	Create tokenCreateCommand `cmd:"" help:"Print a token."`
	Verify tokenVerifyCommand `cmd:"" help:"Print what a token says, and whether it would be accepted, or why not."`
	Keygen tokenKeygenCommand `cmd:"" help:"Make a key for tokens: the private half into a file, the public half, as a key set, to the standard output."`
}

// tokenKey are the flags that name one key.
type tokenKey struct {
	SecretFile string `placeholder:"FILE" help:"File with the secret of both sides (HS256); white space around it is ignored. Or the secret in the variable ATRIUM_TOKEN_SECRET."`
	Key        string `placeholder:"FILE" help:"Key in PEM form; its type decides the algorithm: ECDSA on P-256 (ES256), Ed25519 (EdDSA), RSA (RS256)."`
	KeyID      string `name:"kid" placeholder:"ID" help:"Id of the key. Default: none for a secret, the thumbprint (RFC 7638) for others."`
}

// load reads the one key that the flags and the variable name; ok is false when
// they name none.
func (k *tokenKey) load() (key auth.Key, ok bool, err error) {
	secret := os.Getenv(secretVariable)
	switch {
	case k.Key != "" && k.SecretFile != "":
		return auth.Key{}, false, errors.New("--key, --secret-file: use one of them")
	case k.Key != "":
		text, err := os.ReadFile(k.Key)
		if err != nil {
			return auth.Key{}, false, fmt.Errorf("--key: %w", err)
		}
		key, err := auth.ParsePEM(k.KeyID, text)
		if err != nil {
			return auth.Key{}, false, fmt.Errorf("--key: %s: %w", k.Key, err)
		}
		return key, true, nil
	case k.SecretFile != "":
		text, err := os.ReadFile(k.SecretFile)
		if err != nil {
			return auth.Key{}, false, fmt.Errorf("--secret-file: %w", err)
		}
		return secretKey("--secret-file: "+k.SecretFile, k.KeyID, string(text))
	case secret != "":
		return secretKey(secretVariable, k.KeyID, secret)
	}
	return auth.Key{}, false, nil
}

func secretKey(from, id, text string) (auth.Key, bool, error) {
	key, err := auth.NewSecretKey(id, []byte(strings.TrimSpace(text)))
	if err != nil {
		return auth.Key{}, false, fmt.Errorf("%s: %w", from, err)
	}
	return key, true, nil
}

// readToken reads a token from a file, or from the standard input when the name is
// "-". White space around it is ignored.
func readToken(name string) (string, error) {
	from := os.Stdin
	if name != "-" {
		file, err := os.Open(name)
		if err != nil {
			return "", fmt.Errorf("read the token: %w", err)
		}
		defer func() { _ = file.Close() }() // nothing was written
		from = file
	}
	text, err := io.ReadAll(io.LimitReader(from, 4*auth.MaxTokenOctets))
	if err != nil {
		return "", fmt.Errorf("read the token: %w", err)
	}
	return strings.TrimSpace(string(text)), nil
}
