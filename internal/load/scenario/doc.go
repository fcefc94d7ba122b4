// Package scenario is what happens in a load test, as data: an operator says it
// in flags or in a YAML file, and Plan works out who does what when.
//
//	flags --------> Flags.Scenario -+
//	YAML file ----> Read -----------+-> Scenario -> Plan -> Client: Join at 1.2s,
//	examples/*.yaml                 |               |               Mute at 30s, ...
//	                                '- Problems     '-> Limits, Marks
//
// Nothing here connects to anything. The same scenario with the same seed is the
// same plan, to the nanosecond and to the last chosen client. Every problem
// is reported at once and names its key and the line or flag it came from. What
// a key means, its default and its range stand in the tags of the types;
// docs/load-scenarios.md is generated from them and a test compares the two.
//
// Scenario holds the operator's view, groups and phases. schedule.go plays its
// phases in simulated time and writes down each client's steps.
package scenario
