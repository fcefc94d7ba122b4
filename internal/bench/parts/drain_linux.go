package parts

import (
	"context"
	"errors"
	"net/netip"
	"os"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

const (
	// Receivers is how many sockets packets are sent to.
	Receivers = 200

	drainInterval = 2 * time.Millisecond
	drainBatch    = 32
	receiveBuffer = 4 << 20 // octets, as far as the system allows
)

// Drain opens sockets on the loopback address, tells where they are and empties
// them until ctx ends. As in the benchmark of the whole nobody is woken up by a
// packet, which would be work of the sender.
func Drain(ctx context.Context, opened func([]netip.AddrPort)) error {
	d := &drain{}
	defer d.close()
	addresses, err := d.open()
	if err != nil {
		return err
	}
	opened(addresses)
	ticker := time.NewTicker(drainInterval)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
			for _, fd := range d.sockets {
				if err := d.empty(fd); err != nil {
					return err
				}
			}
		}
	}
}

type drain struct {
	sockets  []int
	messages [drainBatch]message
	vectors  [drainBatch]unix.Iovec
	buffers  [drainBatch][2 * sealedSize]byte
}

func (d *drain) open() ([]netip.AddrPort, error) {
	for i := range d.messages {
		d.vectors[i].Base = &d.buffers[i][0]
		d.vectors[i].SetLen(len(d.buffers[i]))
		d.messages[i].header.Iov = &d.vectors[i]
		d.messages[i].header.SetIovlen(1)
	}
	loopback := [4]byte{127, 0, 0, 1}
	var addresses []netip.AddrPort
	for range Receivers {
		fd, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC, 0)
		if err != nil {
			return nil, os.NewSyscallError("socket", err)
		}
		d.sockets = append(d.sockets, fd)
		_ = unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_RCVBUF, receiveBuffer)
		if err := unix.Bind(fd, &unix.SockaddrInet4{Addr: loopback}); err != nil {
			return nil, os.NewSyscallError("bind", err)
		}
		name, err := unix.Getsockname(fd)
		if err != nil {
			return nil, os.NewSyscallError("getsockname", err)
		}
		bound, ok := name.(*unix.SockaddrInet4)
		if !ok {
			return nil, errors.New("getsockname: not an IPv4 address")
		}
		addresses = append(addresses, netip.AddrPortFrom(netip.AddrFrom4(loopback), uint16(bound.Port))) //nolint:gosec // a port
	}
	return addresses, nil
}

// empty reads all that waits in a socket.
func (d *drain) empty(fd int) error {
	for {
		n, _, errno := unix.Syscall6(unix.SYS_RECVMMSG, uintptr(fd),
			uintptr(unsafe.Pointer(&d.messages[0])), drainBatch, unix.MSG_DONTWAIT, 0, 0)
		switch {
		case errno == unix.EAGAIN, errno == 0 && n < drainBatch:
			return nil
		case errno != 0 && errno != unix.EINTR:
			return os.NewSyscallError("recvmmsg", errno)
		}
	}
}

func (d *drain) close() {
	for _, fd := range d.sockets {
		_ = unix.Close(fd)
	}
}
