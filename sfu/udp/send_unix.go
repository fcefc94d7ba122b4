//go:build unix

package udp

import (
	"fmt"
	"net"
	"net/netip"
	"os"
	"sync"
	"syscall"
)

// sender writes datagrams without waiting. A forwarding shard serves many
// subscribers: were it to wait for room in the socket, as net.UDPConn does, one
// saturated link would delay everybody's media. A datagram that finds no room is
// lost, like any datagram that a router finds no room for. It does not use
// RawConn.Write, whose lock would let writers wait for each other too.
type sender struct {
	raw syscall.RawConn
	ops sync.Pool // of *sendOp
}

// sendOp is one call, kept to be used again.
type sendOp struct {
	b    []byte
	to   destination
	err  error
	call func(fd uintptr) // do, bound once
}

func newSender(conn *net.UDPConn) (*sender, error) {
	raw, err := conn.SyscallConn()
	if err != nil {
		return nil, fmt.Errorf("raw socket: %w", err)
	}
	s := &sender{raw: raw}
	s.ops.New = func() any {
		op := &sendOp{}
		op.call = op.do
		return op
	}
	return s, nil
}

// send sends b, whose destination is of the socket's family.
func (s *sender) send(b []byte, to netip.AddrPort) (int, error) {
	op, _ := s.ops.Get().(*sendOp) // New makes no other
	defer s.ops.Put(op)
	op.b = b
	op.to.set(to)
	err := s.raw.Control(op.call)
	op.b = nil
	if err == nil && op.err != nil {
		err = os.NewSyscallError("sendto", op.err)
	}
	if err != nil {
		return 0, fmt.Errorf("send to %v: %w", to, err)
	}
	return len(b), nil
}
