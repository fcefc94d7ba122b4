//go:build unix

package udp

import "golang.org/x/sys/unix"

// markDSCP sets the six upper bits of the traffic class of what a socket sends
// (RFC 2474, section 3).
func markDSCP(fd uintptr, ipv4 bool, dscp uint8) error {
	if ipv4 {
		return unix.SetsockoptInt(int(fd), unix.IPPROTO_IP, unix.IP_TOS, int(dscp)<<2)
	}
	return unix.SetsockoptInt(int(fd), unix.IPPROTO_IPV6, unix.IPV6_TCLASS, int(dscp)<<2)
}
