package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/atrium-rtc/atrium/internal/config"
)

// prepared is what a running server would be given, as text.
func prepared(t *testing.T, flags map[string]string) string {
	t.Helper()
	loaded, err := config.Load(config.Sources{Flags: flags})
	if err != nil {
		t.Fatal(err)
	}
	next, err := prepare(loaded.Config, discardLogger())
	if err != nil {
		t.Fatal(err)
	}
	pattern := next.creators.String()
	next.creators = nil // its text is of another place each time
	return fmt.Sprintf("%+v %s", next, pattern)
}

// A key that is marked for reloading makes a difference for the running parts.
func TestEveryKeyThatCanBeReloadedReachesTheRunningServer(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "token")
	if err := os.WriteFile(file, []byte("from a file"), 0o600); err != nil {
		t.Fatal(err)
	}
	const testSecret = "thirty-two octets or more, of a secret"
	secret, pem := filepath.Join(dir, "secret"), filepath.Join(dir, "key.pem")
	if err := os.WriteFile(secret, []byte(testSecret+"!"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := (&tokenKeygenCommand{Out: pem, Algorithm: "eddsa"}).Run(); err != nil {
		t.Fatal(err)
	}
	// Values that are right and not the default, where one more or the other one
	// is not.
	other := map[string]string{
		"overload.refuse":      "90",
		"http.allowed_origins": "https://a.example", "tls.cert": "c.pem", "tls.key": "k.pem",
		"operator.flight_directory": dir, "operator.flight_latency": "7ms", "media.video_codecs": "vp8",
		"rooms.creator_pattern": "x", "signaling.reconnect_grace": "7s", "signaling.speaker_interval": "7s",
		"signaling.speaker_threshold": "-7", "client.filter_request_param": "marker",
		"admin.token": "secret", "admin.token_file": file, "log.level": "debug",
		"tracing.sample_ratio": "0.5", "auth.mode": "token", "auth.secret": testSecret, "auth.secret_file": secret, "auth.key_files": pem,
		"auth.max_lifetime": "7h", "auth.leeway": "7s", "auth.token_in": "user",
		"ice.servers": "stun:stun.example.org", "ice.username": "u", "ice.credential": "c",
		"ice.secret": "s", "ice.secret_file": file, "ice.lifetime": "7m", "turn.lifetime": "7m",
	}
	for _, key := range config.Keys() {
		if !key.Reload || key.Name == "shutdown.drain" { // which is read when it is needed
			continue
		}
		value, ok := other[key.Name]
		switch {
		case ok:
		case key.Default == "true":
			value = "false"
		case key.Default == "false":
			value = "true"
		default:
			value = "7"
		}
		before, after := map[string]string{}, map[string]string{key.Name: value}
		if key.Name == "tls.cert" || key.Name == "tls.key" {
			for _, flags := range []map[string]string{before, after} {
				flags["tls.mode"] = "files"
				for _, name := range []string{"tls.cert", "tls.key"} {
					if flags[name] == "" {
						flags[name] = "old.pem"
					}
				}
			}
		}
		if strings.HasPrefix(key.Name, "auth.") && key.Name != "auth.open_to_all" {
			for _, flags := range []map[string]string{before, after} {
				flags["auth.mode"] = "token"
				if flags["auth.jwks"] == "" {
					flags["auth.jwks"] = "old.json"
				}
			}
		}
		together(key.Name, before, after)
		if key.Name == "auth.mode" {
			before = nil
		}
		if prepared(t, before) == prepared(t, after) {
			t.Errorf("%s = %s changes nothing", key.Name, value)
		}
	}
}

// together gives the flags what the key of a name is of no use without.
func together(name string, flags ...map[string]string) {
	with := map[string]string{}
	switch name {
	case "ice.username", "ice.credential":
		with = map[string]string{"ice.servers": "turn:a.example", "ice.username": "old", "ice.credential": "old"}
	case "ice.secret", "ice.secret_file":
		with = map[string]string{"ice.servers": "turn:a.example"}
	case "ice.lifetime":
		with = map[string]string{"ice.servers": "turn:a.example", "ice.secret": "s"}
	}
	for _, given := range flags {
		for key, value := range with {
			if given[key] == "" {
				given[key] = value
			}
		}
	}
}
