package host

import (
	"io/fs"
	"path"
	"strconv"
	"strings"
)

// Facts are what was read of a machine. A value that could not be read is 0, or
// empty, which none of them is in truth.
type Facts struct {
	ReceiveMax, SendMax int    // net.core.rmem_max and wmem_max, octets
	BacklogDrops        int    // packets, since the machine started
	FileLimit           int    // the hard limit of open files, which Go raises its own to
	UnprivilegedPort    int    // the first port that needs no right
	MayBind             bool   // CAP_NET_BIND_SERVICE is in effect
	Kernel              string // release, such as 6.1.0-13-amd64
	ClockSource         string
	ClockSources        []string // that could be chosen
	Governor, Driver    string   // of the first processor's frequency
	Quota               float64  // processors that the control groups allow
	MemoryMax           int64    // octets that the control groups allow
}

// Read takes the facts of the machine whose root directory is root, for the
// process that calls it. It reads some twenty small files.
func Read(root fs.FS) Facts {
	r := reader{root}
	f := Facts{
		ReceiveMax:       r.number("proc/sys/net/core/rmem_max"),
		SendMax:          r.number("proc/sys/net/core/wmem_max"),
		BacklogDrops:     backlogDrops(r.text("proc/net/softnet_stat")),
		FileLimit:        fileLimit(r.text("proc/self/limits")),
		UnprivilegedPort: r.number("proc/sys/net/ipv4/ip_unprivileged_port_start"),
		MayBind:          mayBind(r.text("proc/self/status")),
		Kernel:           r.text("proc/sys/kernel/osrelease"),
		ClockSource:      r.text(clockDirectory + "current_clocksource"),
		ClockSources:     strings.Fields(r.text(clockDirectory + "available_clocksource")),
		Governor:         r.text(frequencyDirectory + "scaling_governor"),
		Driver:           r.text(frequencyDirectory + "scaling_driver"),
	}
	f.Quota, f.MemoryMax = r.controlGroup()
	return f
}

// reader reads small files of the kernel.
type reader struct{ root fs.FS }

// text returns a file without the white space around it; "" if it cannot be read.
func (r reader) text(name string) string {
	data, err := fs.ReadFile(r.root, path.Clean(name))
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(data))
}

// number returns a file's number; 0 if there is none.
func (r reader) number(name string) int {
	n, err := strconv.Atoi(r.text(name))
	if err != nil {
		return 0
	}
	return n
}
