//go:build !linux

package transport

import (
	"net/netip"
	"time"
)

// batch is the buffer of one datagram: elsewhere than on Linux a system call
// reads no more.
type batch struct{ payload [maxDatagram + 1]byte }

func newBatch() *batch { return new(batch) }

// drain is the reading of a socket.
type drain struct {
	socket *socket
	to     sink
}

func (s *socket) newDrain(to sink) *drain { return &drain{s, to} }

// run reads until the sink ends it, the read deadline passes
// (os.ErrDeadlineExceeded) or the socket is closed (net.ErrClosed).
func (d *drain) run() error {
	b := d.socket.batches.get()
	defer d.socket.batches.put(b)
	for {
		n, from, err := d.socket.conn.ReadFromUDPAddrPort(b.payload[:])
		if err != nil {
			return err
		}
		now := time.Now()
		if n <= maxDatagram {
			d.to.datagram(b.payload[:n], netip.AddrPortFrom(from.Addr().Unmap(), from.Port()), now)
		}
		if !d.to.drained(now) {
			return nil
		}
	}
}

// stampArrivals is not possible here: a datagram's arrival is when it was read.
func (s *socket) stampArrivals() error { return nil }

// kernelDrops is not known here.
func (s *socket) kernelDrops() uint64 { return 0 }
