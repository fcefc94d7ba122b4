package transport

import (
	"net/netip"
	"time"

	"github.com/atrium-rtc/atrium/internal/demux"
)

// WriteRTP seals and sends one plain RTP packet, whole, to the address that ICE
// selected. It keeps no part of b. When the socket's buffer is full it waits for
// room.
func (c *Conn) WriteRTP(b []byte) error { return c.seal(b, demux.RTP) }

// WriteRTCP seals and sends one plain RTCP compound packet, likewise.
func (c *Conn) WriteRTCP(b []byte) error { return c.seal(b, demux.RTCP) }

func (c *Conn) seal(b []byte, of demux.Class) error {
	c.writing.Lock()
	defer c.writing.Unlock()
	switch {
	case c.stopped.Load() || c.silent.Load():
		return ErrClosed
	case c.sealer == nil:
		return ErrNotConnected
	}
	sealed, err := c.sealer.packet(b, of)
	if err != nil {
		return err
	}
	return c.send(sealed, netip.AddrPort{})
}

// writeCheck sends for the ICE agent.
func (c *Conn) writeCheck(b []byte, to netip.AddrPort) error {
	c.roundTrip.out(b, time.Now())
	return c.carry(b, to)
}

// send sends to the selected address, whatever address the writer has in mind:
// DTLS was told one when it began, and ICE may have found a better one since.
func (c *Conn) send(b []byte, _ netip.AddrPort) error {
	to := c.remote.Load()
	if to == nil {
		return ErrNotConnected
	}
	return c.carry(b, *to)
}

// carry sends through the conditions, if there are any.
func (c *Conn) carry(b []byte, to netip.AddrPort) error {
	u := c.conditions()
	if u == nil {
		return c.transmit(b, to)
	}
	carried, err := u.carry(b, to)
	if !carried {
		c.counters.droppedOut.Add(1)
	}
	return err
}

// transmit gives a datagram to the kernel.
func (c *Conn) transmit(b []byte, to netip.AddrPort) error {
	if c.silent.Load() {
		return nil // nobody notices
	}
	if err := c.socket.send(b, to); err != nil {
		c.counters.sendErrors.Add(1)
		return err
	}
	c.counters.out.count(len(b))
	return nil
}
