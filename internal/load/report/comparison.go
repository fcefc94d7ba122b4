package report

import (
	"strconv"

	"github.com/atrium-rtc/atrium/internal/load/result"
)

// comparison puts groups next to each other: a column for each, a row for each
// figure.
type comparison struct {
	Heads []string
	Rows  []comparisonRow
}

type comparisonRow struct {
	Label string
	Texts []string
	First bool // of some rows that belong together
}

// compare takes everybody and the groups that have clients. Where the scenario
// meddled with nobody, "clean" would repeat everybody and is left out.
func compare(run *result.Run) comparison {
	summaries := []*result.Summary{&run.Total}
	c := comparison{Heads: []string{"everybody"}}
	meddled := false
	if s, err := run.Group(result.Affected); err == nil {
		meddled = s.Clients > 0
	}
	for i := range run.Groups {
		g := &run.Groups[i]
		if g.Summary.Clients == 0 || g.Name == result.Clean && !meddled {
			continue
		}
		summaries = append(summaries, &g.Summary)
		c.Heads = append(c.Heads, g.Name)
	}
	c.counts(summaries)
	c.metrics(run, summaries)
	return c
}

func (c *comparison) counts(summaries []*result.Summary) {
	joined := comparisonRow{Label: "Clients joined"}
	media := comparisonRow{Label: "Subscriptions with media"}
	for _, s := range summaries {
		joined.Texts = append(joined.Texts, strconv.Itoa(s.Joined)+" of "+strconv.Itoa(s.Clients))
		media.Texts = append(media.Texts, result.Count.Format(float64(s.Subscriptions)))
	}
	c.Rows = append(c.Rows, joined, media)
}

func (c *comparison) metrics(run *result.Run, summaries []*result.Summary) {
	for _, row := range []struct {
		metric, label string
		first         bool
	}{
		{"joins.failed", "Failed joins and subscriptions", false},
		{"delivered", "Packets delivered", true},
		{"latency.p50", "Latency, median", true},
		{"latency.p95", "Latency, p95", false},
		{"latency.p99", "Latency, p99", false},
		{"latency.max", "Latency, longest", false},
		{"freezes", "Freezes", true},
		{"freezes.per_minute", "Freezes a minute of watching", false},
		{"frozen", "Time frozen", false},
		{"freeze.longest", "Longest freeze", false},
		{"frames.complete", "Frames complete", true},
		{"frames.late", "Late frames", false},
		{"audio.gaps", "Gaps in audio", true},
		{"audio.gap", "Time in gaps", false},
		{"join.p50", "Join, median", true},
		{"join.p95", "Join, p95", false},
		{"first_media.p95", "First packet, p95", false},
		{"first_keyframe.p95", "First picture, p95", false},
	} {
		r := comparisonRow{Label: row.label, First: row.first}
		for _, s := range summaries {
			r.Texts = append(r.Texts, formatMetric(run, s, row.metric))
		}
		c.Rows = append(c.Rows, r)
	}
}
