package host

import (
	"fmt"
	"slices"
)

const frequencyDirectory = "sys/devices/system/cpu/cpu0/cpufreq/"

// frequency: the governor powersave keeps a processor at its lowest frequency,
// except with drivers that let the hardware choose (Linux, admin-guide/pm):
// there it is the usual one and its name only a preference.
func frequency(f Facts, _ Needs) (Finding, bool) {
	chooses := slices.Contains([]string{"intel_pstate", "amd-pstate-epp"}, f.Driver)
	return Finding{
		Problem: fmt.Sprintf("the processor's frequency is governed by %s (driver %s)", f.Governor, f.Driver),
		Reason:  "it stays at its lowest frequency: a fraction of the participants fit, and packets take longer",
		Remedy:  "cpupower frequency-set -g schedutil (or performance)",
	}, f.Governor == "powersave" && !chooses
}
