package main

import (
	"log/slog"
	"os"
	"time"

	"github.com/lmittmann/tint"
	"github.com/mattn/go-isatty"

	"github.com/atrium-rtc/atrium/internal/config"
)

// newLogger returns the logger the configuration asks for.
func newLogger(options config.Log, out *os.File) *slog.Logger {
	var level slog.Level
	if err := level.UnmarshalText([]byte(options.Level)); err != nil {
		level = slog.LevelInfo
	}
	terminal := isatty.IsTerminal(out.Fd())
	if options.Format == config.LogText || (options.Format == config.LogAuto && terminal) {
		return slog.New(tint.NewTextHandler(out, &tint.Options{Level: level, TimeFormat: time.TimeOnly, NoColor: !terminal}))
	}
	return slog.New(slog.NewJSONHandler(out, &slog.HandlerOptions{Level: level}))
}

func discardLogger() *slog.Logger { return slog.New(slog.DiscardHandler) }
