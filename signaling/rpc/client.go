package rpc

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gorilla/websocket"
	"golang.org/x/time/rate"
)

// DialOptions configure a Client. Its zero value works.
type DialOptions struct {
	// Config sets the limits. A zero field means what it means for a server, but
	// for these: PingInterval 10 s, PeerTimeout 30 s, and neither Rate nor
	// MessageTimeout: a server may send what it likes as slowly as it likes.
	Config
	// Header is added to the handshake: Origin, Authorization.
	Header http.Header
	// TLS is the configuration of wss; nil is the default one.
	TLS *tls.Config
	// HandshakeTimeout bounds dialling and the handshake: 10 s.
	HandshakeTimeout time.Duration
	// Dial makes the TCP connection; nil is net.Dialer's. The environment's
	// proxies are not used.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)
	// FirstID is behind which ids begin to count: a session with paired connections
	// wants each id once, however many sockets it has had.
	FirstID int64
	// Notify gets each notification, in order, on the reader: nothing more is
	// read until it returns, and it must not Call.
	Notify func(method string, params json.RawMessage)
	// Ended is called once, after the last Notify and on the same goroutine,
	// with what Err will return; then Done is closed.
	Ended func(err error)
}

func (o DialOptions) withDefaults() DialOptions {
	o.PingInterval = orDefault(o.PingInterval, 10*time.Second)
	o.PeerTimeout = orDefault(o.PeerTimeout, 30*time.Second)
	o.MessageTimeout = orDefault(o.MessageTimeout, 24*time.Hour)
	o.Rate = orDefault(o.Rate, rate.Inf)
	o.Config = o.WithDefaults()
	o.HandshakeTimeout = orDefault(o.HandshakeTimeout, 10*time.Second)
	if o.Dial == nil {
		o.Dial = new(net.Dialer).DialContext
	}
	if o.Notify == nil {
		o.Notify = func(string, json.RawMessage) {}
	}
	if o.Ended == nil {
		o.Ended = func(error) {}
	}
	return o
}

// HandshakeError is a server's refusal to speak websocket.
type HandshakeError struct {
	Status int // of HTTP
	// Body is the beginning of what it said, RetryAfter its header.
	Body, RetryAfter string
}

// Error returns the status and what the server said.
func (e *HandshakeError) Error() string {
	text := fmt.Sprintf("no websocket: %d %s", e.Status, http.StatusText(e.Status))
	if e.Body != "" {
		text += ": " + e.Body
	}
	return text
}

// Client is the calling side of a Conn. Its methods may be called from any
// goroutine. It reads on a goroutine of its own, which is gone soon after
// Close.
type Client struct {
	conn   *Conn
	brake  *brake
	opt    DialOptions
	silent atomic.Bool   // after Abandon
	done   chan struct{} // closed when err is set

	fault error // of the reader: what the server sent cannot be used
	err   error // read after done is closed

	mu      sync.Mutex
	last    int64 // the id given last
	waiting map[int64]chan<- Answer
}

// Dial connects to a ws or wss URL. ctx bounds the handshake alone. The error
// wraps a *HandshakeError when the server speaks HTTP but no websocket here.
func Dial(ctx context.Context, url string, opt DialOptions) (*Client, error) {
	opt = opt.withDefaults()
	ctx, cancel := context.WithTimeout(ctx, opt.HandshakeTimeout)
	defer cancel()
	var b *brake
	interrupt := func() bool { return true }
	dialer := websocket.Dialer{
		ReadBufferSize: 1024, WriteBufferSize: 1024, TLSClientConfig: opt.TLS,
		NetDialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
			conn, err := opt.Dial(ctx, network, address)
			if err != nil {
				return nil, err
			}
			b = newBrake(conn)
			interrupt = context.AfterFunc(ctx, func() { _ = b.Close() })
			return b, nil
		},
	}
	ws, resp, err := dialer.DialContext(ctx, url, opt.Header)
	if resp != nil {
		defer resp.Body.Close()
	}
	if !interrupt() {
		return nil, fmt.Errorf("websocket handshake: %w", context.Cause(ctx))
	}
	if err != nil {
		return nil, dialError(resp, err)
	}
	c := &Client{
		conn: newConn(ws, opt.Config, new(traffic)), brake: b, opt: opt,
		done: make(chan struct{}), waiting: make(map[int64]chan<- Answer), last: opt.FirstID,
	}
	go c.run()
	return c, nil
}

func dialError(resp *http.Response, err error) error {
	if !errors.Is(err, websocket.ErrBadHandshake) || resp == nil {
		return err
	}
	body, _ := io.ReadAll(io.LimitReader(resp.Body, 200))
	return &HandshakeError{
		Status:     resp.StatusCode,
		Body:       strings.TrimSpace(strings.ToValidUTF8(string(body), "")),
		RetryAfter: resp.Header.Get("Retry-After"),
	}
}

func (c *Client) run() {
	err := c.conn.serve(c.handle)
	if c.fault != nil {
		err = c.fault
	}
	c.opt.Ended(err)
	c.err = err
	close(c.done)
}

// handle reads one message. What the server sends that is no JSON-RPC ends
// the connection.
func (c *Client) handle(msg []byte) {
	if c.silent.Load() {
		return
	}
	req, err := Parse(msg)
	switch {
	case err == nil && req.HasID:
		refusal := &Error{Code: CodeMethodNotFound, Message: "Method not found: clients serve none"}
		if frame, err := ErrorFrame(req.ID, refusal); err == nil {
			c.conn.Send(frame)
		}
	case err == nil:
		c.opt.Notify(req.Method, req.Params)
	case errors.Is(err, ErrAnswer):
		c.answer(msg)
	default:
		// Not wrapped: the *Error is Parse's, and those of a Client are the peer's.
		c.fail(fmt.Errorf("%w: %s", ErrBadAnswer, err.Error()))
	}
}

func (c *Client) answer(msg []byte) {
	a, err := ParseAnswer(msg)
	switch {
	case err != nil:
		c.fail(err)
	case a.ID == nil && a.Err != nil:
		// Section 5.1: the server could not read a request. Which one is waiting
		// in vain is not known.
		c.fail(fmt.Errorf("a request was not understood: %w", a.Err))
	default:
		if id, ok := a.number(); ok {
			if waiting := c.take(id); waiting != nil {
				waiting <- a
			}
		}
	}
}

// fail ends the connection for what the server sent. The first cause counts.
func (c *Client) fail(cause error) {
	c.fault = cause
	c.Close(CloseBadText, "not JSON-RPC")
}

// Call sends a request and waits for its answer, which it decodes into result
// unless that is nil. The error is the peer's *Error, the cause of ctx, or
// wraps how the connection ended.
func (c *Client) Call(ctx context.Context, method string, params, result any) error {
	answers := make(chan Answer, 1)
	id := c.expect(answers)
	defer c.take(id)
	frame, err := Marshal(requestFrame{Version: "2.0", Method: method, Params: params, ID: id})
	if err != nil {
		return err
	}
	c.conn.Send(frame)
	var a Answer
	select {
	case a = <-answers:
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-c.done:
		select {
		case a = <-answers: // came before the end
		default:
			return fmt.Errorf("no answer: %w", c.err)
		}
	}
	switch {
	case a.Err != nil:
		return a.Err
	case result == nil:
		return nil
	}
	if err := json.Unmarshal(a.Result, result); err != nil {
		return fmt.Errorf("%w: result of %s: %w", ErrBadAnswer, method, err)
	}
	return nil
}

// expect gives out the next id.
func (c *Client) expect(answers chan<- Answer) int64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.last++
	c.waiting[c.last] = answers
	return c.last
}

// take returns who waits for the answer, once; nil when nobody does, because
// it has come or its context has ended.
func (c *Client) take(id int64) chan<- Answer {
	c.mu.Lock()
	defer c.mu.Unlock()
	waiting := c.waiting[id]
	delete(c.waiting, id)
	return waiting
}

// SetReadRate reads at most so many octets a second from now on: 0 stops
// reading, a negative rate reads freely again. What was read before a stop is
// still handled. While reading is slowed, a silent server is not found lost.
func (c *Client) SetReadRate(octetsPerSecond int) { c.brake.slow(octetsPerSecond) }

// Abandon leaves the connection as a client does whose power goes: nothing
// more is read, written, answered or handled. The TCP connection stays open
// until Close; it is the kernel, not this process, that still acknowledges.
func (c *Client) Abandon() {
	c.silent.Store(true)
	c.brake.freeze()
}

// Close ends the connection with a close frame behind what is queued, or after
// Abandon without a word. It does not wait: see Done.
func (c *Client) Close(code int, reason string) {
	if c.silent.Load() {
		_ = c.brake.Close()
		return
	}
	c.brake.slow(unlimited) // so that the server's close frame is seen
	c.conn.Close(code, reason)
}

// Done is closed when the connection has ended.
func (c *Client) Done() <-chan struct{} { return c.done }

// Err returns, once Done is closed, why: an error as of Conn.Serve, one that
// wraps ErrBadAnswer, or nil before.
func (c *Client) Err() error {
	select {
	case <-c.done:
		return c.err
	default:
		return nil
	}
}
