package parts

import (
	"encoding/binary"
	"net"
	"net/netip"
	"os"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

const (
	batchMessages     = 64 // of one packet, in one system call
	segmentedMessages = 32 // of several
)

// sending is a socket and those it sends to, one after the other.
type sending struct {
	conn      *net.UDPConn
	raw       syscall.RawConn
	receivers []netip.AddrPort
	names     []unix.RawSockaddrInet4
	packet    []byte
	next      int
}

func newSending(receivers []netip.AddrPort) (*sending, error) {
	conn, err := net.ListenUDP("udp4", &net.UDPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		return nil, err
	}
	raw, err := conn.SyscallConn()
	if err != nil {
		return nil, err
	}
	const buffer = 4 << 20
	_ = conn.SetWriteBuffer(buffer) // as far as the system allows
	s := &sending{conn: conn, raw: raw, receivers: receivers, packet: make([]byte, sealedSize)}
	for _, to := range receivers {
		name := unix.RawSockaddrInet4{Family: unix.AF_INET, Addr: to.Addr().As4()}
		port := (*[2]byte)(unsafe.Pointer(&name.Port)) // in network order
		binary.BigEndian.PutUint16(port[:], to.Port())
		s.names = append(s.names, name)
	}
	return s, nil
}

func (s *sending) close() { _ = s.conn.Close() }

// turn returns the receiver whose turn it is.
func (s *sending) turn() int {
	s.next = (s.next + 1) % len(s.receivers)
	return s.next
}

// plain sends one packet.
func (s *sending) plain() error {
	_, err := s.conn.WriteToUDPAddrPort(s.packet, s.receivers[s.turn()])
	return err
}

// segments reports whether the kernel cuts messages.
func (s *sending) segments() bool {
	_, _, err := s.conn.WriteMsgUDPAddrPort(make([]byte, 2*sealedSize), segmentation(), s.receivers[0])
	return err == nil
}

// segmentation is the control message that asks for it, udp(7).
func segmentation() []byte {
	b := make([]byte, unix.CmsgSpace(2))
	h := (*unix.Cmsghdr)(unsafe.Pointer(&b[0]))
	h.Level, h.Type = unix.IPPROTO_UDP, unix.UDP_SEGMENT
	h.SetLen(unix.CmsgLen(2))
	binary.NativeEndian.PutUint16(b[unix.CmsgLen(0):], sealedSize)
	return b
}

// messages are what one sendmmsg(2) sends. They point into themselves, so they
// must not be copied.
type messages struct {
	of      *sending
	headers []message
	vectors []unix.Iovec
	buffers [][]byte
	err     error
	write   func(fd uintptr) bool // bound once
}

// message is struct mmsghdr.
type message struct {
	header unix.Msghdr
	_      uint32 // octets sent
}

// messages prepares a call with so many messages of so many packets.
func (s *sending) messages(count, packets int) *messages {
	m := &messages{
		of: s, headers: make([]message, count), vectors: make([]unix.Iovec, count), buffers: make([][]byte, count),
	}
	control := segmentation()
	for i := range m.headers {
		m.buffers[i] = make([]byte, packets*sealedSize)
		m.vectors[i].Base = &m.buffers[i][0]
		m.vectors[i].SetLen(len(m.buffers[i]))
		h := &m.headers[i].header
		h.Iov = &m.vectors[i]
		h.SetIovlen(1)
		h.Namelen = unix.SizeofSockaddrInet4
		if packets > 1 {
			h.Control = &control[0]
			h.SetControllen(len(control))
		}
	}
	m.write = m.call
	return m
}

// send makes the call, to the receivers whose turn it is.
func (m *messages) send() error {
	for i := range m.headers {
		m.headers[i].header.Name = (*byte)(unsafe.Pointer(&m.of.names[m.of.turn()]))
	}
	return m.flush()
}

// flush makes the call.
func (m *messages) flush() error {
	if err := m.of.raw.Write(m.write); err != nil {
		return err
	}
	return m.err
}

func (m *messages) call(fd uintptr) bool {
	sent := 0
	for sent < len(m.headers) {
		n, _, errno := unix.Syscall6(unix.SYS_SENDMMSG, fd,
			uintptr(unsafe.Pointer(&m.headers[sent])), uintptr(len(m.headers)-sent), 0, 0, 0)
		if errno != 0 {
			m.err = os.NewSyscallError("sendmmsg", errno)
			return true
		}
		sent += int(n)
	}
	return true
}

// path returns a function that does all that forwarding needs, for so many
// packets to each receiver whose turn it is: what of a frame goes to one.
func (s *sending) path(packets int) (func() error, error) {
	subscribers := make([]*rewriter, len(s.receivers))
	for i := range subscribers {
		r, err := newRewriter(16, uint32(i+1)) //nolint:gosec // a few
		if err != nil {
			return nil, err
		}
		subscribers[i] = r
	}
	frame := make([][]byte, packets)
	for i := range frame {
		frame[i] = source()
	}
	m := s.messages(segmentedMessages, packets)
	return func() error {
		for i := range m.headers {
			to := s.turn()
			m.headers[i].header.Name = (*byte)(unsafe.Pointer(&s.names[to]))
			b := m.buffers[i][:0]
			for _, packet := range frame {
				b = subscribers[to].appendSealed(b, packet)
			}
		}
		return m.flush()
	}, nil
}
