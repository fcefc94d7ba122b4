//go:build unix

package udp

import (
	"net"
	"runtime"
	"syscall"
)

// bufferSizes returns what the kernel granted, in octets of payload.
func bufferSizes(conn *net.UDPConn) (receive, send int, err error) {
	raw, err := conn.SyscallConn()
	if err != nil {
		return 0, 0, err
	}
	var receiveErr, sendErr error
	err = raw.Control(func(fd uintptr) {
		receive, receiveErr = syscall.GetsockoptInt(int(fd), syscall.SOL_SOCKET, syscall.SO_RCVBUF)
		send, sendErr = syscall.GetsockoptInt(int(fd), syscall.SOL_SOCKET, syscall.SO_SNDBUF)
	})
	for _, e := range []error{err, receiveErr, sendErr} {
		if e != nil {
			return 0, 0, e
		}
	}
	if runtime.GOOS == "linux" { // it answers with twice what it was asked, for its own records (socket(7))
		receive, send = receive/2, send/2
	}
	return receive, send, nil
}
