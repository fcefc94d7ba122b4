package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"sync"
	"time"

	"github.com/lmittmann/tint"
	"github.com/mattn/go-isatty"
	"golang.org/x/term"

	"github.com/atrium-rtc/atrium/internal/load/report"
	"github.com/atrium-rtc/atrium/internal/load/result"
	"github.com/atrium-rtc/atrium/internal/load/scenario"
	"github.com/atrium-rtc/atrium/metrics"
)

// screen shows a load test while it runs: on the standard error, so that the
// report can be redirected, and on a page for Prometheus.
type screen struct {
	plan   *scenario.Plan
	live   *report.Live
	quiet  bool
	logger *slog.Logger
	site   *http.Server // of the metrics; nil without
	once   sync.Once

	mu     sync.Mutex
	status metrics.LoadStatus
	phase  string // of a search for the capacity
}

// open begins to show a test.
func (o loadOutput) open(plan *scenario.Plan) (*screen, error) {
	out := os.Stderr
	terminal := isatty.IsTerminal(out.Fd())
	s := &screen{plan: plan, quiet: o.Quiet, logger: discardLogger()}
	s.live = report.NewLive(out, terminal, func() int { return widthOf(out) }, styleOf(out))
	if o.Verbose {
		s.logger = slog.New(tint.NewTextHandler(s.live, &tint.Options{TimeFormat: time.TimeOnly, NoColor: !bool(styleOf(out))}))
	}
	if o.MetricsListen != "" {
		if err := s.serve(o.MetricsListen); err != nil {
			return nil, err
		}
	}
	return s, nil
}

// serve answers scrapes, and requests for profiles of the generator, until
// close.
func (s *screen) serve(address string) error {
	var config net.ListenConfig
	listener, err := config.Listen(context.Background(), "tcp", address)
	if err != nil {
		return fmt.Errorf("--metrics-listen: %w", err)
	}
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", metrics.LoadHandler(s.scraped))
	handleProfiles(mux)
	s.site = &http.Server{Handler: mux, ReadHeaderTimeout: 5 * time.Second}
	go func() { _ = s.site.Serve(listener) }() // ends with close
	s.say("Metrics of this test: http://%s/metrics", listener.Addr())
	return nil
}

func (s *screen) scraped() metrics.LoadStatus {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.status
}

// second shows the last second.
func (s *screen) second(point result.Point, total result.Summary) {
	s.mu.Lock()
	s.status = metrics.LoadStatus{Second: point, Total: total}
	phase := s.phase
	s.mu.Unlock()
	if s.quiet {
		return
	}
	elapsed := time.Duration(float64(point.At) * float64(time.Second))
	progress := report.Progress{Elapsed: elapsed, Total: s.plan.Duration, Phase: phase, Clients: len(s.plan.Clients)}
	if phase == "" {
		progress.Phase = s.phaseAt(elapsed)
	} else {
		progress.Total = 0 // nobody knows how long a search takes
	}
	s.live.Update(point, progress)
}

// phaseAt returns what the scenario said last.
func (s *screen) phaseAt(elapsed time.Duration) string {
	text := ""
	for _, m := range s.plan.Marks {
		if m.At <= elapsed {
			text = m.Text
		}
	}
	return text
}

// step shows which load is tried.
func (s *screen) step(subscribers int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.phase = fmt.Sprintf("trying %d subscribers", subscribers)
}

// say writes a line that stays.
func (s *screen) say(format string, args ...any) {
	if !s.quiet {
		s.answer(format, args...)
	}
}

// answer writes a line that was asked for, also when all others are not wanted.
func (s *screen) answer(format string, args ...any) {
	fmt.Fprintf(s.live, format+"\n", args...)
}

// close leaves the terminal as it was. It may be called more than once.
func (s *screen) close() {
	s.once.Do(func() {
		s.live.Finish()
		if s.site != nil {
			_ = s.site.Close() // the program ends
		}
	})
}

// styleOf uses colours on terminals, unless told not to (https://no-color.org).
func styleOf(out *os.File) report.Style {
	return report.Style(isatty.IsTerminal(out.Fd()) && os.Getenv("NO_COLOR") == "")
}

// widthOf returns how many columns a terminal has; 100 if it does not say.
func widthOf(out *os.File) int {
	width, _, err := term.GetSize(int(out.Fd()))
	if err != nil || width <= 0 {
		return 100
	}
	return width
}

var _ io.Writer = (*report.Live)(nil)
