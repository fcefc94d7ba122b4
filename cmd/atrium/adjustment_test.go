package main

import (
	"fmt"
	"os"
	"path/filepath"
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
	next, err := prepare(loaded.Config)
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
	// Values that are right and not the default, where one more or the other one
	// is not.
	other := map[string]string{
		"http.allowed_origins": "https://a.example", "tls.cert": "c.pem", "tls.key": "k.pem",
		"operator.flight_directory": dir, "operator.flight_latency": "7ms", "media.video_codecs": "vp8",
		"rooms.creator_pattern": "x", "signaling.reconnect_grace": "7s", "signaling.speaker_interval": "7s",
		"signaling.speaker_threshold": "-7", "client.filter_request_param": "marker",
		"admin.token": "secret", "admin.token_file": file, "log.level": "debug",
		"tracing.sample_ratio": "0.5",
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
		if prepared(t, before) == prepared(t, after) {
			t.Errorf("%s = %s changes nothing", key.Name, value)
		}
	}
}
