package publish

import "time"

// What is sent again: packets of the last second, up to 1024 of them, each as
// often as it is asked for, but not twice in the time that an answer needs.
const (
	maxHistory     = 1024
	minHistory     = 64
	historyAge     = time.Second
	resendInterval = 20 * time.Millisecond
)

// history remembers the packets that one stream sent last.
type history struct {
	sent []remembered // by the low bits of the sequence number
}

type remembered struct {
	packet packet // packet.of is nil where there is none
	at     time.Duration
	resent time.Duration // 0: never
}

// newHistory returns room for a second of so many packets at the least, up to
// maxHistory.
func newHistory(packetsPerSecond int) history {
	size := minHistory
	for size < packetsPerSecond && size < maxHistory {
		size *= 2
	}
	return history{sent: make([]remembered, size)}
}

// add remembers a packet that has just left. A history without room forgets it.
func (h *history) add(p *packet, at time.Duration) {
	if len(h.sent) > 0 {
		*h.slot(p.seq) = remembered{packet: *p, at: at}
	}
}

// take returns the packet with the number if it may be sent again now, and
// counts it as sent again; else nil.
func (h *history) take(seq uint16, at time.Duration) *packet {
	if len(h.sent) == 0 {
		return nil
	}
	r := h.slot(seq)
	switch {
	case r.packet.of == nil || r.packet.seq != seq || at-r.at > historyAge:
		return nil
	case r.resent != 0 && at-r.resent < resendInterval:
		return nil
	}
	r.resent = at
	return &r.packet
}

func (h *history) slot(seq uint16) *remembered { return &h.sent[int(seq)&(len(h.sent)-1)] }
