package load

import (
	"cmp"
	"fmt"
	"os"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/prometheus/procfs"

	"github.com/atrium-rtc/atrium/internal/load/result"
	"github.com/atrium-rtc/atrium/internal/load/scenario"
	"github.com/atrium-rtc/atrium/internal/load/usage"
)

// strainedShare is the share of seconds with figures of doubtful worth from
// which the whole run is of doubtful worth.
const strainedShare = 0.05

// report collects what was found. The clients are still in their rooms.
func (r *Runner) report(started time.Time) *result.Run {
	plan := r.options.Plan
	total := r.tally()
	run := &result.Run{
		Started:  started.UTC(),
		Duration: seconds(r.sampler.lastAt),
		Target:   r.options.Target.Name,
		Command:  plan.Name,
		Seed:     plan.Seed,
		Machine:  machine(),
		Total:    total.summary(),
		Timeline: r.sampler.points,
		Errors:   r.errors.list(),
	}
	for _, m := range plan.Marks {
		run.Marks = append(run.Marks, result.Mark{At: seconds(m.At), Text: m.Text})
	}
	if total.unreadable > 0 {
		r.notes.say(fmt.Sprintf("%d packets could not be read", total.unreadable))
	}
	if total.early > 0 {
		r.notes.say(fmt.Sprintf("%d packets came before they were sent: the clocks differ, and latencies are too short", total.early))
	}
	if slices.ContainsFunc(plan.Clients, func(c scenario.Client) bool { return c.Paired }) {
		r.notes.say(fmt.Sprintf("%d media connections were made; %d streams were received", r.handshakes.Load(), total.sum.Subscriptions))
	}
	run.Marks = append(run.Marks, r.notes.list()...)
	slices.SortStableFunc(run.Marks, func(a, b result.Mark) int { return cmp.Compare(a.At, b.At) })
	var came []scenario.Client
	for _, c := range r.clients {
		if c.account.attempted() {
			came = append(came, c.plan)
			run.Clients = append(run.Clients, c.account.row())
		}
	}
	run.Planned = planned(came)
	run.Groups = r.groups()
	run.Generator = r.sampler.generator(total)
	run.Generator.FilesUsed, run.Generator.FilesLimit = openFiles(), r.filesLimit
	if r.sampler.serverMeter.Measured() {
		u := inReport(r.options.Server, &r.sampler.serverMeter, total.sum.Packets)
		run.Server = &u
	}
	return run
}

// groups returns the sums of each group of the plan, of each network, and of
// the clean and the affected clients.
func (r *Runner) groups() []result.Group {
	sums := make(map[string]*tally)
	var names []string
	for _, c := range r.clients {
		if !c.account.attempted() {
			continue
		}
		for _, name := range c.plan.Groups() {
			if sums[name] == nil {
				sums[name] = newTally()
				names = append(names, name)
			}
			c.account.addTo(sums[name])
		}
	}
	slices.SortStableFunc(names, func(a, b string) int { return rank(a) - rank(b) })
	groups := make([]result.Group, 0, len(names))
	for _, name := range names {
		groups = append(groups, result.Group{Name: name, Summary: sums[name].summary()})
	}
	return groups
}

// rank puts the two groups that are always there first.
func rank(group string) int {
	switch group {
	case result.Clean:
		return 0
	case result.Affected:
		return 1
	default:
		return 2
	}
}

// generator says what the generator itself used, and whether that was too much.
func (s *sampler) generator(total *tally) result.Generator {
	g := result.Generator{Lateness: distribution(total.lateness.Snapshot()), SocketDrop: total.kernelDrops}
	if s.ownMeter.Measured() {
		g.Usage = inReport(s.own, &s.ownMeter, total.sum.Packets)
	}
	g.Saturated = float64(s.strained) > strainedShare*float64(len(s.points))
	if g.Saturated {
		g.Reasons = s.worst.reasons()
	}
	return g
}

func inReport(of usage.Source, m *usage.Meter, packets uint64) result.Usage {
	u := m.Usage()
	r := result.Usage{
		Source: of.String(), CPUSeconds: u.CPU.Seconds(), CPUMean: u.CoresMean, CPUMax: u.CoresMax,
		MemoryMax: u.MemoryMax, MemoryEnd: u.MemoryEnd,
	}
	if packets > 0 {
		r.CPUPerPacket = float64(u.CPU.Microseconds()) / float64(packets)
	}
	return r
}

// openFiles returns how many files this process has open, 0 where that cannot be
// told.
func openFiles() int {
	self, err := procfs.Self()
	if err != nil {
		return 0
	}
	n, err := self.FileDescriptorsLen()
	if err != nil {
		return 0
	}
	return n
}

// machine describes where the generator runs.
func machine() result.Machine {
	m := result.Machine{CPUs: runtime.NumCPU(), System: runtime.GOOS + "/" + runtime.GOARCH}
	m.Host, _ = os.Hostname()
	if release, err := os.ReadFile("/proc/sys/kernel/osrelease"); err == nil {
		m.System += " " + strings.TrimSpace(string(release))
	}
	if cpus, err := os.ReadFile("/proc/cpuinfo"); err == nil {
		m.Model = processorModel(string(cpus))
	}
	return m
}

// processorModel is what /proc/cpuinfo calls the first processor, if it does.
// (procfs has no CPUInfo where there is no Linux.)
func processorModel(cpuinfo string) string {
	for line := range strings.Lines(cpuinfo) {
		if name, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(name) == "model name" {
			return strings.TrimSpace(value)
		}
	}
	return ""
}
