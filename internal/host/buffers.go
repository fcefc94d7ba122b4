package host

import (
	"fmt"
	"strconv"
	"strings"
)

// receiveBuffer: the kernel cuts what SO_RCVBUF asks for to rmem_max (socket(7)).
func receiveBuffer(f Facts, n Needs) (Finding, bool) {
	return buffer("net.core.rmem_max", f.ReceiveMax, n.SocketBuffer,
		"packets that come while the reader waits for its turn are lost")
}

func sendBuffer(f Facts, n Needs) (Finding, bool) {
	return buffer("net.core.wmem_max", f.SendMax, n.SocketBuffer,
		"the picture of one moment to many receivers does not fit and is thinned out")
}

func buffer(key string, has, want int, reason string) (Finding, bool) {
	return Finding{
		Problem: fmt.Sprintf("%s is %d, and the media sockets ask for %d octets", key, has, want),
		Reason:  reason,
		Remedy:  fmt.Sprintf("sysctl -w %s=%d (for good: deploy/sysctl/60-atrium.conf)", key, 2*want),
	}, has > 0 && has < want
}

// backlog: packets wait in a queue of each processor between the network card and
// the socket, where the driver does not poll itself, as with virtual networks and
// loopback. It is worth raising only where it was too short.
func backlog(f Facts, _ Needs) (Finding, bool) {
	return Finding{
		Problem: fmt.Sprintf("the kernel has dropped %d packets since it started because net.core.netdev_max_backlog was full", f.BacklogDrops),
		Reason:  "they were lost before any socket could have them, those of media among them",
		Remedy:  "sysctl -w net.core.netdev_max_backlog=8192 (for good: deploy/sysctl/60-atrium.conf)",
	}, f.BacklogDrops > 0
}

// backlogDrops adds up the second column of /proc/net/softnet_stat, hexadecimal,
// a line each processor.
func backlogDrops(stat string) int {
	var sum int64
	for line := range strings.Lines(stat) {
		if fields := strings.Fields(line); len(fields) > 1 {
			if n, err := strconv.ParseInt(fields[1], 16, 64); err == nil {
				sum += n
			}
		}
	}
	return int(sum)
}
