package main

import (
	"encoding/json"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/atrium-rtc/atrium/internal/config"
)

// logged returns what a logger with these options writes to a file.
func logged(t *testing.T, options config.Log) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "log")
	file, err := os.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	logger := newLogger(options, &slog.LevelVar{}, file)
	logger.Debug("quiet")
	logger.Warn("loud", "user", "ann")
	data, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func TestLogsAreJSONWhereNobodyWatches(t *testing.T) {
	for _, format := range []config.LogFormat{config.LogAuto, config.LogJSON} {
		var line map[string]any
		text := logged(t, config.Log{Level: "info", Format: format})
		if err := json.Unmarshal([]byte(text), &line); err != nil {
			t.Fatalf("%s: %v in %q", format, err, text)
		}
		if line["msg"] != "loud" || line["user"] != "ann" {
			t.Errorf("%s: line %v", format, line)
		}
	}
}

func TestTextIsPlainOutsideATerminal(t *testing.T) {
	text := logged(t, config.Log{Level: "debug", Format: config.LogText})
	if !strings.Contains(text, "DBG quiet\n") || !strings.Contains(text, "WRN loud user=ann\n") || strings.Contains(text, "\x1b") {
		t.Errorf("log %q", text)
	}
}
