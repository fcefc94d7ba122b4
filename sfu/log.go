package sfu

import (
	"context"
	"fmt"
	"log/slog"

	"github.com/pion/logging"
)

// pionLogs sends Pion's log lines to slog, all of them at debug level: what
// Pion calls an error is one remote peer's trouble, reported by us with room
// and user where it matters.
type pionLogs struct{ log *slog.Logger }

// NewLogger implements logging.LoggerFactory.
func (f pionLogs) NewLogger(scope string) logging.LeveledLogger {
	return pionLog{f.log.With("pion", scope)}
}

type pionLog struct{ log *slog.Logger }

func (l pionLog) write(format string, args ...any) {
	if !l.log.Enabled(context.Background(), slog.LevelDebug) {
		return
	}
	if len(args) > 0 {
		format = fmt.Sprintf(format, args...)
	}
	l.log.Debug(format)
}

func (pionLog) Trace(string)                       {}
func (pionLog) Tracef(string, ...any)              {}
func (pionLog) Debug(string)                       {}
func (pionLog) Debugf(string, ...any)              {}
func (l pionLog) Info(msg string)                  { l.write(msg) }
func (l pionLog) Infof(format string, args ...any) { l.write(format, args...) }
func (l pionLog) Warn(msg string)                  { l.write(msg) }
func (l pionLog) Warnf(format string, args ...any) { l.write(format, args...) }
func (l pionLog) Error(msg string)                 { l.write(msg) }
func (l pionLog) Errorf(f string, args ...any)     { l.write(f, args...) }
