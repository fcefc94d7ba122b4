package config

import (
	"bytes"
	"fmt"
	"log/slog"
	"strings"
	"testing"
)

func TestSecretsAppearInNoOutput(t *testing.T) {
	const token = "correct-horse"
	loaded := mustLoad(t, Sources{Flags: map[string]string{"admin.token": token}})
	if loaded.Config.Admin.Token.Reveal() != token {
		t.Fatalf("Reveal = %q", loaded.Config.Admin.Token.Reveal())
	}
	var log bytes.Buffer
	slog.New(slog.NewJSONHandler(&log, nil)).Info("x", "token", loaded.Config.Admin.Token)
	for what, text := range map[string]string{
		"%v": fmt.Sprintf("%v", loaded), "%+v": fmt.Sprintf("%+v", loaded), "%#v": fmt.Sprintf("%#v", loaded.Config),
		"%s": fmt.Sprintf("%s", loaded.Config.Admin), "log": log.String(),
	} {
		if strings.Contains(text, token) {
			t.Errorf("%s shows the token: %s", what, text)
		}
	}
	if !strings.Contains(log.String(), redacted) {
		t.Errorf("log does not say that a token is set: %s", log.String())
	}
}
