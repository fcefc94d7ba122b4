package relay

import (
	"context"
	"fmt"
	"log/slog"

	"github.com/pion/logging"
)

// pionLogs sends pion/turn's lines to slog at debug level: what it calls an error
// is one client's trouble, and strangers could fill the log with it. What it says at
// debug level, a line for each packet, is dropped.
type pionLogs struct{ log *slog.Logger }

// NewLogger implements logging.LoggerFactory.
func (f pionLogs) NewLogger(string) logging.LeveledLogger { return pionLog(f) }

type pionLog struct{ log *slog.Logger }

func (l pionLog) write(format string, args ...any) {
	if l.log.Enabled(context.Background(), slog.LevelDebug) {
		l.log.Debug(fmt.Sprintf(format, args...))
	}
}

func (pionLog) Trace(string)                       {}
func (pionLog) Tracef(string, ...any)              {}
func (pionLog) Debug(string)                       {}
func (pionLog) Debugf(string, ...any)              {}
func (l pionLog) Info(msg string)                  { l.write("%s", msg) }
func (l pionLog) Infof(format string, args ...any) { l.write(format, args...) }
func (l pionLog) Warn(msg string)                  { l.write("%s", msg) }
func (l pionLog) Warnf(format string, args ...any) { l.write(format, args...) }
func (l pionLog) Error(msg string)                 { l.write("%s", msg) }
func (l pionLog) Errorf(f string, args ...any)     { l.write(f, args...) }
