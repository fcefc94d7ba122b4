package world_test

import (
	_ "embed"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/atrium-rtc/atrium/internal/world"
)

// simSeeds names the environment variable with which all committed seeds are
// played (make sim). Without it each family plays its first.
const simSeeds = "ATRIUM_SIM_SEEDS"

//go:embed testdata/seeds.txt
var committed string

// seedOf is one committed seed.
type seedOf struct {
	family string
	seed   uint64
	first  bool // of its family
}

// seeds reads testdata/seeds.txt.
func seeds(t testing.TB) (list []seedOf) {
	t.Helper()
	met := make(map[string]bool)
	for line := range strings.Lines(committed) {
		text, _, _ := strings.Cut(line, "#")
		fields := strings.Fields(text)
		if len(fields) == 0 {
			continue
		}
		for _, f := range fields[1:] {
			from, to, is := strings.Cut(f, "-")
			if !is {
				to = from
			}
			least, err := strconv.ParseUint(from, 10, 64)
			most, err2 := strconv.ParseUint(to, 10, 64)
			if err != nil || err2 != nil {
				t.Fatalf("testdata/seeds.txt: %q", line)
			}
			for n := least; n <= most; n++ {
				list = append(list, seedOf{fields[0], n, !met[fields[0]]})
				met[fields[0]] = true
			}
		}
	}
	return list
}

// TestSeeds plays the committed seeds.
func TestSeeds(t *testing.T) {
	if *family != "" {
		playOne(t)
		return
	}
	for _, s := range seeds(t) {
		if os.Getenv(simSeeds) == "" && (!s.first || !usual(s.family)) {
			continue
		}
		t.Run(fmt.Sprintf("%s/%d", s.family, s.seed), func(t *testing.T) {
			t.Parallel()
			play(t, draw(t, s.family, s.seed))
		})
	}
}

// playOne plays the seed of the flags, and tells all about it.
func playOne(t *testing.T) {
	t.Helper()
	script := draw(t, *family, *seed)
	if *without != "" {
		var err error
		if script, err = script.Without(*without); err != nil {
			t.Fatal(err)
		}
	}
	if *shards > 0 {
		script.Shards = *shards
	}
	if out := play(t, script); len(out.Found) == 0 {
		t.Logf("%s\n%v\n%+v", strings.Join(out.Trace, "\n"), script, out.Figures)
	}
}

func TestThereAreEnoughSeedsOfEveryFamily(t *testing.T) {
	count := make(map[string]int)
	all := seeds(t)
	for _, s := range all {
		if slices.Contains(all[:slices.Index(all, s)], s) {
			t.Errorf("%s %d stands twice in testdata/seeds.txt", s.family, s.seed)
		}
		count[s.family]++
	}
	for _, f := range world.Families() {
		if count[f] < 5 {
			t.Errorf("%d seeds of %s, want 5 at least", count[f], f)
		}
	}
	if len(all) < 200 {
		t.Errorf("%d seeds, want 200 at least", len(all))
	}
}
