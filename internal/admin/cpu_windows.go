package admin

import (
	"syscall"
	"time"
)

// processorTime returns what the process has used of all processors, in its own
// code and in the kernel. Windows counts in 100 ns.
func processorTime() (used time.Duration, known bool) {
	self, err := syscall.GetCurrentProcess()
	if err != nil {
		return 0, false
	}
	var creation, exit, kernel, user syscall.Filetime
	if err := syscall.GetProcessTimes(self, &creation, &exit, &kernel, &user); err != nil {
		return 0, false
	}
	return 100 * (ticks(kernel) + ticks(user)), true
}

func ticks(t syscall.Filetime) time.Duration {
	return time.Duration(uint64(t.HighDateTime)<<32 | uint64(t.LowDateTime)) //nolint:gosec // years of processor time
}
