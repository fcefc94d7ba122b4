package host

import (
	"fmt"
	"strconv"
	"strings"
)

// capNetBindService is the bit of CAP_NET_BIND_SERVICE (capabilities(7)).
const capNetBindService = 10

// ports: the ports below ip_unprivileged_port_start need a right.
func ports(f Facts, n Needs) (Finding, bool) {
	var low []string
	for _, port := range n.Ports {
		if port > 0 && port < f.UnprivilegedPort {
			low = append(low, strconv.Itoa(port))
		}
	}
	return Finding{
		Problem: "this user may not listen on port " + strings.Join(low, ", "),
		Reason:  "the server does not start",
		Remedy: fmt.Sprintf("setcap cap_net_bind_service=+ep atrium, AmbientCapabilities=CAP_NET_BIND_SERVICE in the unit, or ports from %d",
			f.UnprivilegedPort),
	}, len(low) > 0 && !f.MayBind
}

// mayBind looks into CapEff of /proc/self/status, hexadecimal.
func mayBind(status string) bool {
	for line := range strings.Lines(status) {
		if set, ok := strings.CutPrefix(line, "CapEff:"); ok {
			bits, err := strconv.ParseUint(strings.TrimSpace(set), 16, 64)
			return err == nil && bits&(1<<capNetBindService) != 0
		}
	}
	return false
}
