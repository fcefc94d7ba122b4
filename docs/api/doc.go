// Package api holds the exported API of the packages that docs/embedding.md promises
// against the one that was accepted last:
//
//	the source ──go list -export──► types ──┬── apidiff.Changes ──► what is another now
//	baseline/room.export ─────────► types ──┘
//
// A baseline is what apidiff -w writes: the compiler's export data, gzipped. Beside it
// lies the same as text, baseline/room.txt, for those who read the change. make api-check
// compares, make api accepts what there is.
//
// It is a module of its own, so that the server's does not require golang.org/x/exp.
package api
