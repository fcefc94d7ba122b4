package result_test

import (
	"flag"
	"fmt"
	"strings"
	"testing"

	"github.com/atrium-rtc/atrium/internal/docstest"
	"github.com/atrium-rtc/atrium/internal/load/result"
)

var update = flag.Bool("update", false, "write the table of docs/load.md anew")

// The table of the documentation is what the code says, no more and no less.
// After changing a metric: make docs
func TestDocsHoldTheMetricsOfTheCode(t *testing.T) {
	var b strings.Builder
	b.WriteString("| metric | meaning |\n|---|---|\n")
	for _, m := range result.Metrics() {
		fmt.Fprintf(&b, "| `%s` | %s |\n", m.Name, m.Sentence)
	}
	docstest.Hold(t, "../../../docs/load.md", *update, map[string]string{"metrics": b.String()})
}
