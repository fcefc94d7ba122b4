package udp

import (
	"net"
	"os"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

const (
	// With UDP_GRO a message holds up to 64 KiB; a reader's buffers are then 1 MiB.
	joinedMessages = 16
	joinedSize     = 64 << 10
	// Without, each holds one datagram.
	singleMessages = 64
	singleSize     = MaxDatagram + 1
	// controlSize holds UDP_GRO's control message (24 octets) and another like it.
	controlSize = 64
)

// batchSource reads many datagrams with one system call. It waits in Go's
// netpoller, like net.UDPConn does.
type batchSource struct {
	socket *socket
	raw    syscall.RawConn
	msgs   []mmsghdr
	iovs   []unix.Iovec
	bufs   [][]byte
	from   []unix.RawSockaddrInet6 // or RawSockaddrInet4, which is shorter
	ctls   [][controlSize]byte

	written int // how many headers the kernel has written over
	errno   unix.Errno
	call    func(fd uintptr) (done bool) // drain, bound once
}

// sourceOf returns how to read a socket: in batches if it is the kernel's and
// the kernel allows it (a sandbox may not).
func sourceOf(s *socket) source {
	conn, ok := s.raw.(*net.UDPConn)
	if !ok {
		return &plainSource{socket: s}
	}
	raw, err := conn.SyscallConn()
	if err != nil {
		return &plainSource{socket: s}
	}
	errno, joined := unix.ENOSYS, false
	_ = raw.Control(func(fd uintptr) {
		if _, errno = recvmmsg(fd, nil); errno == 0 {
			joined = unix.SetsockoptInt(int(fd), unix.IPPROTO_UDP, unix.UDP_GRO, 1) == nil
		}
	})
	if errno != 0 {
		return &plainSource{socket: s}
	}
	if joined {
		return newBatchSource(s, raw, joinedMessages, joinedSize)
	}
	return newBatchSource(s, raw, singleMessages, singleSize)
}

func newBatchSource(s *socket, raw syscall.RawConn, messages, size int) *batchSource {
	b := &batchSource{
		socket: s,
		raw:    raw,
		msgs:   make([]mmsghdr, messages),
		iovs:   make([]unix.Iovec, messages),
		bufs:   make([][]byte, messages),
		from:   make([]unix.RawSockaddrInet6, messages),
		ctls:   make([][controlSize]byte, messages),
	}
	memory := make([]byte, messages*size)
	for i := range b.msgs {
		b.bufs[i] = memory[i*size : (i+1)*size]
		b.iovs[i].Base = &b.bufs[i][0]
		b.iovs[i].SetLen(size)
		h := &b.msgs[i].hdr
		h.Iov = &b.iovs[i]
		h.SetIovlen(1)
		h.Name = (*byte)(unsafe.Pointer(&b.from[i]))
		h.Control = &b.ctls[i][0]
	}
	b.written = messages
	b.call = b.drain
	return b
}

// read returns only with an error.
func (b *batchSource) read() error {
	if err := b.raw.Read(b.call); err != nil {
		return err
	}
	return os.NewSyscallError("recvmmsg", b.errno)
}

// drain takes all that has arrived. false: wait for more, true: there was an
// error. A batch that is not full has met the end of what had arrived, so to ask
// again before waiting would be a system call for nothing; what comes meanwhile
// ends the wait.
func (b *batchSource) drain(fd uintptr) (failed bool) {
	for {
		n, errno := b.receive(fd)
		switch {
		case errno == unix.EINTR:
		case errno == unix.EAGAIN:
			return false
		case errno != 0:
			b.errno = errno
			return true
		case n < len(b.msgs):
			return false
		}
	}
}

// receive makes one system call, dispatches what it brought and returns how many
// messages that were.
func (b *batchSource) receive(fd uintptr) (int, unix.Errno) {
	for i := range b.written {
		h := &b.msgs[i].hdr
		h.Namelen = unix.SizeofSockaddrInet6
		h.SetControllen(controlSize)
	}
	n, errno := recvmmsg(fd, b.msgs)
	if errno != 0 {
		b.written = len(b.msgs) // who knows
		return 0, errno
	}
	b.written = n
	b.socket.tally.add(eventRead, 1)
	for i := range n {
		b.deliver(i)
	}
	b.socket.received()
	return n, 0
}

// deliver cuts one message into its datagrams.
func (b *batchSource) deliver(i int) {
	s, m := b.socket, &b.msgs[i]
	from := addrPortOfRaw(&b.from[i])
	size := segmentSize(b.ctls[i][:min(int(m.hdr.Controllen), controlSize)])
	first, rest := cut(b.bufs[i][:m.octets], size)
	count := 1
	s.dispatch(first, from)
	for ; len(rest) > 0; count++ {
		first, rest = cut(rest, size)
		s.dispatch(first, from)
	}
	if count > 1 {
		s.tally.add(eventCoalesced, count)
	}
}
