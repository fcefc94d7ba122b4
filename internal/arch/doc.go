// Package arch checks the rules that keep the house in order: which package may
// import which, where time may be slept away, what a package must hold. Its test
// reads the whole module; each rule is a function over parsed files, so that it
// is itself tested with a small module that breaks it.
//
//	level 6  cmd/atrium
//	level 5  metrics  internal/config
//	level 4  signaling  room/cluster  client
//	         admission
//	level 3  room  signaling/api            a package imports
//	level 2  sfu                            only packages on       │
//	level 1  ingress egress udp tcp rpc     lower levels           ▼
//	level 0  codec simulcast nack bwe auth
//	ground   packet invariant link
//
// The load generator (internal/load/...) stands on the same levels, beside the
// server. Outside of them are the packages for tests, which may import
// everything and which only tests may import. A new package belongs into the table in
// levels.go; until it is there, the test fails.
package arch
