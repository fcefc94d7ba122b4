package result_test

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/atrium-rtc/atrium/internal/load/result"
)

var update = flag.Bool("update", false, "write the table of docs/load.md anew")

// The table of the documentation is what the code says, no more and no less.
// After changing a metric: go test ./internal/load/result -run Docs -update
func TestDocsHoldTheMetricsOfTheCode(t *testing.T) {
	const file, begin, end = "../../../docs/load.md", "<!-- metrics: begin -->\n", "<!-- metrics: end -->"
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, foundBegin := strings.Cut(string(data), begin)
	_, after, foundEnd := strings.Cut(rest, end)
	if !foundBegin || !foundEnd {
		t.Fatalf("%s has no comments %q and %q", file, begin, end)
	}
	var b strings.Builder
	b.WriteString("| metric | meaning |\n|---|---|\n")
	for _, m := range result.Metrics() {
		fmt.Fprintf(&b, "| `%s` | %s |\n", m.Name, m.Sentence)
	}
	text := before + begin + b.String() + end + after
	switch {
	case text == string(data):
	case !*update:
		t.Fatalf("%s is not what the code says; run: go test ./internal/load/result -run Docs -update", file)
	default:
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}
