package transport

import (
	"encoding/binary"
	"errors"
	"net/netip"
	"os"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// message is struct mmsghdr of recvmmsg(2).
type message struct {
	header unix.Msghdr
	length uint32
}

// batch is what one recvmmsg fills. Its headers point into itself, so it must
// not be copied.
type batch struct {
	messages [batchSize]message
	vectors  [batchSize]unix.Iovec
	names    [batchSize]unix.RawSockaddrInet6 // large enough for IPv4 too
	controls [batchSize][controlSize]byte
	payloads [batchSize][maxDatagram]byte
}

// controlSize is room for one control message with a struct timespec.
const controlSize = 64

func newBatch() *batch {
	b := new(batch)
	for i := range b.messages {
		b.vectors[i].Base = &b.payloads[i][0]
		b.vectors[i].SetLen(maxDatagram)
		h := &b.messages[i].header
		h.Iov = &b.vectors[i]
		h.SetIovlen(1)
		h.Name = (*byte)(unsafe.Pointer(&b.names[i]))
		h.Control = &b.controls[i][0]
	}
	return b
}

// receive reads what waits in the socket, up to a batch, without waiting.
func (b *batch) receive(fd uintptr) (int, error) {
	for i := range b.messages {
		h := &b.messages[i].header // the kernel wrote the actual sizes
		h.Namelen = unix.SizeofSockaddrInet6
		h.SetControllen(controlSize)
	}
	for {
		n, _, errno := unix.Syscall6(unix.SYS_RECVMMSG, fd,
			uintptr(unsafe.Pointer(&b.messages[0])), batchSize, unix.MSG_DONTWAIT, 0, 0)
		switch {
		case errno == 0:
			return int(n), nil
		case errno != unix.EINTR:
			return 0, errno
		}
	}
}

// at returns a received datagram, or nil if it was cut off.
func (b *batch) at(i int) ([]byte, netip.AddrPort) {
	m := &b.messages[i]
	if m.header.Flags&unix.MSG_TRUNC != 0 {
		return nil, netip.AddrPort{}
	}
	return b.payloads[i][:m.length], b.from(i)
}

// arrival returns when the kernel received a datagram that was read at now. How
// long it waited for this process is no part of its way, so that a busy
// generator does not measure itself. Without a timestamp, or with one that a
// step of the clock made absurd, it is now.
func (b *batch) arrival(i int, now time.Time) time.Time {
	size := min(b.messages[i].header.Controllen, controlSize)
	if size < unix.SizeofCmsghdr {
		return now
	}
	header, data, _, err := unix.ParseOneSocketControlMessage(b.controls[i][:size])
	if err != nil || header.Level != unix.SOL_SOCKET || header.Type != unix.SCM_TIMESTAMPNS ||
		len(data) < int(unsafe.Sizeof(unix.Timespec{})) {
		return now
	}
	var ts unix.Timespec
	copy(unsafe.Slice((*byte)(unsafe.Pointer(&ts)), unsafe.Sizeof(ts)), data)
	waited := now.UnixNano() - ts.Nano()
	if waited < 0 || waited > int64(maxWaited) {
		return now
	}
	return now.Add(-time.Duration(waited))
}

// maxWaited is longer than a full receive buffer can hold media back.
const maxWaited = 10 * time.Second

func (b *batch) from(i int) netip.AddrPort {
	name := &b.names[i]
	port := *(*[2]byte)(unsafe.Pointer(&name.Port)) // in network order
	if name.Family == unix.AF_INET {
		v4 := (*unix.RawSockaddrInet4)(unsafe.Pointer(name))
		return netip.AddrPortFrom(netip.AddrFrom4(v4.Addr), binary.BigEndian.Uint16(port[:]))
	}
	return netip.AddrPortFrom(netip.AddrFrom16(name.Addr).Unmap(), binary.BigEndian.Uint16(port[:]))
}

// drain is one wait of the runtime's poller and all reading it leads to.
type drain struct {
	socket *socket
	to     sink
	err    error
	ready  func(fd uintptr) bool // read, bound once
}

func (s *socket) newDrain(to sink) *drain {
	d := &drain{socket: s, to: to}
	d.ready = d.read
	return d
}

// run reads until the sink ends it, the read deadline passes
// (os.ErrDeadlineExceeded) or the socket is closed (net.ErrClosed).
func (d *drain) run() error {
	d.err = nil
	if err := d.socket.raw.Read(d.ready); err != nil {
		return err
	}
	return d.err
}

// read is called when the socket is readable, first without knowing. It asks
// the poller to wait again (by false) after a call that found less than a batch:
// the queue was empty then, and what came since has marked the socket ready. So
// an arrival costs one recvmmsg, not a second one to learn that there is no more.
func (d *drain) read(fd uintptr) bool {
	for {
		b := d.socket.batches.get()
		n, err := b.receive(fd)
		if err != nil {
			d.socket.batches.put(b)
			if errors.Is(err, unix.EAGAIN) {
				return false
			}
			d.err = os.NewSyscallError("recvmmsg", err)
			return true
		}
		now := time.Now()
		for i := range n {
			if payload, from := b.at(i); payload != nil {
				d.to.datagram(payload, from, b.arrival(i, now))
			}
		}
		d.socket.batches.put(b)
		if !d.to.drained(now) {
			return true
		}
		if n < batchSize {
			return false
		}
	}
}

// stampArrivals asks the kernel to say when each datagram came.
func (s *socket) stampArrivals() error {
	var failed error
	err := s.raw.Control(func(fd uintptr) {
		failed = unix.SetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_TIMESTAMPNS, 1)
	})
	if err != nil {
		return err
	}
	return os.NewSyscallError("setsockopt", failed)
}

// kernelDrops returns how many datagrams found no room in the socket's receive
// buffer. SO_MEMINFO tells it when asked; SO_RXQ_OVFL would with every datagram,
// but not before one arrives after the loss.
func (s *socket) kernelDrops() uint64 {
	const dropsOf = 8 // SK_MEMINFO_DROPS
	var info [dropsOf + 1]uint32
	var failed bool
	err := s.control(func(fd uintptr) {
		size := uint32(unsafe.Sizeof(info))
		_, _, errno := unix.Syscall6(unix.SYS_GETSOCKOPT, fd, unix.SOL_SOCKET, unix.SO_MEMINFO,
			uintptr(unsafe.Pointer(&info[0])), uintptr(unsafe.Pointer(&size)), 0)
		failed = errno != 0
	})
	if err != nil || failed {
		return 0
	}
	return uint64(info[dropsOf])
}
