package host

import (
	"fmt"
	"slices"
)

const clockDirectory = "sys/devices/system/clocksource/clocksource0/"

// clock: the hardware's slow clocks cannot be read without a system call, and one
// reading takes a microsecond and more. The server reads the clock for each packet
// that comes and each batch that goes.
func clock(f Facts, _ Needs) (Finding, bool) {
	remedy := "find out in dmesg why the kernel does not trust the TSC"
	if slices.Contains(f.ClockSources, "tsc") {
		remedy = "echo tsc > /" + clockDirectory + "current_clocksource"
	}
	return Finding{
		Problem: fmt.Sprintf("the kernel's clock is %s", f.ClockSource),
		Reason:  "reading it takes a system call of a microsecond and more, for each packet",
		Remedy:  remedy,
	}, slices.Contains([]string{"hpet", "acpi_pm", "pit", "jiffies"}, f.ClockSource)
}
