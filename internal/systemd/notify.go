package systemd

import (
	"fmt"
	"strings"

	"github.com/coreos/go-systemd/v22/daemon"
)

// Ready says that clients may come, after a start and after a reload. status is
// one line for "systemctl status".
func Ready(status string) error { return notify(daemon.SdNotifyReady, statusLine(status)) }

// Reloading says that the configuration is read anew. Ready must follow, whether
// that succeeds or not. It has the time with it, which units of Type=notify-reload
// want.
func Reloading() error {
	return notify(daemon.SdNotifyReloading, strings.TrimSuffix(daemon.SdNotifyMonotonicUsec(), "\n"))
}

// Stopping says that the server has begun to end.
func Stopping(status string) error { return notify(daemon.SdNotifyStopping, statusLine(status)) }

// alive sends what keeps the watchdog quiet.
func alive(status string) error { return notify(daemon.SdNotifyWatchdog, statusLine(status)) }

// statusLine is one line whatever the text is.
func statusLine(text string) string { return "STATUS=" + strings.ReplaceAll(text, "\n", " ") }

// notify sends assignments as one datagram, so that they take effect together.
func notify(assignments ...string) error {
	if _, err := daemon.SdNotify(false, strings.Join(assignments, "\n")); err != nil {
		return fmt.Errorf("notify systemd: %w", err)
	}
	return nil
}
