package udp

import "fmt"

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

// SendMode returns how queues send: never SendAuto. Any goroutine may call it.
func (m *Mux) SendMode() SendMode { return SendPlain }
