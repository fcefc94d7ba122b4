package transport

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"time"

	"github.com/pion/dtls/v3"
	"github.com/pion/ice/v4"
)

// Start connects: ICE, then DTLS. It returns when SRTP is ready, after 15 s
// without, or when ctx ends. Call it once, after Accept. After an error the
// connection can only be closed.
func (c *Conn) Start(ctx context.Context) error {
	a, err := c.begin()
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, connectTimeout)
	defer cancel()

	if err := c.connect(ctx, a); err != nil {
		c.state.Lock()
		defer c.state.Unlock()
		if c.closing {
			return ErrClosed // what failed, failed by that
		}
		return err
	}
	return nil
}

func (c *Conn) connect(ctx context.Context, a *answer) error {
	server, err := c.reach(ctx, a)
	if err != nil {
		return err
	}
	sealer, opener, err := c.handshake(ctx, server, a)
	if err != nil {
		return err
	}
	c.writing.Lock()
	c.sealer = sealer
	c.writing.Unlock()
	c.opener.Store(opener)
	_ = c.socket.conn.SetReadDeadline(time.Now()) // wakes the reader to take it
	if c.options.Poller != nil {
		return c.move(c.options.Poller)
	}
	return nil
}

// begin starts the reader.
func (c *Conn) begin() (*answer, error) {
	c.state.Lock()
	defer c.state.Unlock()
	switch {
	case c.closing:
		return nil, ErrClosed
	case c.answer == nil || c.started:
		return nil, errors.New("start: once, after an accepted answer")
	}
	c.started = true
	c.reader = newReader(c)
	c.reading.Go(c.reader.run)
	return c.answer, nil
}

// reach runs ICE until a pair is selected: as the controlling agent that an
// offerer is, and who answers a lite one, else as the controlled one.
func (c *Conn) reach(ctx context.Context, a *answer) (netip.AddrPort, error) {
	begin := c.agent.Dial
	if c.answering {
		begin = c.agent.Accept
	}
	if _, err := begin(ctx, a.ufrag, a.pwd); err != nil {
		if ctx.Err() != nil {
			err = fmt.Errorf("no way to the server found: %w", ctx.Err())
		}
		return netip.AddrPort{}, fmt.Errorf("ICE: %w", err)
	}
	pair, err := c.agent.GetSelectedCandidatePair()
	if err != nil || pair == nil {
		return netip.AddrPort{}, fmt.Errorf("ICE: no selected pair: %w", err)
	}
	server, err := addressOf(pair.Remote)
	if err != nil {
		return netip.AddrPort{}, err
	}
	c.remote.CompareAndSwap(nil, &server) // the agent's notification may be on its way
	return server, nil
}

// follow takes the address that all goes to from now on.
func (c *Conn) follow(remote ice.Candidate) {
	if to, err := addressOf(remote); err == nil {
		c.remote.Store(&to)
	}
}

func addressOf(c ice.Candidate) (netip.AddrPort, error) {
	addr, err := netip.ParseAddr(c.Address())
	if err != nil {
		return netip.AddrPort{}, fmt.Errorf("ICE: selected %q: %w", c.Address(), err)
	}
	return netip.AddrPortFrom(addr.Unmap(), uint16(c.Port())), nil
}

// adoptDTLS makes Close responsible for conn. It returns false if that came
// first.
func (c *Conn) adoptDTLS(conn *dtls.Conn) bool {
	c.state.Lock()
	defer c.state.Unlock()
	if c.closing {
		return false
	}
	c.dtls = conn
	return true
}

// Close ends the connection with a DTLS close_notify, and waits for its
// goroutines. It may be called more than once and must not be called by the
// Handler.
func (c *Conn) Close() error {
	c.shutdown()
	return c.socket.close()
}

// Vanish ends the connection as if the power went: from now on nothing is sent
// and nothing answered, and the server has to find out by itself. The socket
// stays open until Close, so that the kernel refuses nothing on our behalf
// (ICMP port unreachable). It must not be called by the Handler.
func (c *Conn) Vanish() {
	c.silent.Store(true)
	c.shutdown()
	_ = c.socket.conn.SetReadBuffer(0) // what still comes need not be kept
}

// shutdown ends everything but the socket, once; later callers wait for the
// first.
func (c *Conn) shutdown() {
	c.state.Lock()
	first := !c.closing
	c.closing = true
	conn, polled := c.dtls, c.polled
	c.state.Unlock()
	c.end(nil)
	if first {
		if conn != nil {
			_ = conn.Close() // by close_notify, which may be refused
		}
		_ = c.dtlsEnd.Close()
		_ = c.agent.GracefulClose() // has no error of its own
		if u := c.uplink.Load(); u != nil {
			u.close()
		}
		c.stopped.Store(true)
		_ = c.socket.conn.SetReadDeadline(time.Now()) // wakes the reader to see it
	}
	c.reading.Wait()
	if polled {
		c.options.Poller.remove(c.reader)
	}
}
