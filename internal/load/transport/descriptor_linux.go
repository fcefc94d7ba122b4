package transport

import (
	"net"
	"net/netip"
	"os"
	"sync"

	"golang.org/x/sys/unix"
)

// descriptor is a socket that Go's poller does not know: it wakes nobody when
// something arrives. Any goroutine may call its methods.
type descriptor struct {
	mu   sync.RWMutex // held for reading while the number is in use
	fd   int          // -1 once closed
	ipv6 bool
}

// detach takes the socket away from Go's poller, and with it from the goroutine
// that read it, which has ended by then. What others send meanwhile goes out one
// way or the other.
func (s *socket) detach() (*descriptor, error) {
	d := &descriptor{fd: -1, ipv6: !s.local.Addr().Is4()}
	var failed error
	err := s.raw.Control(func(fd uintptr) { d.fd, failed = unix.FcntlInt(fd, unix.F_DUPFD_CLOEXEC, 0) })
	if err != nil {
		return nil, err
	}
	if failed != nil {
		return nil, os.NewSyscallError("fcntl", failed)
	}
	s.detached.Store(d)
	return d, s.conn.Close()
}

// send sends one datagram, or none when the socket's buffer is full.
func (d *descriptor) send(b []byte, to netip.AddrPort) error {
	d.mu.RLock()
	defer d.mu.RUnlock()
	if d.fd < 0 {
		return net.ErrClosed
	}
	var address unix.Sockaddr
	if d.ipv6 {
		address = &unix.SockaddrInet6{Port: int(to.Port()), Addr: to.Addr().As16()}
	} else {
		address = &unix.SockaddrInet4{Port: int(to.Port()), Addr: to.Addr().Unmap().As4()}
	}
	return os.NewSyscallError("sendto", unix.Sendto(d.fd, b, unix.MSG_DONTWAIT, address))
}

// close closes the descriptor once nobody uses it.
func (d *descriptor) close() error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.fd < 0 {
		return nil
	}
	fd := d.fd
	d.fd = -1
	return os.NewSyscallError("close", unix.Close(fd))
}

// control calls f with the socket's number, whichever it is at the moment.
func (s *socket) control(f func(fd uintptr)) error {
	d := s.detached.Load()
	if d == nil {
		return s.raw.Control(f)
	}
	d.mu.RLock()
	defer d.mu.RUnlock()
	if d.fd < 0 {
		return net.ErrClosed
	}
	f(uintptr(d.fd))
	return nil
}
