package rpc

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gorilla/websocket"
	"golang.org/x/time/rate"

	"github.com/atrium-rtc/atrium/internal/awake"
)

// Config sets the limits of a Conn. A zero field means the default beside it.
type Config struct {
	// ReadLimit is the longest message accepted, in octets: 1 MiB. It may be
	// changed while the Conn serves.
	ReadLimit int64
	// QueueLimit bounds the octets that wait for the peer: 1 MiB.
	QueueLimit int
	// PingInterval: the peer gets a websocket ping after this much silence, 3 s.
	// Browsers and client libraries answer it by themselves.
	PingInterval time.Duration
	// PeerTimeout: a peer silent for this long, pongs included, is lost: 9 s.
	PeerTimeout time.Duration
	// QuietAfter: a peer silent for this long, pongs included, is told of by OnQuiet: 7 s.
	QuietAfter time.Duration
	// MessageTimeout bounds the time from the first to the last octet of one
	// message: 30 s.
	MessageTimeout time.Duration
	// WriteTimeout bounds the time in which the peer must take what is written at
	// once: 10 s. That is one frame, or up to 16 KiB of shorter ones.
	WriteTimeout time.Duration
	// CloseTimeout bounds the time from Close to the end: 5 s.
	CloseTimeout time.Duration
	// Rate and Burst bound the messages read, a second and at once: 200 and
	// 1000. Beyond it the socket is read more slowly; nothing is refused.
	Rate  rate.Limit
	Burst int
}

// WithDefaults returns c with its zero fields filled in.
func (c Config) WithDefaults() Config {
	c.ReadLimit = orDefault(c.ReadLimit, 1<<20)
	c.QueueLimit = orDefault(c.QueueLimit, 1<<20)
	c.PingInterval = orDefault(c.PingInterval, 3*time.Second)
	c.PeerTimeout = orDefault(c.PeerTimeout, 9*time.Second)
	c.QuietAfter = orDefault(c.QuietAfter, 7*time.Second)
	c.MessageTimeout = orDefault(c.MessageTimeout, 30*time.Second)
	c.WriteTimeout = orDefault(c.WriteTimeout, 10*time.Second)
	c.CloseTimeout = orDefault(c.CloseTimeout, 5*time.Second)
	c.Rate = orDefault(c.Rate, 200)
	c.Burst = orDefault(c.Burst, 1000)
	return c
}

func orDefault[T comparable](v, d T) T {
	var zero T
	if v == zero {
		return d
	}
	return v
}

// Conn is one websocket. Serve is called once; the other methods may be called
// from any goroutine, also before Serve, and never wait for the peer.
type Conn struct {
	ws      *websocket.Conn
	cfg     Config
	out     *outbox
	batches *buffers // nil when what is written must be masked: a client's
	traffic *traffic // of all Conns of the Upgrader
	limiter *rate.Limiter
	limit   atomic.Int64
	silence silence
	closeBy atomic.Int64 // UnixNano by which everything is over; 0 while open

	// Of the reader.
	messageBy time.Time // when the message being read must be complete

	ctx  context.Context // ends when the Conn is closing or lost
	stop context.CancelFunc

	endOnce sync.Once
	cause   error // why it ended; read after ended is closed
	ended   chan struct{}
}

// Upgrader makes websockets of HTTP requests. Share one between all Conns.
type Upgrader struct {
	up      websocket.Upgrader
	cfg     Config
	batches buffers
	traffic traffic
}

// NewUpgrader returns an Upgrader whose Conns have the limits of cfg. It does
// not look at the Origin: the caller has. Compression is never negotiated: it
// would let a small message inflate past every limit.
func NewUpgrader(cfg Config) *Upgrader {
	return &Upgrader{
		cfg: cfg.WithDefaults(),
		up: websocket.Upgrader{
			HandshakeTimeout: 10 * time.Second,
			ReadBufferSize:   1024,
			WriteBufferSize:  1024,
			WriteBufferPool:  &sync.Pool{}, // so that a silent socket holds none
			CheckOrigin:      func(*http.Request) bool { return true },
		},
	}
}

// Upgrade takes the request's connection over. When it fails it has answered
// the request.
func (u *Upgrader) Upgrade(w http.ResponseWriter, r *http.Request) (*Conn, error) {
	ws, err := u.up.Upgrade(awakened{w}, r, nil)
	if err != nil {
		return nil, fmt.Errorf("upgrade to websocket: %w", err)
	}
	c := newConn(ws, u.cfg, &u.traffic)
	c.batches = &u.batches
	return c, nil
}

// awakened hands a connection over that does not hold the server's own sleep against the peer.
type awakened struct{ http.ResponseWriter }

// Hijack implements http.Hijacker.
func (a awakened) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	conn, buffers, err := http.NewResponseController(a.ResponseWriter).Hijack()
	if err != nil {
		return nil, nil, err //nolint:wrapcheck // of net/http
	}
	return awake.NewConn(conn), buffers, nil
}

// newConn takes a websocket over, of either side. cfg has its defaults.
func newConn(ws *websocket.Conn, cfg Config, counted *traffic) *Conn {
	c := &Conn{ws: ws, cfg: cfg, traffic: counted, out: newOutbox(cfg.QueueLimit), ended: make(chan struct{})}
	c.limiter = rate.NewLimiter(cfg.Rate, cfg.Burst)
	c.limit.Store(cfg.ReadLimit)
	c.silence.heard(time.Now())
	c.ctx, c.stop = context.WithCancel(context.Background())
	ws.SetReadLimit(0) // the reader counts for itself, see body
	ws.SetPingHandler(func(payload string) error { c.alive(); c.out.putPong(payload); return nil })
	ws.SetPongHandler(func(string) error { c.alive(); return nil })
	ws.SetCloseHandler(func(int, string) error { return nil }) // the writer answers
	return c
}

// Serve reads until the connection ends and returns why; handle gets each
// request on the calling goroutine, in order, and while it works nothing is
// read. When Serve returns the connection is closed and its goroutines are
// gone.
func (c *Conn) Serve(handle func(Request)) error {
	return c.serve(func(msg []byte) { c.request(msg, handle) })
}

// serve is Serve for messages of any kind.
func (c *Conn) serve(handle func(msg []byte)) error {
	written := make(chan struct{})
	go func() {
		defer close(written)
		c.write()
	}()
	err := c.read(handle)
	c.farewell(err, written)
	c.end(err)
	<-written
	if closed := (*CloseError)(nil); errors.As(err, &closed) {
		return err // whatever became of our answer to it
	}
	return c.cause
}

// Send queues a frame, which leaves as soon as it can. A peer for which more
// than QueueLimit octets wait loses its connection at once; a frame for a
// closing connection is dropped.
func (c *Conn) Send(frame []byte) { c.SendBy(frame, time.Time{}) }

// SendBy is Send for a frame that may wait until the given time, so that one
// write does for many. It never changes the order: whatever else is sent or
// closed or pinged meanwhile takes it along.
func (c *Conn) SendBy(frame []byte, by time.Time) {
	if !c.out.put(frame, by) {
		c.end(ErrSlowConsumer)
	}
}

// Recall takes back what SendBy queued and what still may wait, also after the
// end of the connection. The peer has seen nothing of it and never will.
func (c *Conn) Recall() [][]byte { return c.out.recall() }

// Close ends the connection with a close frame after everything that is
// queued. Messages that still come are not handled. Closing twice is allowed;
// the first code counts.
func (c *Conn) Close(code int, reason string) {
	by := time.Now().Add(c.cfg.CloseTimeout)
	if !c.closeBy.CompareAndSwap(0, by.UnixNano()) {
		return
	}
	c.stop()
	c.out.close(code, reason, false)
	// A write that is under way must end in time too.
	_ = c.ws.NetConn().SetWriteDeadline(by)
}

// SetReadLimit changes the longest message accepted, in octets. A message of
// which the reader has seen the beginning keeps to the limit it began under.
func (c *Conn) SetReadLimit(octets int64) { c.limit.Store(octets) }

// end tears the connection down. The first cause counts.
func (c *Conn) end(cause error) {
	c.endOnce.Do(func() {
		c.cause = cause
		c.stop()
		if errors.Is(cause, ErrSlowConsumer) {
			reset(c.ws.NetConn())
		} else {
			_ = c.ws.Close()
		}
		close(c.ended)
	})
}

// reset closes without waiting, not even for TLS to say goodbye, and makes the
// kernel forget what it still holds for a peer that does not read.
func reset(conn net.Conn) {
	if t, ok := conn.(*tls.Conn); ok {
		conn = t.NetConn()
	}
	if t, ok := conn.(*net.TCPConn); ok {
		_ = t.SetLinger(0)
	}
	_ = conn.Close()
}

// IsUpgrade reports whether a request asks for a websocket.
func IsUpgrade(r *http.Request) bool { return websocket.IsWebSocketUpgrade(r) }
