package config

import (
	"strings"
	"testing"

	"github.com/atrium-rtc/atrium/internal/webhook"
)

func TestWebhooksAreSignedAndEncrypted(t *testing.T) {
	one, two := webhook.NewSecret(), webhook.NewSecret()
	for name, c := range map[string]struct {
		flags map[string]string
		wrong string // empty: right
	}{
		"one secret":     {map[string]string{"webhooks.urls": "https://a.example.org/x,https://b.example.org/", "webhooks.secret": one}, ""},
		"two secrets":    {map[string]string{"webhooks.urls": "https://a.example.org/x", "webhooks.secret": one + " " + two, "webhooks.events": "room.*,media.error"}, ""},
		"three":          {map[string]string{"webhooks.urls": "https://a.example.org/x", "webhooks.secret": one + " " + two + " " + one}, "holds 3 secrets"},
		"none":           {map[string]string{"webhooks.urls": "https://a.example.org/x"}, "deliveries are signed"},
		"no address":     {map[string]string{"webhooks.secret": one}, "webhooks.urls"},
		"both":           {map[string]string{"webhooks.urls": "https://a.example.org/", "webhooks.secret": one, "webhooks.secret_file": "f"}, "set one"},
		"another secret": {map[string]string{"webhooks.urls": "https://a.example.org/", "webhooks.secret": "hunter2"}, "atrium webhook secret makes one"},
		"plain":          {map[string]string{"webhooks.urls": "http://localhost:9000/", "webhooks.secret": one}, "without https"},
		"plain, allowed": {map[string]string{"webhooks.urls": "http://localhost:9000/", "webhooks.secret": one, "webhooks.allow_private": "true"}, ""},
		"no URL":         {map[string]string{"webhooks.urls": "a.example.org", "webhooks.secret": one}, "is a URL such as"},
		"no event":       {map[string]string{"webhooks.urls": "https://a.example.org/", "webhooks.secret": one, "webhooks.events": "room.opened"}, "neither a type"},
	} {
		_, err := Load(Sources{Flags: c.flags})
		switch {
		case c.wrong == "" && err != nil:
			t.Errorf("%s: %v", name, err)
		case c.wrong != "" && (err == nil || !strings.Contains(err.Error(), c.wrong)):
			t.Errorf("%s: %v", name, err)
		case err != nil && (strings.Contains(err.Error(), one) || strings.Contains(err.Error(), "hunter2")):
			t.Errorf("%s shows the secret: %v", name, err)
		}
	}
}
