//go:build linux

package faults

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// peak returns the most memory that the server has had, in octets.
func (s *server) peak() int {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", s.cmd.Process.Pid))
	must(s.t, err)
	_, rest, _ := strings.Cut(string(text), "VmHWM:")
	kib, err := strconv.Atoi(strings.Fields(rest)[0])
	must(s.t, err)
	return kib << 10
}

// A server whose cap of websockets fits its memory refuses at the cap, with 503, and is not killed: GOMEMLIMIT below the limit of
// the control group has the garbage collected in time. Where no group can be made there is GOMEMLIMIT alone.
func TestBelowItsCapAServerWithLittleMemoryLives(t *testing.T) {
	t.Parallel()
	const limit, soft = 128 << 20, 96 << 20
	most, crowd := 60, 90
	if os.Getenv("ATRIUM_NIGHTLY") == "1" {
		most, crowd = 500, 1000
	}
	s := serve(t, launch{env: []string{"GOMEMLIMIT=" + strconv.Itoa(soft)}, flags: []string{"--signaling.max-sessions=" + strconv.Itoa(most)}})
	how := "GOMEMLIMIT alone"
	if g, ok := confine(t, s, "memory"); ok {
		g.memory(limit)
		how = "cgroup of 128 MiB"
	}
	c := open(t, s, "call")
	c.viewer.mark()
	joined, refused := s.flood(t, crowd)
	s.running()
	if joined != most-2 || refused != crowd-joined {
		t.Errorf("%d joined and %d were refused, want %d and the rest", joined, refused, most-2)
	}
	c.unharmed(untouched + slack) // the flood is made on the same processors
	if status := s.status(http.MethodGet, "/healthz"); status != http.StatusOK {
		t.Errorf("healthz answers %d", status)
	}
	if peak := s.peak(); peak > limit {
		t.Errorf("the server has had %d MiB", peak>>20)
	}
	t.Logf("%s: %d joined, %d refused with 503, most memory %d MiB, longest gap of a call %v", how, joined, refused, s.peak()>>20, c.viewer.gap())
}

// flood joins with so many in rooms of ten, some at a time, and returns how many got in and how many were refused with 503.
func (s *server) flood(t *testing.T, crowd int) (joined, refused int) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	var in, out atomic.Int32
	turns := make(chan int)
	var workers sync.WaitGroup
	for range 16 {
		workers.Go(func() {
			for n := range turns {
				m, err := tryEnter(ctx, s, fmt.Sprint("crowd", n/10), fmt.Sprint("c", n))
				switch {
				case err == nil:
					in.Add(1)
					t.Cleanup(m.Close)
				case strings.Contains(err.Error(), "503"):
					out.Add(1)
				default:
					t.Errorf("refused with %v", err)
				}
			}
		})
	}
	for n := range crowd {
		turns <- n
	}
	close(turns)
	workers.Wait()
	return int(in.Load()), int(out.Load())
}
