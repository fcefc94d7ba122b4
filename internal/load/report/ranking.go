package report

import (
	"cmp"
	"slices"
	"strings"

	"github.com/atrium-rtc/atrium/internal/load/result"
)

// worstFirst orders clients by what a person would have minded most: being
// thrown out, a frozen picture, lost packets, delay.
func worstFirst(clients []result.Client) []result.Client {
	sorted := slices.Clone(clients)
	slices.SortStableFunc(sorted, func(a, b result.Client) int {
		return cmp.Or(
			cmp.Compare(trouble(&b), trouble(&a)),
			cmp.Compare(b.Summary.FrozenShare(), a.Summary.FrozenShare()),
			cmp.Compare(a.Summary.Delivered(), b.Summary.Delivered()),
			cmp.Compare(b.Summary.Latency.P99, a.Summary.Latency.P99),
			cmp.Compare(a.Name, b.Name),
		)
	})
	return sorted
}

// trouble counts what went wrong with joining and staying.
func trouble(c *result.Client) int {
	n := c.Summary.JoinFailures
	if failed(c) {
		n++
	}
	return n
}

// failed says whether an error ended the client.
func failed(c *result.Client) bool {
	return !slices.Contains([]string{"", "stayed", "left", "vanished"}, c.Ended)
}

// minded says whether a person in the client's place would have noticed
// something.
func minded(c *result.Client) bool {
	s := &c.Summary
	return trouble(c) > 0 || s.Freezes > 0 || s.Lost > 0 || s.AudioGaps > 0 || s.FramesLate > 0
}

// split separates the clients that the scenario meddled with from the others.
func split(clients []result.Client) (clean, affected []result.Client) {
	for _, c := range clients {
		if len(c.Faults) > 0 {
			affected = append(affected, c)
		} else {
			clean = append(clean, c)
		}
	}
	return clean, affected
}

// story says what was done to a client and how it ended; an error comes first.
func story(c *result.Client) string {
	parts := slices.Clone(c.Faults)
	switch {
	case failed(c):
		parts = slices.Insert(parts, 0, c.Ended)
	case c.Ended != "" && c.Ended != "stayed":
		parts = append(parts, c.Ended)
	}
	return strings.Join(parts, ", ")
}
