package transport

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

const (
	// maxDatagram is the largest UDP payload that is read, in octets: above an
	// Ethernet frame's 1472. What is larger is dropped.
	maxDatagram = 1600
	// batchSize is how many datagrams one system call reads at most.
	batchSize = 8
	// ReceiveBuffer is how many octets of receive buffer each socket asks of the
	// kernel, which may grant less: half a second of a 4 Mbit/s stream
	// with the kernel's own records.
	ReceiveBuffer = 512 << 10
)

// socket is the one UDP socket of a connection.
type socket struct {
	conn    *net.UDPConn
	raw     syscall.RawConn
	local   netip.AddrPort
	batches *batchPool

	detached atomic.Pointer[descriptor] // what took the place of conn, which is then closed
}

// sink takes what a socket reads.
type sink interface {
	// datagram takes one; b is valid until it returns. The time is its arrival at
	// this machine.
	datagram(b []byte, from netip.AddrPort, arrival time.Time)
	// drained is called after the datagrams of one system call. It returns false
	// to end the reading.
	drained(now time.Time) bool
}

// listen opens a socket at the address from which server is reached, or the
// default route's if server is not valid.
func listen(server netip.Addr, batches *batchPool) (*socket, error) {
	local, err := localAddress(server)
	if err != nil {
		return nil, err
	}
	conn, err := net.ListenUDP("udp", net.UDPAddrFromAddrPort(netip.AddrPortFrom(local, 0)))
	if err != nil {
		return nil, fmt.Errorf("socket: %w", err)
	}
	_ = conn.SetReadBuffer(ReceiveBuffer) // as far as the system allows; Stats.KernelDrops shows the rest
	raw, err := conn.SyscallConn()
	if err != nil {
		_ = conn.Close()
		return nil, fmt.Errorf("socket: %w", err)
	}
	s := &socket{conn: conn, raw: raw, batches: batches}
	if err := s.stampArrivals(); err != nil {
		_ = conn.Close()
		return nil, fmt.Errorf("socket: %w", err)
	}
	bound, _ := conn.LocalAddr().(*net.UDPAddr) // nothing else
	port := bound.AddrPort().Port()
	s.local = netip.AddrPortFrom(local, port)
	return s, nil
}

// localAddress asks the kernel's routes for the address from which server is
// reached. Connecting a UDP socket sends nothing.
func localAddress(server netip.Addr) (netip.Addr, error) {
	if !server.IsValid() {
		server = netip.AddrFrom4([4]byte{192, 0, 2, 1}) // TEST-NET-1 (RFC 5737): nobody's
	}
	probe, err := net.DialUDP("udp", nil, net.UDPAddrFromAddrPort(netip.AddrPortFrom(server, 9)))
	if err != nil {
		return netip.Addr{}, fmt.Errorf("route to %v: %w", server, err)
	}
	addr, _ := probe.LocalAddr().(*net.UDPAddr) // nothing else
	return addr.AddrPort().Addr().Unmap(), probe.Close()
}

// send sends one datagram. Any goroutine may call it.
func (s *socket) send(b []byte, to netip.AddrPort) error {
	if d := s.detached.Load(); d != nil {
		return d.send(b, to)
	}
	_, err := s.conn.WriteToUDPAddrPort(b, to)
	if errors.Is(err, net.ErrClosed) {
		if d := s.detached.Load(); d != nil {
			return d.send(b, to) // it was detached meanwhile
		}
	}
	return err
}

// close closes the socket. It may be called more than once.
func (s *socket) close() error {
	if d := s.detached.Load(); d != nil {
		return d.close()
	}
	err := s.conn.Close()
	if errors.Is(err, net.ErrClosed) {
		return nil
	}
	return err
}

// batchPool lends buffers for one system call's datagrams. Between two calls a
// connection holds none.
type batchPool struct{ free sync.Pool }

func (p *batchPool) get() *batch {
	if b, ok := p.free.Get().(*batch); ok {
		return b
	}
	return newBatch()
}

func (p *batchPool) put(b *batch) { p.free.Put(b) }
