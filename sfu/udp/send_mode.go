package udp

import (
	"fmt"
	"net"
)

// SendMode says how queues give datagrams to the kernel.
type SendMode uint8

// The modes, the cheapest for each datagram first after SendAuto.
const (
	SendAuto     SendMode = iota // segments where the system can, else batches, else plain
	SendSegments                 // sendmmsg with UDP_SEGMENT runs; New fails if the system cannot
	SendBatches                  // sendmmsg, one datagram a message; New fails if the system cannot
	SendPlain                    // one system call a datagram
)

// String returns the word that ParseSendMode reads.
func (m SendMode) String() string {
	switch m {
	case SendAuto:
		return "auto"
	case SendSegments:
		return "segments"
	case SendBatches:
		return "batches"
	case SendPlain:
		return "plain"
	}
	return fmt.Sprintf("SendMode(%d)", uint8(m))
}

// ParseSendMode reads what String writes. All else is ErrSendMode.
func ParseSendMode(s string) (SendMode, error) {
	for m := SendAuto; m <= SendPlain; m++ {
		if m.String() == s {
			return m, nil
		}
	}
	return 0, fmt.Errorf("%q: %w", s, ErrSendMode)
}

// SendMode returns how queues send now: never SendAuto. Any goroutine may call it.
func (m *Mux) SendMode() SendMode {
	mode := m.mode()
	if mode != SendSegments {
		return mode
	}
	for _, g := range m.groups {
		if !g.segments.off.Load() {
			return mode
		}
	}
	return SendBatches // all addresses have given up segments
}

func (m *Mux) mode() SendMode { return SendMode(m.sending.Load()) }

// chooseSendMode finds out what all sockets can do.
func (m *Mux) chooseSendMode(asked SendMode, sockets []net.PacketConn) error {
	best := SendSegments
	for _, s := range sockets {
		best = max(best, canSend(s)) // the modes are sorted, best first
	}
	switch {
	case asked > SendPlain, asked != SendAuto && asked < best:
		return fmt.Errorf("%v: %w", asked, ErrSendMode)
	case asked == SendAuto:
		asked = best
	}
	m.sending.Store(uint32(asked))
	m.logger.Info("media sockets are open", "sockets", len(sockets), "send", asked)
	return nil
}

// sendPlain ends batches for all queues: the kernel refuses the system call.
func (m *Mux) sendPlain(reason error) {
	if SendMode(m.sending.Swap(uint32(SendPlain))) != SendPlain {
		m.logger.Warn("the system does not let us send in batches; this costs more time", "reason", reason)
	}
}
