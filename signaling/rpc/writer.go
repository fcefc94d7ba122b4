package rpc

import (
	"errors"
	"time"

	"github.com/gorilla/websocket"
)

// write is the writer goroutine: it drains the outbox, and pings a peer that
// has been silent. It returns after the close frame or when the Conn ends.
func (c *Conn) write() {
	look := time.NewTimer(c.cfg.PingInterval)
	defer look.Stop()
	due := time.Now().Add(c.cfg.PingInterval)
	defer c.out.alarm.Stop() // and nobody listens any more
	most := 0
	if c.batches != nil {
		most = batchLimit
	}
	sent, rung := 0, false
	for {
		b := c.out.take(sent, most, rung)
		sent, rung = b.octets, false
		if !b.empty() {
			if err := c.send(&b); err != nil {
				c.end(ErrLost)
				return
			}
			c.traffic.out(&b)
			if b.close != nil {
				c.awaitClose()
				return
			}
			continue
		}
		select {
		case <-c.out.wake:
		case <-c.out.alarm.C:
			rung = true
		case now := <-look.C:
			wait := c.lookAt(now, due)
			due = now.Add(wait)
			look.Reset(wait)
		case <-c.ended:
			return
		}
	}
}

// send writes a batch: of a server all but the close frame with one write. The
// websocket writes the close frame, so that it knows of it, and what must be
// masked. It also writes one by itself, on the reader, when the peer breaks the
// protocol; a write of a net.Conn is never torn apart by another, and after
// that one the Conn ends.
func (c *Conn) send(b *batch) error {
	by := c.writeBy()
	var err error
	switch {
	case c.batches == nil:
		err = c.sendMasked(b, by)
	case b.octets > batchLimit: // one frame, too long to be copied
		alone := *b
		alone.frames = nil
		if err = c.sendTogether(&alone, by); err == nil {
			err = c.ws.WriteMessage(websocket.TextMessage, b.frames[0])
		}
	default:
		err = c.sendTogether(b, by)
	}
	if err != nil || b.close == nil {
		return err
	}
	return c.ws.WriteControl(websocket.CloseMessage,
		websocket.FormatCloseMessage(b.close.code, b.close.reason), by)
}

// writeBy returns until when the peer must have taken what is written now, and
// tells the websocket.
func (c *Conn) writeBy() time.Time {
	by := time.Now().Add(c.cfg.WriteTimeout)
	if end := c.closeBy.Load(); end != 0 {
		by = time.Unix(0, end)
	}
	_ = c.ws.SetWriteDeadline(by)
	return by
}

// sendTogether encodes pong, ping and frames into one write.
func (c *Conn) sendTogether(b *batch, by time.Time) error {
	if !b.ponged && !b.pinged && len(b.frames) == 0 {
		return nil
	}
	buf := c.batches.get()
	defer c.batches.put(buf)
	*buf = b.appendTo(*buf)
	conn := c.ws.NetConn()
	_ = conn.SetWriteDeadline(by)
	// Close may have set its earlier deadline in between: look after setting.
	if end := c.closeBy.Load(); end != 0 && end < by.UnixNano() {
		_ = conn.SetWriteDeadline(time.Unix(0, end))
	}
	_, err := conn.Write(*buf)
	return err
}

// sendMasked leaves the masking to the websocket.
func (c *Conn) sendMasked(b *batch, by time.Time) error {
	if b.ponged {
		if err := c.ws.WriteControl(websocket.PongMessage, b.pong, by); err != nil {
			return err
		}
	}
	if b.pinged {
		if err := c.ws.WriteControl(websocket.PingMessage, nil, by); err != nil {
			return err
		}
	}
	for _, frame := range b.frames {
		if err := c.ws.WriteMessage(websocket.TextMessage, frame); err != nil {
			return err
		}
	}
	return nil
}

// awaitClose gives the peer a moment to answer our close frame.
func (c *Conn) awaitClose() {
	if end := c.closeBy.Load(); end != 0 {
		_ = c.ws.SetReadDeadline(time.Unix(0, end))
	}
}

// farewell answers the peer's close frame, as RFC 6455 section 5.5.1 asks, and
// waits for the writer to have sent it.
func (c *Conn) farewell(err error, written <-chan struct{}) {
	var closed *CloseError
	if !errors.As(err, &closed) {
		return
	}
	c.closeBy.CompareAndSwap(0, time.Now().Add(c.cfg.CloseTimeout).UnixNano())
	c.stop()
	c.out.close(closed.Code, "", true)
	<-written
}
