package process

import (
	"fmt"
	"os"
	"runtime"
	"strconv"

	"golang.org/x/sys/unix"
)

// Pin keeps this process on one processor, all its threads and those to come,
// and lets Go run as many goroutines at a time.
func Pin(core int) error {
	var set unix.CPUSet
	set.Set(core)
	// A thread inherits the set of the one that made it: the second time finds
	// those that were made during the first.
	for range 2 {
		tasks, err := os.ReadDir("/proc/self/task")
		if err != nil {
			return err
		}
		for _, task := range tasks {
			id, err := strconv.Atoi(task.Name())
			if err != nil {
				return err
			}
			if err := unix.SchedSetaffinity(id, &set); err != nil && err != unix.ESRCH {
				return fmt.Errorf("keep this process on processor %d: %w", core, err)
			}
		}
	}
	runtime.GOMAXPROCS(1)
	return nil
}
