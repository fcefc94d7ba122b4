package config

import (
	"errors"
	"fmt"
	"net/url"
	"strings"

	"github.com/atrium-rtc/atrium/internal/feed"
	"github.com/atrium-rtc/atrium/internal/webhook"
)

// checkReceiver does not show the address, which may hold a password.
func checkReceiver(text string) error {
	u, err := url.Parse(text)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		return errors.New("an address of webhooks is a URL such as https://app.example.org/events")
	}
	return nil
}

func checkEvent(text string) error {
	_, err := feed.ParseFilter("", []string{text})
	return err
}

// checkWebhookSecret takes one secret or two.
func checkWebhookSecret(text string) error {
	_, err := parseSecrets(text)
	return err
}

func parseSecrets(text string) ([]string, error) {
	secrets := strings.Fields(text)
	if n := len(secrets); n < 1 || n > 2 {
		return nil, fmt.Errorf("holds %d secrets, not one or two", n)
	}
	for _, s := range secrets {
		if err := webhook.CheckSecret(s); err != nil {
			return nil, err
		}
	}
	return secrets, nil
}

// ParseSecrets returns the secrets that webhooks.secret, or the file of secret_file, holds.
func (Webhooks) ParseSecrets(text string) ([]string, error) { return parseSecrets(text) }

func (c *Config) webhookConflicts(report func(wrong bool, key, reason string)) {
	w := c.Webhooks
	none := w.Secret == "" && w.SecretFile == ""
	report(len(w.URLs) > 0 && none, "webhooks.secret_file", "or webhooks.secret must be set, because webhooks.urls is: deliveries are signed")
	report(len(w.URLs) == 0 && !none, "webhooks.urls", "must be set, because there is a secret for webhooks")
	report(w.Secret != "" && w.SecretFile != "", "webhooks.secret_file", "and webhooks.secret are both set; set one")
	for _, text := range w.URLs {
		report(strings.HasPrefix(text, "http:") && !w.AllowPrivate, "webhooks.urls", "has an address without https, which is for private networks only, and needs webhooks.allow_private")
	}
}
