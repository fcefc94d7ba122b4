package host

import (
	"fmt"
	"strconv"
	"strings"
)

// spareFiles are for certificates, profiles, scrapes and what a library opens.
const spareFiles = 64

// files: a websocket is a file, and so is media over TCP. Beyond the limit accept
// fails, for everybody who comes.
func files(f Facts, n Needs) (Finding, bool) {
	want := n.Sessions + n.Sockets + spareFiles
	each := "a websocket each"
	if n.TCP {
		want += n.Sessions
		each = "a websocket and media over TCP each"
	}
	return Finding{
		Problem: fmt.Sprintf("the process may open %d files, and signaling.max_sessions of %d clients, with %s, want %d", f.FileLimit, n.Sessions, each, want),
		Reason:  "clients beyond the limit cannot connect, and get no answer that says why",
		Remedy:  fmt.Sprintf("LimitNOFILE=%d in the unit, or ulimit -Hn %d; or a smaller signaling.max_sessions", want, want),
	}, n.Sessions > 0 && f.FileLimit > 0 && f.FileLimit < want
}

// fileLimit is the hard limit in /proc/self/limits: "Max open files  1024
// 1048576  files". Go raises the soft limit to it at its start.
func fileLimit(limits string) int {
	for line := range strings.Lines(limits) {
		rest, ok := strings.CutPrefix(line, "Max open files")
		if fields := strings.Fields(rest); ok && len(fields) > 1 {
			n, err := strconv.Atoi(fields[1])
			if err != nil {
				return 0 // unlimited
			}
			return n
		}
	}
	return 0
}
