// Bench measures what a forwarded packet costs: the parts of it that cannot be
// spared, the whole server, and for comparison the forwarder that one writes
// first with Pion, all in one run, round by round, on two processors.
//
//	processor 0   atrium serve | naive | the parts, one after the other
//	processor 1   this program: one publisher and very many subscribers (crowd)
//
//	for each round: parts.Measure, then for each load: ours, naive
//	medians over the rounds --> tables --> terminal, and the generated part of a Markdown file
//
// "make bench" runs it; docs/bench/forwarding.md says what the figures mean and
// holds those of the last run that somebody meant to keep.
package main
