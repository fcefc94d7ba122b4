package rpc

import (
	"bytes"
	"errors"
	"io"
	"net"
	"time"
	"unicode/utf8"

	"github.com/gorilla/websocket"
)

// read is the reader: it runs on the goroutine that called Serve.
func (c *Conn) read(handle func(msg []byte)) error {
	for {
		msg, err := c.message()
		if err != nil {
			return err
		}
		c.traffic.in(msg)
		if c.closing() {
			continue // wait for the peer's close frame
		}
		if err := c.pace(); err != nil {
			continue // closing
		}
		handle(msg)
	}
}

// request passes a request on, and refuses what is none.
func (c *Conn) request(msg []byte, handle func(Request)) {
	req, err := Parse(msg)
	switch refusal := (*Error)(nil); {
	case err == nil:
		handle(req)
	case errors.As(err, &refusal):
		if frame, err := ErrorFrame(req.ID, refusal); err == nil {
			c.Send(frame)
		}
	}
}

// message reads one text message of at most the read limit.
func (c *Conn) message() ([]byte, error) {
	c.messageBy = time.Time{}
	c.alive()
	kind, r, err := c.ws.NextReader()
	if err != nil {
		return nil, c.readError(err)
	}
	c.messageBy = time.Now().Add(c.cfg.MessageTimeout)
	limit := c.limit.Load()
	if kind != websocket.TextMessage {
		return nil, c.unusable(CloseUnsupported, "text messages only", ErrBadFrame)
	}
	var b bytes.Buffer
	n, err := b.ReadFrom(io.LimitReader(pacedReader{c, r}, limit+1))
	switch {
	case err != nil:
		return nil, c.readError(err)
	case n > limit:
		return nil, c.unusable(CloseTooBig, "message too long", ErrTooBig)
	case !utf8.Valid(b.Bytes()):
		return nil, c.unusable(CloseBadText, "text is not UTF-8", ErrBadFrame)
	}
	return b.Bytes(), nil
}

// pacedReader moves the read deadline before every read of a message.
type pacedReader struct {
	c *Conn
	r io.Reader
}

func (p pacedReader) Read(b []byte) (int, error) {
	p.c.alive()
	return p.r.Read(b)
}

// alive notes a sign of life and moves the read deadline: PeerTimeout from
// now, but never past the end of the message or of the close.
func (c *Conn) alive() {
	now := time.Now()
	c.silence.heard(now)
	by := now.Add(c.cfg.PeerTimeout)
	if !c.messageBy.IsZero() && c.messageBy.Before(by) {
		by = c.messageBy
	}
	_ = c.ws.SetReadDeadline(by)
	// Close may have set its earlier deadline in between: look after setting.
	if end := c.closeBy.Load(); end != 0 && end < by.UnixNano() {
		_ = c.ws.SetReadDeadline(time.Unix(0, end))
	}
}

// pace waits until the next message may be handled.
func (c *Conn) pace() error { return c.limiter.Wait(c.ctx) }

func (c *Conn) closing() bool { return c.closeBy.Load() != 0 }

// unusable closes because of what the peer sent, and reads on for a moment so
// that the close frame is not lost to a connection reset.
func (c *Conn) unusable(code int, reason string, cause error) error {
	c.Close(code, reason)
	for {
		c.alive()
		_, r, err := c.ws.NextReader()
		if err == nil {
			_, err = io.Copy(io.Discard, r)
		}
		if err != nil {
			return cause
		}
	}
}

// readError turns an error of the websocket into one of ours.
func (c *Conn) readError(err error) error {
	var closed *websocket.CloseError
	var timeout net.Error
	switch {
	case c.closing():
		return ErrClosed
	case errors.Is(err, websocket.ErrReadLimit):
		return c.uncountable(err)
	case errors.As(err, &closed):
		return &CloseError{Code: closed.Code, Reason: closed.Text}
	case errors.As(err, &timeout) && timeout.Timeout():
		return ErrLost
	}
	return err
}

// uncountable says goodbye after a length with its first bit set, or lengths of fragments that no number can hold, of which
// the websocket itself says nothing to the peer. The limit that its error speaks of is not in use. As with all that breaks the
// protocol nothing can be read any more, so the reader writes the close frame itself: see send.
func (c *Conn) uncountable(err error) error {
	_ = c.ws.WriteControl(websocket.CloseMessage,
		websocket.FormatCloseMessage(websocket.CloseProtocolError, "no such length"), time.Now().Add(time.Second))
	return err
}
