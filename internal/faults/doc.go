// Package faults does to a running server what happens to processes: it is told to end, is killed, sleeps, runs out of memory,
// of descriptors, of processor time or of disk. It holds tests alone.
//
// The server is the real binary, a child of the test. Its clients are those of the load generator, in the test's own process:
// they publish stamped media, and judge what arrives by the stamps. Two rooms are open in each test, one in which something
// happens and a control room that nothing may happen to.
//
//	test ── signals, limits, control groups ──► atrium serve (child)
//	  │                                            ▲
//	  ├── call: publisher ── stamped media ────────┤ websocket, UDP on loopback
//	  └── call: viewer    ◄── judged by stamps ────┘
//
// Each test logs one line with what it measured; go test -v shows it. What takes longer than a few seconds runs with
// ATRIUM_NIGHTLY=1 alone.
package faults
