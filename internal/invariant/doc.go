// Package invariant tells bugs from bad input.
//
// What comes from a peer is input and yields an error. What our own code
// promised itself is an invariant: when it does not hold, going on would
// corrupt somebody's media, so the process panics with the reason.
//
//	network bytes ──> parse ──error──> drop, count       (input)
//	our own state ──> Check ──panic──> stack trace, fix  (bug)
//
// Checks that cost more than a comparison stand behind Enabled, which is true
// in builds with the race detector.
package invariant
