package host

import (
	"fmt"
	"math"
	"path"
	"strconv"
	"strings"
)

// Of the memory that is allowed, this much is for Go; the rest is for what its
// collector does not count, such as the program itself.
const memoryForGo = 0.9

// quota: who has used up a quota stands still for the rest of its period, usually
// 100 ms. Go uses as many processors as the quota has, rounded up and two at least, so
// that a quota with a fraction is used up before its period is over.
func quota(f Facts, n Needs) (Finding, bool) {
	return Finding{
		Problem: fmt.Sprintf("the control group allows %.3g processors, and Go uses %d at a time (GOMAXPROCS)", f.Quota, n.Processors),
		Reason:  "under load all media stands still for the rest of each period of the quota, up to 100 ms",
		Remedy:  fmt.Sprintf("a quota of %d whole processors (CPUQuota=%d%%, limits.cpu), or none", n.Processors, 100*n.Processors),
	}, f.Quota > 0 && f.Quota < float64(n.Processors)
}

// memory: Go collects garbage when the heap has grown by half, whatever the control
// group allows, unless GOMEMLIMIT tells.
func memory(f Facts, n Needs) (Finding, bool) {
	has := "does not know that (GOMEMLIMIT is not set)"
	if n.MemoryLimit < math.MaxInt64 {
		has = fmt.Sprintf("keeps to %d MiB (GOMEMLIMIT)", n.MemoryLimit>>20)
	}
	want := int64(float64(f.MemoryMax) * memoryForGo)
	return Finding{
		Problem: fmt.Sprintf("the control group allows %d MiB of memory, and Go's collector %s", f.MemoryMax>>20, has),
		Reason:  "near the limit the kernel ends the server, and all calls, where collecting earlier would have helped",
		Remedy:  fmt.Sprintf("GOMEMLIMIT=%dMiB in the environment", want>>20),
	}, f.MemoryMax > 0 && n.MemoryLimit > f.MemoryMax
}

// controlGroup returns the narrowest limits of the process's control group and
// those above it (version 2; version 1 is not looked at).
func (r reader) controlGroup() (quota float64, memory int64) {
	group, ok := unifiedGroup(r.text("proc/self/cgroup"))
	for ok {
		directory := path.Join("sys/fs/cgroup", group)
		if q := parseQuota(r.text(path.Join(directory, "cpu.max"))); q > 0 && (quota == 0 || q < quota) {
			quota = q
		}
		if m, err := strconv.ParseInt(r.text(path.Join(directory, "memory.max")), 10, 64); err == nil && (memory == 0 || m < memory) {
			memory = m
		}
		if group == "/" {
			break
		}
		group = path.Dir(group)
	}
	return quota, memory
}

// unifiedGroup finds the line "0::/path" of /proc/self/cgroup (cgroups(7)).
func unifiedGroup(groups string) (string, bool) {
	for line := range strings.Lines(groups) {
		if group, ok := strings.CutPrefix(strings.TrimSpace(line), "0::"); ok {
			return path.Join("/", group), true
		}
	}
	return "", false
}

// parseQuota reads "200000 100000" of cpu.max as 2 processors, and "max 100000" as
// no quota, 0.
func parseQuota(text string) float64 {
	var most, period float64
	if _, err := fmt.Sscanf(text, "%g %g", &most, &period); err != nil || period <= 0 {
		return 0
	}
	return most / period
}
