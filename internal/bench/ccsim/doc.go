// Ccsim simulates congestion control: the estimator of sfu/bwe on paths that
// change, lose, queue and are shared, as RFC 8867 wants it tested, in virtual time.
//
//	scenario, seed ─► dumbbell.Network ─► Trace ─► goals ─► tables ─┐
//	                                        └─► figures ────────────┴─► docs/bench/bwe.md
//
// "make bwe" writes docs/bench/bwe.md anew, with its figures. To look at one run
// while tuning:
//
//	go run ./internal/bench/ccsim -scenario step              the goals of one scenario
//	go run ./internal/bench/ccsim -scenario step -seed 1 -csv a time series
//	go run ./internal/bench/ccsim -scenario step -svg /tmp    its figure
//
// The tests hold the goals with a few seeds, so that CI guards them.
package main
