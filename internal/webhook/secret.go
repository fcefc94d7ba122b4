package webhook

import (
	"crypto/rand"
	"encoding/base64"
	"errors"
	"strings"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
)

// Lengths of keys, as Standard Webhooks asks for.
const (
	minKey = 24
	maxKey = 64
	newKey = 32
)

const secretPrefix = "whsec_"

var errSecret = errors.New("a secret of webhooks is whsec_ and 24 to 64 octets in base64: atrium webhook secret makes one")

// NewSecret makes a secret.
func NewSecret() string {
	key := make([]byte, newKey)
	_, _ = rand.Read(key) // never fails
	return secretPrefix + base64.StdEncoding.EncodeToString(key)
}

// CheckSecret returns an error for what is no secret. It does not show it.
func CheckSecret(text string) error {
	encoded, found := strings.CutPrefix(text, secretPrefix)
	key, err := base64.StdEncoding.DecodeString(encoded)
	if !found || err != nil || len(key) < minKey || len(key) > maxKey {
		return errSecret
	}
	return nil
}

func signers(secrets []string) ([]*standardwebhooks.Webhook, error) {
	if len(secrets) == 0 {
		return nil, errSecret
	}
	var list []*standardwebhooks.Webhook
	for _, text := range secrets {
		if err := CheckSecret(text); err != nil {
			return nil, err
		}
		s, err := standardwebhooks.NewWebhook(text)
		if err != nil {
			return nil, errSecret
		}
		list = append(list, s)
	}
	return list, nil
}
