//go:build unix

package load

import "golang.org/x/sys/unix"

// raiseFileLimit raises the number of files this process may open as far as the
// system allows, and returns it. Go itself has done so already unless the limit
// was set by hand.
func raiseFileLimit() (int, error) {
	var limit unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_NOFILE, &limit); err != nil {
		return 0, err
	}
	if limit.Cur < limit.Max {
		raised := unix.Rlimit{Cur: limit.Max, Max: limit.Max}
		if err := unix.Setrlimit(unix.RLIMIT_NOFILE, &raised); err == nil {
			limit.Cur = limit.Max
		}
	}
	return int(min(limit.Cur, 1<<30)), nil
}
