package process

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"
)

// tick is the unit of times in /proc, proc(5): USER_HZ is 100 on every
// architecture that Go runs on.
const tick = 10 * time.Millisecond

// errFormat is of a file that is not what proc(5) says.
var errFormat = errors.New("not in the format of proc(5)")

// CPU returns the user and system time that a process used since its start, of
// all its threads, exact to 10 ms.
func CPU(pid int) (time.Duration, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0, err
	}
	cpu, err := parseStat(text)
	if err != nil {
		return 0, fmt.Errorf("/proc/%d/stat: %w", pid, err)
	}
	return cpu, nil
}

// parseStat reads utime and stime, the fields 14 and 15. The second field is the
// program's name in brackets, with whatever it has in it.
func parseStat(text []byte) (time.Duration, error) {
	const utime, stime, afterName = 14, 15, 3
	end := bytes.LastIndexByte(text, ')')
	if end < 0 {
		return 0, errFormat
	}
	fields := strings.Fields(string(text[end+1:]))
	if len(fields) <= stime-afterName {
		return 0, errFormat
	}
	var sum time.Duration
	for _, n := range []int{utime, stime} {
		ticks, err := strconv.ParseUint(fields[n-afterName], 10, 48)
		if err != nil {
			return 0, fmt.Errorf("%w: %w", errFormat, err)
		}
		sum += time.Duration(ticks) * tick //nolint:gosec // 48 bits
	}
	return sum, nil
}

// Resident returns the resident memory of a process, in octets.
func Resident(pid int) (uint64, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0, err
	}
	size, err := parseStatus(string(text))
	if err != nil {
		return 0, fmt.Errorf("/proc/%d/status: %w", pid, err)
	}
	return size, nil
}

// parseStatus reads the line "VmRSS:	   12345 kB".
func parseStatus(text string) (uint64, error) {
	for line := range strings.Lines(text) {
		value, found := strings.CutPrefix(line, "VmRSS:")
		if !found {
			continue
		}
		fields := strings.Fields(value)
		if len(fields) != 2 || fields[1] != "kB" {
			return 0, errFormat
		}
		kib, err := strconv.ParseUint(fields[0], 10, 48)
		if err != nil {
			return 0, fmt.Errorf("%w: %w", errFormat, err)
		}
		return kib << 10, nil
	}
	return 0, fmt.Errorf("%w: no VmRSS", errFormat)
}

// Busy returns how long all processors together were busy since the start of the
// machine, with whatever.
func Busy() (time.Duration, error) {
	text, err := os.ReadFile("/proc/stat")
	if err != nil {
		return 0, err
	}
	busy, err := parseMachine(string(text))
	if err != nil {
		return 0, fmt.Errorf("/proc/stat: %w", err)
	}
	return busy, nil
}

// parseMachine reads the line "cpu user nice system idle iowait irq softirq
// steal guest guest_nice". The last two are in the first two already.
func parseMachine(text string) (time.Duration, error) {
	const user, idle, iowait, steal = 1, 4, 5, 8
	first, _, _ := strings.Cut(text, "\n")
	fields := strings.Fields(first)
	if len(fields) <= steal || fields[0] != "cpu" {
		return 0, errFormat
	}
	var busy time.Duration
	for i := user; i <= steal; i++ {
		ticks, err := strconv.ParseUint(fields[i], 10, 48)
		if err != nil {
			return 0, fmt.Errorf("%w: %w", errFormat, err)
		}
		if i != idle && i != iowait {
			busy += time.Duration(ticks) * tick //nolint:gosec // 48 bits
		}
	}
	return busy, nil
}
