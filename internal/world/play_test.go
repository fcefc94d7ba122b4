package world_test

import (
	"flag"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/atrium-rtc/atrium/internal/world"
)

// Flags that repeat one seed: go test ./internal/world -run Seeds -v -args -family loss -seed 17.
var (
	family  = flag.String("family", "", "play one family alone")
	seed    = flag.Uint64("seed", 0, "play one seed of -family")
	without = flag.String("without", "", "leave steps out, by their numbers in the script: 3,5")
	shards  = flag.Int("shards", 0, "play with so many forwarding shards")
)

// run plays a script in a bubble of its own. What is left of it when it has ended,
// such as a goroutine, is one of the findings.
func run(t *testing.T, script *world.Script) (out world.Outcome) {
	t.Helper()
	defer func() {
		if why := recover(); why != nil {
			stacks := make([]byte, 1<<20)
			stacks = stacks[:runtime.Stack(stacks, true)]
			out.Found = append(out.Found, fmt.Sprintf("outcome: %v\n%s", why, bubbled(string(stacks))))
		}
	}()
	synctest.Test(t, func(t *testing.T) { out = world.Run(t, script) })
	return out
}

// bubbled are the stacks of goroutines in bubbles, the first of them.
func bubbled(stacks string) string {
	var list []string
	for s := range strings.SplitSeq(stacks, "\n\n") {
		if head, _, _ := strings.Cut(s, "\n"); strings.Contains(head, "synctest bubble") && len(list) < 8 {
			list = append(list, s)
		}
	}
	return strings.Join(list, "\n\n")
}

// play fails the test for what the oracles have found.
func play(t *testing.T, script *world.Script) world.Outcome {
	t.Helper()
	out := run(t, script)
	if len(out.Found) > 0 {
		t.Errorf("%s", report(script, out))
	}
	return out
}

// report is what one has to know of a failure.
func report(script *world.Script, out world.Outcome) string {
	return fmt.Sprintf("%s/%d:\n%s\n\nWhat happened:\n%s\n\nThe script:\n%v\nAgain:\n%s",
		script.Family, script.Seed, strings.Join(out.Found, "\n"), strings.Join(out.Trace, "\n"), script, command(script))
}

// command repeats a seed.
func command(script *world.Script) string {
	text := fmt.Sprintf("go test ./internal/world -run 'TestSeeds$' -v -count=1 -args -family %s -seed %d", script.Family, script.Seed)
	if script.LeftOut != "" {
		text += " -without " + script.LeftOut
	}
	return text
}

// draw makes a script.
func draw(t testing.TB, family string, seed uint64) *world.Script {
	t.Helper()
	s, err := world.NewScript(family, seed)
	if err != nil {
		t.Fatal(err)
	}
	return s
}
