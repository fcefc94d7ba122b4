package world_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/atrium-rtc/atrium/internal/world"
)

// sweepFor names the environment variable that has new seeds searched, for so long
// (make sweep).
const sweepFor = "ATRIUM_SWEEP"

// TestSweep plays seeds that nobody has played, of all families or of -family, from
// -seed or a random one on, until one fails. Then it leaves out what need not happen
// for that.
func TestSweep(t *testing.T) {
	length, err := time.ParseDuration(os.Getenv(sweepFor))
	if err != nil {
		t.Skip("set ATRIUM_SWEEP=10m (make sweep)")
	}
	s := &sweep{t: t, families: world.Families(), end: time.Now().Add(length), from: *seed}
	if *family != "" {
		s.families = []string{*family}
	}
	if s.from == 0 {
		s.from = rand.Uint64N(1 << 32)
	}
	fmt.Printf("sweep: from seed %d on, %d families, for %v\n", s.from, len(s.families), length)
	s.began = time.Now()
	var workers sync.WaitGroup
	for range 2 {
		workers.Go(s.work)
	}
	workers.Wait()
	fmt.Printf("\nsweep: %d worlds\n", s.played.Load())
}

type sweep struct {
	t          *testing.T
	families   []string
	from       uint64
	began, end time.Time
	next       atomic.Uint64
	played     atomic.Uint64
	failed     atomic.Bool
	reporting  sync.Mutex
}

func (s *sweep) work() {
	for time.Now().Before(s.end) && !s.failed.Load() {
		n := s.next.Add(1) - 1
		script := draw(s.t, s.families[n%uint64(len(s.families))], s.from+n/uint64(len(s.families)))
		// Printed before, so that the last two lines name the seed of a crash.
		fmt.Printf("\rsweep: %d worlds, %.1f a second, now %s/%d   ",
			s.played.Load(), float64(s.played.Load())/time.Since(s.began).Seconds(), script.Family, script.Seed)
		out := s.try(script)
		if s.played.Add(1); len(out.Found) == 0 {
			continue
		}
		s.failed.Store(true)
		s.reporting.Lock()
		fmt.Printf("\n%s\n", report(script, out))
		s.shrink(script, out)
		s.reporting.Unlock()
	}
}

// try plays a script as a test of its own, so that what it leaves behind is its.
func (s *sweep) try(script *world.Script) (out world.Outcome) {
	s.t.Run(fmt.Sprintf("%s/%d", script.Family, script.Seed), func(t *testing.T) { out = run(t, script) })
	return out
}

// shrink leaves out one step after the other, as long as the same oracle complains.
func (s *sweep) shrink(script *world.Script, out world.Outcome) {
	s.t.Errorf("%s/%d: %s", script.Family, script.Seed, strings.Join(out.Found, "\n"))
	oracle, _, _ := strings.Cut(out.Found[0], ":")
	left := ""
	for i, until := len(script.Steps)-1, time.Now().Add(2*time.Minute); i >= 0 && time.Now().Before(until); i-- {
		attempt := strings.TrimPrefix(left+","+strconv.Itoa(i), ",")
		smaller, err := script.Without(attempt)
		if err != nil {
			s.t.Error(err)
			return
		}
		fmt.Printf("\rsweep: without %s   ", attempt)
		if again := s.try(smaller); len(again.Found) > 0 && strings.HasPrefix(again.Found[0], oracle+":") {
			left, out = attempt, again
		}
	}
	if left == "" {
		fmt.Printf("\nsweep: all of its steps are needed, or it does not fail every time\n")
		return
	}
	smaller, _ := script.Without(left)
	fmt.Printf("\nsweep: this is enough:\n%s\n", report(smaller, out))
}
