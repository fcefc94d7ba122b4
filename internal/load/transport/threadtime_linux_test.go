package transport

import (
	"syscall"
	"testing"
)

// othersTime returns the CPU time of all threads of the process but the
// caller's, in ns.
func othersTime(b *testing.B) int64 {
	b.Helper()
	const thread = 1 // RUSAGE_THREAD, getrusage(2)
	var all, own syscall.Rusage
	for who, usage := range map[int]*syscall.Rusage{syscall.RUSAGE_SELF: &all, thread: &own} {
		if err := syscall.Getrusage(who, usage); err != nil {
			b.Fatal(err)
		}
	}
	return all.Utime.Nano() + all.Stime.Nano() - own.Utime.Nano() - own.Stime.Nano()
}
