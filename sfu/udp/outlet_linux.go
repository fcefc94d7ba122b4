package udp

import (
	"encoding/binary"
	"fmt"
	"net"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// segmentControl is UDP_SEGMENT's control message: a header and 16 bits (udp(7)).
const segmentControl = 2

// envelopes is the memory in which messages are told to the kernel.
type envelopes struct {
	msgs [maxMessages]mmsghdr
	iovs [maxMessages]unix.Iovec
	ctls [maxMessages]struct {
		_    [0]unix.Cmsghdr // for its alignment
		data [unix.SizeofCmsghdr + 8]byte
	}
}

func newEnvelopes() *envelopes {
	e := new(envelopes)
	for i := range e.msgs {
		h := &e.msgs[i].hdr
		h.Iov = &e.iovs[i]
		h.SetIovlen(1)
		c := (*unix.Cmsghdr)(unsafe.Pointer(&e.ctls[i].data))
		c.Level, c.Type = unix.IPPROTO_UDP, unix.UDP_SEGMENT
		c.SetLen(unix.CmsgLen(segmentControl))
	}
	return e
}

// fill describes one message.
func (e *envelopes) fill(i int, m *message) {
	h := &e.msgs[i].hdr
	h.Name, h.Namelen = (*byte)(unsafe.Pointer(&m.to.raw.raw)), m.to.raw.size
	e.iovs[i].Base = unsafe.SliceData(m.b)
	e.iovs[i].SetLen(len(m.b))
	if m.count == 1 {
		h.Control = nil
		h.SetControllen(0)
		return
	}
	control := &e.ctls[i].data
	binary.NativeEndian.PutUint16(control[unix.CmsgLen(0):], uint16(m.segment))
	h.Control = &control[0]
	h.SetControllen(unix.CmsgSpace(segmentControl))
}

// batchOutlet sends many messages with one system call. It does not use
// RawConn.Write, whose lock all shards and agents would wait for that share the
// socket: sendmmsg needs none.
type batchOutlet struct {
	raw       syscall.RawConn
	envelopes *envelopes // shared by all of a Queue
	n         int        // of the call that is made
	taken     int
	errno     unix.Errno
	call      func(fd uintptr) // sendmmsg, bound once
}

// batchOutlets returns how a Queue sends batches on each of these sockets.
func batchOutlets(sockets []*socket) ([]outlet, error) {
	shared := newEnvelopes()
	outlets := make([]outlet, len(sockets))
	for i, s := range sockets {
		conn, ok := s.raw.(*net.UDPConn)
		if !ok {
			return nil, fmt.Errorf("%T: %w", s.raw, ErrSendMode)
		}
		raw, err := conn.SyscallConn()
		if err != nil {
			return nil, fmt.Errorf("raw socket: %w", err)
		}
		o := &batchOutlet{raw: raw, envelopes: shared}
		o.call = o.do
		outlets[i] = o
	}
	return outlets, nil
}

func (o *batchOutlet) do(fd uintptr) { o.taken, o.errno = sendmmsg(fd, o.envelopes.msgs[:o.n]) }

func (o *batchOutlet) send(msgs []message) (int, error) {
	for i := range msgs {
		o.envelopes.fill(i, &msgs[i])
	}
	o.n = len(msgs)
	if err := o.raw.Control(o.call); err != nil {
		return 0, err
	}
	if o.errno != 0 {
		return 0, o.errno
	}
	return o.taken, nil
}

// canSend returns the best that the system offers for queues on this socket.
func canSend(raw net.PacketConn) SendMode {
	mode := SendPlain
	conn, ok := raw.(*net.UDPConn)
	if !ok {
		return mode
	}
	control, err := conn.SyscallConn()
	if err != nil {
		return mode
	}
	_ = control.Control(func(fd uintptr) {
		if _, errno := sendmmsg(fd, nil); errno != 0 {
			return // a sandbox forbids it
		}
		mode = SendBatches
		if _, err := unix.GetsockoptInt(int(fd), unix.IPPROTO_UDP, unix.UDP_SEGMENT); err == nil {
			mode = SendSegments
		}
	})
	return mode
}
