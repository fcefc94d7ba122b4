//go:build unix

package admin

import (
	"syscall"
	"time"
)

// processorTime returns what the process has used of all processors, in its own
// code and in the kernel (getrusage of POSIX).
func processorTime() (used time.Duration, known bool) {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0, false
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano()), true
}
