package udp

import "golang.org/x/sys/unix"

// canShare: the kernel spreads what comes to an address among the sockets that
// share it, by a hash of source and destination (SO_REUSEPORT, socket(7)).
const canShare = true

// shareAddress lets other sockets of the same user share the address.
func shareAddress(fd uintptr) error {
	return unix.SetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_REUSEPORT, 1)
}
