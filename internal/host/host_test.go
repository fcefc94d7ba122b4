package host

import (
	"math"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
)

// machine returns the files of a machine that lacks nothing, with some replaced.
func machine(replaced map[string]string) fstest.MapFS {
	files := map[string]string{
		"proc/sys/net/core/rmem_max":                           "8388608\n",
		"proc/sys/net/core/wmem_max":                           "8388608\n",
		"proc/net/softnet_stat":                                "0000ad2e 00000000 00000001\n000003e9 00000000 00000000\n",
		"proc/self/limits":                                     "Limit  Soft Limit  Hard Limit  Units\nMax open files            1024                 262144               files     \n",
		"proc/self/status":                                     "Name:\tatrium\nCapEff:\t0000000000000400\n",
		"proc/self/cgroup":                                     "0::/system.slice/atrium.service\n",
		"proc/sys/net/ipv4/ip_unprivileged_port_start":         "1024\n",
		"proc/sys/kernel/osrelease":                            "6.1.0-13-amd64\n",
		clockDirectory + "current_clocksource":                 "tsc\n",
		clockDirectory + "available_clocksource":               "tsc hpet acpi_pm\n",
		"sys/fs/cgroup/system.slice/cpu.max":                   "max 100000\n",
		"sys/fs/cgroup/system.slice/atrium.service/cpu.max":    "400000 100000\n",
		"sys/fs/cgroup/system.slice/atrium.service/memory.max": "max\n",
	}
	for name, text := range replaced {
		files[name] = text
	}
	root := fstest.MapFS{}
	for name, text := range files {
		root[name] = &fstest.MapFile{Data: []byte(text)}
	}
	return root
}

func needs() Needs {
	return Needs{
		SocketBuffer: 4 << 20, Sessions: 10_000, TCP: true, Sockets: 10, Ports: []int{443, 8082},
		Processors: 4, MemoryLimit: math.MaxInt64,
	}
}

func TestAMachineThatLacksNothingIsRead(t *testing.T) {
	got := Read(machine(nil))
	want := Facts{
		ReceiveMax: 8 << 20, SendMax: 8 << 20, FileLimit: 262144, UnprivilegedPort: 1024, MayBind: true,
		Kernel: "6.1.0-13-amd64", ClockSource: "tsc", ClockSources: []string{"tsc", "hpet", "acpi_pm"}, Quota: 4,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if found := Advise(got, needs()); found != nil {
		t.Errorf("found %+v", found)
	}
}

func TestWhatAMachineLacksIsFoundWithItsRemedy(t *testing.T) {
	const atrium = "sys/fs/cgroup/system.slice/atrium.service/"
	for name, test := range map[string]struct {
		files           map[string]string
		needs           func(*Needs)
		problem, remedy string // parts; no problem is no finding
	}{
		"small receive buffers": {
			files:   map[string]string{"proc/sys/net/core/rmem_max": "212992"},
			problem: "net.core.rmem_max is 212992", remedy: "sysctl -w net.core.rmem_max=8388608",
		},
		"small send buffers": {
			files:   map[string]string{"proc/sys/net/core/wmem_max": "4194303"},
			problem: "net.core.wmem_max is 4194303", remedy: "sysctl -w net.core.wmem_max=8388608",
		},
		"buffers that just suffice": {files: map[string]string{"proc/sys/net/core/rmem_max": "4194304"}},
		"drops before the socket": {
			files:   map[string]string{"proc/net/softnet_stat": "0000ad2e 0000000a 0\n000003e9 00000010 0\n"},
			problem: "dropped 26 packets", remedy: "netdev_max_backlog",
		},
		"few files": {
			files:   map[string]string{"proc/self/limits": "Max open files  1024  16384  files"},
			problem: "may open 16384 files", remedy: "LimitNOFILE=20074",
		},
		"few files, and no media over TCP": {
			files: map[string]string{"proc/self/limits": "Max open files  1024  16384  files"},
			needs: func(n *Needs) { n.TCP = false },
		},
		"few files, and no limit of clients": {
			files: map[string]string{"proc/self/limits": "Max open files  1024  16384  files"},
			needs: func(n *Needs) { n.Sessions = 0 },
		},
		"files without a limit": {files: map[string]string{"proc/self/limits": "Max open files  1024  unlimited  files"}},
		"no right to low ports": {
			files:   map[string]string{"proc/self/status": "CapEff:\t0000000000000000"},
			problem: "listen on port 443", remedy: "CAP_NET_BIND_SERVICE",
		},
		"low ports are free for all": {
			files: map[string]string{"proc/self/status": "CapEff:\t0", "proc/sys/net/ipv4/ip_unprivileged_port_start": "80"},
		},
		"an old kernel": {
			files:   map[string]string{"proc/sys/kernel/osrelease": "4.18.0-553.el8.x86_64"},
			problem: "Linux 4.18.0-553.el8.x86_64", remedy: "5.0",
		},
		"a slow clock": {
			files:   map[string]string{clockDirectory + "current_clocksource": "hpet"},
			problem: "clock is hpet", remedy: "echo tsc > /sys/devices/system/clocksource/clocksource0/current_clocksource",
		},
		"a slow clock and no other": {
			files:   map[string]string{clockDirectory + "current_clocksource": "acpi_pm", clockDirectory + "available_clocksource": "acpi_pm"},
			problem: "clock is acpi_pm", remedy: "dmesg",
		},
		"a processor kept slow": {
			files:   map[string]string{frequencyDirectory + "scaling_governor": "powersave", frequencyDirectory + "scaling_driver": "acpi-cpufreq"},
			problem: "governed by powersave", remedy: "cpupower",
		},
		"a processor that chooses itself": {
			files: map[string]string{frequencyDirectory + "scaling_governor": "powersave", frequencyDirectory + "scaling_driver": "intel_pstate"},
		},
		"a quota that is not whole": {
			files:   map[string]string{atrium + "cpu.max": "350000 100000"},
			problem: "allows 3.5 processors, and Go uses 4", remedy: "CPUQuota=400%",
		},
		"a quota above": {
			files:   map[string]string{"sys/fs/cgroup/system.slice/cpu.max": "100000 100000"},
			problem: "allows 1 processors", remedy: "limits.cpu",
		},
		"memory that Go does not know of": {
			files:   map[string]string{atrium + "memory.max": "1073741824"},
			problem: "allows 1024 MiB of memory, and Go's collector does not know", remedy: "GOMEMLIMIT=921MiB",
		},
		"memory that Go knows wrong": {
			files: map[string]string{atrium + "memory.max": "1073741824"}, needs: func(n *Needs) { n.MemoryLimit = 2 << 30 },
			problem: "keeps to 2048 MiB", remedy: "GOMEMLIMIT=921MiB",
		},
		"memory that Go knows": {
			files: map[string]string{atrium + "memory.max": "1073741824"}, needs: func(n *Needs) { n.MemoryLimit = 900 << 20 },
		},
		"a container's group": {
			files:   map[string]string{"proc/self/cgroup": "0::/", "sys/fs/cgroup/cpu.max": "150000 100000"},
			problem: "allows 1.5 processors", remedy: "limits.cpu",
		},
		"version 1 of control groups": {files: map[string]string{"proc/self/cgroup": "4:cpu,cpuacct:/atrium\n"}},
	} {
		t.Run(name, func(t *testing.T) {
			n := needs()
			if test.needs != nil {
				test.needs(&n)
			}
			found := Advise(Read(machine(test.files)), n)
			if test.problem == "" {
				if found != nil {
					t.Errorf("found %+v", found)
				}
				return
			}
			if len(found) != 1 || !strings.Contains(found[0].Problem, test.problem) || !strings.Contains(found[0].Remedy, test.remedy) {
				t.Errorf("found %+v, want %q and %q", found, test.problem, test.remedy)
			}
			if len(found) > 0 && found[0].Reason == "" {
				t.Error("no reason")
			}
		})
	}
}

func TestNothingIsSaidOfWhatCannotBeRead(t *testing.T) {
	for name, root := range map[string]fstest.MapFS{
		"another system": {},
		"nonsense": machine(map[string]string{
			"proc/sys/net/core/rmem_max": "many", "proc/sys/net/core/wmem_max": "", "proc/net/softnet_stat": "zz zz\n1",
			"proc/self/limits": "Max open files", "proc/sys/kernel/osrelease": "unknown",
			"proc/sys/net/ipv4/ip_unprivileged_port_start": "x", "proc/self/status": "CapEff: many",
			"proc/self/cgroup": "0::relative/../../..", "sys/fs/cgroup/cpu.max": "1 0",
		}),
	} {
		if found := Advise(Read(root), needs()); found != nil {
			t.Errorf("%s: found %+v", name, found)
		}
	}
}
