package awake

import (
	"net"
	"os"
	"sync"
	"time"
)

// Conn is a connection whose deadline for reading is set again when the process overslept it: what the peer sent meanwhile waits
// in the kernel, and a deadline that has passed forbids to look. Deadlines for writing are those of the connection below.
type Conn struct {
	net.Conn

	mu       sync.Mutex
	wait     time.Duration // from setting the deadline to it
	deadline time.Time     // zero: none
}

// NewConn returns a Conn above another, on which no deadline for reading is set.
func NewConn(below net.Conn) *Conn { return &Conn{Conn: below} }

// Read implements net.Conn.
func (c *Conn) Read(b []byte) (int, error) {
	for {
		n, err := c.Conn.Read(b)
		if n > 0 || err == nil || !os.IsTimeout(err) || !c.again(time.Now()) {
			return n, err //nolint:wrapcheck // of the connection below
		}
	}
}

// again reports whether the deadline was overslept, and is set again.
func (c *Conn) again(now time.Time) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.deadline.IsZero() || !Overslept(c.deadline, now) {
		return false
	}
	c.deadline = now.Add(c.wait)
	return c.Conn.SetReadDeadline(c.deadline) == nil
}

// SetReadDeadline implements net.Conn.
func (c *Conn) SetReadDeadline(t time.Time) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.wait, c.deadline = max(0, time.Until(t)), t
	return c.Conn.SetReadDeadline(t) //nolint:wrapcheck // of the connection below
}

// SetDeadline implements net.Conn.
func (c *Conn) SetDeadline(t time.Time) error {
	if err := c.SetWriteDeadline(t); err != nil {
		return err //nolint:wrapcheck // of the connection below
	}
	return c.SetReadDeadline(t)
}
