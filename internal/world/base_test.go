package world_test

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/atrium-rtc/atrium/internal/testnet"
	"github.com/atrium-rtc/atrium/internal/world"
)

// play runs a script in a bubble of its own.
func play(t *testing.T, script *world.Script) (out world.Outcome) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) { out = world.Run(t, script) })
	if len(out.Found) > 0 {
		t.Errorf("%s\n%s\n%v", strings.Join(out.Found, "\n"), strings.Join(out.Trace, "\n"), script)
	}
	return out
}

func TestBase(t *testing.T) {
	link := testnet.Link{Delay: 20 * time.Millisecond}
	s := &world.Script{Family: "base", Seed: 1, Shards: 2, Heal: 5 * time.Second, Settle: 5 * time.Second}
	for i, name := range []string{"ann", "bob", "cy", "dan", "eve"} {
		s.Members = append(s.Members, world.Member{Name: name, Room: "r", Style: world.Style(i % 2), Streams: []string{"webcam"}, Link: link})
		s.Steps = append(s.Steps, world.Step{At: time.Duration(i) * 300 * time.Millisecond, Do: world.Join, Who: []string{name}})
	}
	began := time.Now()
	out := play(t, s)
	t.Logf("%v %+v", time.Since(began), out.Figures)
}
