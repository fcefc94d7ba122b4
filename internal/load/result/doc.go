// Package result is what a load test found: the numbers of the whole run, of
// every second, of every group and of every client, and whether they meet what
// was required. It is data, and arithmetic on data; it prints nothing and
// measures nothing.
//
//	internal/load --fills--> Run --> internal/load/report (table, JSON, HTML)
//	                          ^---- Requirement.Judge (exit code)
//
// Run's JSON form is what `atrium load --json` writes; its field names are
// documented in docs/load.md.
package result
