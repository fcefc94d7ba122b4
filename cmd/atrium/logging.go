package main

import (
	"log/slog"
	"os"
	"time"

	"github.com/lmittmann/tint"
	"github.com/mattn/go-isatty"

	"github.com/atrium-rtc/atrium/internal/config"
)

// newLogger returns the logger the configuration asks for. What it leaves out
// follows level, which is set.
func newLogger(options config.Log, level *slog.LevelVar, out *os.File) *slog.Logger {
	level.Set(logLevel(options))
	terminal := isatty.IsTerminal(out.Fd())
	if options.Format == config.LogText || (options.Format == config.LogAuto && terminal) {
		return slog.New(tint.NewTextHandler(out, &tint.Options{Level: level, TimeFormat: time.TimeOnly, NoColor: !terminal}))
	}
	return slog.New(slog.NewJSONHandler(out, &slog.HandlerOptions{Level: level}))
}

// logLevel returns the least severe level to log.
func logLevel(options config.Log) slog.Level {
	var level slog.Level
	if err := level.UnmarshalText([]byte(options.Level)); err != nil {
		return slog.LevelInfo
	}
	return level
}

func discardLogger() *slog.Logger { return slog.New(slog.DiscardHandler) }
