package main

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"strings"
	"sync/atomic"
	"time"

	"github.com/atrium-rtc/atrium/internal/auth"
	"github.com/atrium-rtc/atrium/internal/config"
	"github.com/atrium-rtc/atrium/internal/systemd"
	"github.com/atrium-rtc/atrium/metrics"
)

// reloading is how a running server gets a new configuration. The goroutine of
// serveUntil does it and owns server.cfg, so there is one at a time, and none
// once the server drains.
type reloading struct {
	load    func() (config.Loaded, error) // file, environment and flags, as at the start
	level   *slog.LevelVar                // of the logger
	hangups <-chan os.Signal
	asked   chan chan<- reloaded
	over    chan struct{} // closed when there will be no other
	stats   atomic.Pointer[metrics.Reloads]
}

// newReloading counts the configuration of the start as the first that was taken.
func newReloading() *reloading {
	r := &reloading{asked: make(chan chan<- reloaded), over: make(chan struct{})}
	r.stats.Store(&metrics.Reloads{Successful: true, LastSuccess: time.Now()})
	return r
}

// reloaded is what came of an attempt: a list of changes, or why there are none.
type reloaded struct {
	config.Reload
	files // what changed without a change of the configuration
	err   error
}

// files are changes of what files hold that keys name.
type files struct {
	token bool // the administrators' token is another one
	keys  bool // so are the keys of participants' tokens
}

// reload reads the configuration again and takes what a running server can take.
// With an error nothing has changed.
func (s *server) reload() reloaded {
	s.tell(systemd.Reloading())
	defer func() { s.tell(systemd.Ready(s.status())) }()
	var done reloaded
	loaded, err := s.reloading.load()
	if err == nil {
		done.Reload = loaded.Against(s.cfg)
		done.files, err = s.adopt(done.Config)
	}
	if done.err = err; err == nil {
		s.cfg = done.Config
	}
	for _, warning := range loaded.Warnings {
		s.logger.Warn(warning)
	}
	s.count(done)
	s.logReload(done)
	return done
}

// adopt makes the running parts work by cfg, and tells what changed in files. What can
// fail is done first.
func (s *server) adopt(cfg config.Config) (files, error) {
	next, err := prepare(cfg, s.logger)
	if err != nil {
		return files{}, err
	}
	if next.keys, err = s.readyKeys(next.keys); err != nil {
		return files{}, err
	}
	if s.certificates.pair != nil {
		if err := s.certificates.pair.use(next.cert, next.key); err != nil {
			return files{}, err
		}
	}
	changed := files{keys: next.keys != s.tokenKeys}
	changed.token = s.install(next).Token != next.admin.Token
	return changed, nil
}

// count notes an attempt for the metrics. It is the only writer.
func (s *server) count(done reloaded) {
	now := *s.reloading.stats.Load()
	switch {
	case done.err != nil:
		now.Refused++
	case len(done.Applied) > 0 || done.files != (files{}):
		now.Applied++
	default:
		now.Unchanged++
	}
	if now.Successful = done.err == nil; now.Successful {
		now.LastSuccess = time.Now()
	}
	s.reloading.stats.Store(&now)
}

// logReload says every change and every problem in a line of its own.
func (s *server) logReload(done reloaded) {
	if done.err != nil {
		reasons := problemsOf(done.err)
		for _, reason := range reasons {
			s.logger.Error("configuration is wrong", "reason", reason)
		}
		s.logger.Error("configuration not reloaded, everything stays as it was", "problems", len(reasons))
		return
	}
	for _, c := range done.Applied {
		s.logger.Info("configuration changed", "key", c.Key.Name, "from", c.From, "to", c.To, "by", c.Origin.String())
	}
	if done.token {
		s.logger.Info("configuration changed", "key", "admin.token", "to", "another token")
	}
	if done.keys {
		s.logger.Info("configuration changed", "key", "auth", "to", "other keys")
	}
	for _, c := range done.Restart {
		s.logger.Warn("configuration needs a restart", "key", c.Key.Name, "from", c.From, "to", c.To, "by", c.Origin.String())
	}
	s.logger.Info("configuration reloaded", "changed", len(done.Applied), "need_restart", len(done.Restart))
}

// problemsOf takes an error of settings.load or adopt apart.
func problemsOf(err error) []string {
	var problems config.Problems
	if errors.As(err, &problems) {
		return strings.Split(problems.Error(), "\n")
	}
	return strings.Split(err.Error(), "\n")
}

// serveReload is POST /reload of the operator's listener: it waits for the
// attempt and tells what came of it.
func (s *server) serveReload(w http.ResponseWriter, r *http.Request) {
	if err := s.admin.Load().Check(r); err != nil {
		answer(w, auth.Refuse(w.Header(), err), err.Error()+"\n")
		return
	}
	told := make(chan reloaded, 1)
	select {
	case s.reloading.asked <- told:
	case <-s.reloading.over:
		answer(w, http.StatusServiceUnavailable, "the server is ending\n")
		return
	case <-r.Context().Done():
		return
	}
	done := <-told
	status := http.StatusOK
	if done.err != nil {
		status = http.StatusUnprocessableEntity
	}
	var text strings.Builder
	done.write(&text)
	answer(w, status, text.String())
}

// write tells a person what came of it.
func (done reloaded) write(w io.Writer) {
	if done.err != nil {
		fmt.Fprintf(w, "not reloaded, everything stays as it was:\n%s\n", strings.Join(problemsOf(done.err), "\n"))
		return
	}
	for _, c := range done.Applied {
		fmt.Fprintf(w, "changed: %s: %s -> %s (%s)\n", c.Key.Name, c.From, c.To, c.Origin)
	}
	if done.token {
		fmt.Fprintln(w, "changed: the administrators' token")
	}
	if done.keys {
		fmt.Fprintln(w, "changed: the keys of tokens")
	}
	for _, c := range done.Restart {
		fmt.Fprintf(w, "needs a restart: %s: %s -> %s (%s)\n", c.Key.Name, c.From, c.To, c.Origin)
	}
	fmt.Fprintln(w, "reloaded")
}
