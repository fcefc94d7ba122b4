package systemd

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/coreos/go-systemd/v22/daemon"
)

const (
	// withoutWatchdog is how often the status is told where the unit has no
	// WatchdogSec.
	withoutWatchdog = 15 * time.Second
	// checks is how many fit in the time after which systemd gives up.
	// sd_watchdog_enabled(3) asks for two; with three a single check that fails is
	// forgiven, since the next comes in time.
	checks = 3
)

// errNoAnswer is told when a check does not return in its time.
var errNoAnswer = errors.New("the check did not return")

// Watchdog tells systemd that the server lives, for as long as that is so.
type Watchdog struct {
	// Check returns what "systemctl status" shows, or why the server is not alive.
	// It gets a context that ends after a sixth of WatchdogSec. It may hang, as it
	// does when it waits for a lock that is never given back; then there is no second
	// one beside it.
	Check func(context.Context) (status string, err error)
	// Failed is called when a check fails, and when systemd cannot be told; on
	// the goroutine of Run.
	Failed func(error)
}

// Run checks until ctx ends, three times in WatchdogSec of the unit. It returns at
// once without NOTIFY_SOCKET. A check that hangs when ctx ends is left behind.
func (w Watchdog) Run(ctx context.Context) {
	if os.Getenv("NOTIFY_SOCKET") == "" {
		return
	}
	limit, err := daemon.SdWatchdogEnabled(false)
	if err != nil {
		w.Failed(fmt.Errorf("systemd's watchdog: %w", err))
	}
	interval := limit / checks
	if limit == 0 {
		interval = withoutWatchdog
	}
	w.run(ctx, interval, alive)
}

// outcome is what a check returned.
type outcome struct {
	status string
	err    error
}

// run checks every interval and tells of each success.
func (w Watchdog) run(ctx context.Context, interval time.Duration, tell func(status string) error) {
	ticker := time.NewTicker(interval)
	defer ticker.Stop()
	var pending chan outcome // of the check that has not returned
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		select {
		case <-pending: // the last check came too late to say anything about now
			pending = nil
		default:
		}
		if pending == nil {
			pending = make(chan outcome, 1)
			go w.check(ctx, interval/2, pending)
		}
		late := time.NewTimer(interval / 2)
		select {
		case found := <-pending:
			pending = nil
			if ctx.Err() == nil { // what ended with ctx failed for no other reason
				w.report(found, tell)
			}
		case <-late.C:
			w.Failed(errNoAnswer)
		case <-ctx.Done():
		}
		late.Stop()
	}
}

// check runs Check and leaves what it found.
func (w Watchdog) check(ctx context.Context, limit time.Duration, found chan<- outcome) {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	status, err := w.Check(ctx)
	found <- outcome{status, err}
}

func (w Watchdog) report(found outcome, tell func(status string) error) {
	err := found.err
	if err == nil {
		err = tell(found.status)
	}
	if err != nil {
		w.Failed(err)
	}
}
