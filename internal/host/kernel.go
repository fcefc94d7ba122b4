package host

import "fmt"

// kernel: UDP_SEGMENT came with Linux 4.18, UDP_GRO with 5.0 (udp(7)).
func kernel(f Facts, _ Needs) (Finding, bool) {
	var major, minor int
	if _, err := fmt.Sscanf(f.Kernel, "%d.%d", &major, &minor); err != nil {
		return Finding{}, false
	}
	return Finding{
		Problem: fmt.Sprintf("the kernel is Linux %s, which lacks UDP_GRO (5.0) or UDP_SEGMENT (4.18)", f.Kernel),
		Reason:  "each packet goes through the network stack by itself, which is most of what forwarding costs",
		Remedy:  "a kernel from 5.0; docs/bench/forwarding.md has the difference",
	}, major < 5
}
