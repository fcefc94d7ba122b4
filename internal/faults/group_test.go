//go:build linux

package faults

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"testing"
)

// group is a control group of a server, of either version of the kernel's interface.
type group struct {
	t       *testing.T
	path    string
	unified bool // version 2
}

const groups = "/sys/fs/cgroup"

// confine puts a server into a control group of its own, for "cpu" or "memory". It is false where this process may not, which
// takes root and a hierarchy that is not another's.
func confine(t *testing.T, s *server, controller string) (*group, bool) {
	t.Helper()
	g := &group{t: t}
	name := "atrium-faults-" + strconv.Itoa(s.cmd.Process.Pid)
	if _, err := os.Stat(filepath.Join(groups, "cgroup.controllers")); err == nil {
		g.unified, g.path = true, filepath.Join(groups, name)
		_ = os.WriteFile(filepath.Join(groups, "cgroup.subtree_control"), []byte("+"+controller), 0o600) // it may be there already
	} else {
		g.path = filepath.Join(groups, controller, name)
	}
	if os.Mkdir(g.path, 0o700) != nil {
		return nil, false
	}
	t.Cleanup(func() {
		s.kill()
		_ = os.Remove(g.path)
	})
	pid := []byte(strconv.Itoa(s.cmd.Process.Pid))
	if os.WriteFile(filepath.Join(g.path, "cgroup.procs"), pid, 0o600) != nil {
		return nil, false
	}
	return g, g.unified || g.has("cpu.cfs_quota_us") || g.has("memory.limit_in_bytes")
}

func (g *group) has(file string) bool {
	_, err := os.Stat(filepath.Join(g.path, file))
	return err == nil
}

func (g *group) write(file, value string) {
	g.t.Helper()
	must(g.t, os.WriteFile(filepath.Join(g.path, file), []byte(value), 0o600))
}

// processor limits the share of one processor, in thousandths: a second is the longest period.
func (g *group) processor(permille int) {
	g.t.Helper()
	const period = 1_000_000 // µs
	quota := permille * period / 1000
	if g.unified {
		g.write("cpu.max", fmt.Sprintf("%d %d", quota, period))
		return
	}
	g.write("cpu.cfs_period_us", strconv.Itoa(period))
	g.write("cpu.cfs_quota_us", strconv.Itoa(quota))
}

// free lifts the limit of processor time.
func (g *group) free() {
	g.t.Helper()
	if g.unified {
		g.write("cpu.max", "max")
		return
	}
	g.write("cpu.cfs_quota_us", "-1")
}

// memory limits what the group may have, in octets. Beyond it the kernel kills.
func (g *group) memory(octets int) {
	g.t.Helper()
	file := "memory.limit_in_bytes"
	if g.unified {
		file = "memory.max"
	}
	g.write(file, strconv.Itoa(octets))
}
