package rpc

import (
	"errors"
	"time"

	"github.com/gorilla/websocket"
)

// write is the writer goroutine: it drains the outbox, and pings a peer that
// has been silent. It returns after the close frame or when the Conn ends.
func (c *Conn) write() {
	ticker := time.NewTicker(c.cfg.PingInterval)
	defer ticker.Stop()
	sent := 0
	for {
		p, ok := c.out.take(sent)
		sent = len(p.frame)
		if ok {
			if err := c.send(p); err != nil {
				c.end(ErrLost)
				return
			}
			if p.close != nil {
				c.awaitClose()
				return
			}
			continue
		}
		select {
		case <-c.out.wake:
		case <-ticker.C:
			if !c.heard.Swap(false) {
				c.out.putPing()
			}
		case <-c.ended:
			return
		}
	}
}

func (c *Conn) send(p parcel) error {
	by := time.Now().Add(c.cfg.WriteTimeout)
	if end := c.closeBy.Load(); end != 0 {
		by = time.Unix(0, end)
	}
	_ = c.ws.SetWriteDeadline(by)
	switch {
	case p.close != nil:
		return c.ws.WriteControl(websocket.CloseMessage,
			websocket.FormatCloseMessage(p.close.code, p.close.reason), by)
	case p.ping:
		return c.ws.WriteControl(websocket.PingMessage, nil, by)
	case p.frame == nil:
		return c.ws.WriteControl(websocket.PongMessage, p.pong, by)
	}
	return c.ws.WriteMessage(websocket.TextMessage, p.frame)
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
