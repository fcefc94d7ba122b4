//go:build linux

package faults

import (
	"context"
	"errors"
	"net/http"
	"regexp"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/atrium-rtc/atrium/internal/load/session"
	"github.com/atrium-rtc/atrium/signaling/rpc"
)

// What the server says in its log, with the share of the processors in percent.
var (
	refusing  = regexp.MustCompile(`busy: newcomers are refused.*cpu_percent"?[=:](\d+)`)
	accepting = regexp.MustCompile(`newcomers are let in.*cpu_percent"?[=:](\d+)`)
)

// said returns the figures of a line in the log, each time that it was said.
func (s *server) said(line *regexp.Regexp) (figures []float64) {
	for _, match := range line.FindAllStringSubmatch(s.logged(), -1) {
		figure, err := strconv.ParseFloat(match[1], 64)
		must(s.t, err)
		figures = append(figures, figure)
	}
	return figures
}

// busyCode is what a newcomer is told (docs/protocol.md).
const busyCode = 503

// occupy keeps the server's processors busy with scrapes, one after the other. The function ends it.
func (s *server) occupy(clients int) (end func()) {
	ctx, cancel := context.WithCancel(s.t.Context())
	var working sync.WaitGroup
	for range clients {
		working.Go(func() {
			for ctx.Err() == nil {
				request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+s.operator+"/metrics", nil)
				if err != nil {
					return
				}
				if answer, err := http.DefaultClient.Do(request); err == nil {
					_ = answer.Body.Close()
				}
			}
		})
	}
	return func() { cancel(); working.Wait() }
}

// A busy server refuses newcomers with a time to come back, lets those who are in have what they need, and lets newcomers in
// again. It has one processor to itself, and the limits that are the default.
func TestABusyServerKeepsThoseWhoAreIn(t *testing.T) {
	nightly(t)
	const refuse, accept = 85, 70
	s := serve(t, launch{env: []string{"GOMAXPROCS=1"}})
	c := open(t, s, "call")
	pass(2 * time.Second)
	c.viewer.mark()
	began := time.Now()
	idle := s.occupy(2)
	defer idle()
	// The log is asked and not the metrics, which keep it busy themselves.
	await(t, time.Minute, "busy", func() bool { return s.said(refusing) != nil })
	after := time.Since(began)
	used := s.said(refusing)[0]
	_, err := tryEnter(t.Context(), s, "call", "zoe")
	var refused *rpc.Error
	if !errors.As(err, &refused) || refused.Code != busyCode {
		t.Fatalf("a newcomer is told %v (%s), want %d", err, session.Reason(err), busyCode)
	}
	if used < refuse-1 {
		t.Errorf("refused at %.0f %%", used)
	}
	pass(5 * time.Second)
	gap := c.viewer.gap()
	idle()
	freed := time.Now()
	await(t, time.Minute, "not busy any more", func() bool { return s.said(accepting) != nil })
	again := s.said(accepting)[0]
	enter(t, s, "call", "zoe")
	c.unharmed(untouched)
	if again > accept+1 {
		t.Errorf("let in at %.0f %%", again)
	}
	t.Logf("overload: refused at %.0f %% after %v, let in at %.0f %% after %v, longest gap of those who are in %v",
		used, after.Round(time.Second), again, time.Since(freed).Round(time.Second), gap)
}
