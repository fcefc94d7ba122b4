package relay

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"sync"
	"time"
)

const (
	// maxFrame is the longest message read from a client; pion/turn drops longer
	// ones.
	maxFrame = 1599
	// patience is how long a connection may be without a request that proves who
	// sent it, TLS handshake included.
	patience = 10 * time.Second
	// idle is how long a client may be silent after that: no allocation lives longer
	// without being refreshed (RFC 8656 section 7.2).
	idle = time.Hour
	// stuck is how long a client may take to read what was sent to it.
	stuck = 10 * time.Second
	// sendBuffer is asked of the kernel for each connection, in octets. Media that
	// waits longer is late: half a second of 4 Mbit/s.
	sendBuffer = 256 << 10
)

var errFrame = errors.New("no STUN message or channel data that fits")

// stream is a client's TCP or TLS connection. Each Read returns one message (RFC
// 8656 section 12.5 and RFC 8489 section 6.2.2), so that half a message is in no
// buffer but its own. A write that fails ends the connection, as the client would
// not find the beginning of the next message.
type stream struct {
	net.Conn
	in     *bufio.Reader // of the reader
	closed sync.Once
	forget func() // at the first Close

	mu     sync.Mutex // of proven, and of the deadline for reading
	proven bool
}

func newStream(conn net.Conn, forget func()) *stream {
	s := &stream{Conn: conn, in: bufio.NewReaderSize(conn, 2048), forget: forget}
	_ = conn.SetDeadline(time.Now().Add(patience))
	return s
}

// prove gives the connection the time of one that an honest client uses.
func (s *stream) prove() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.proven = true
	_ = s.SetReadDeadline(time.Now().Add(idle))
}

// Read implements net.Conn: one message, or an error.
func (s *stream) Read(b []byte) (int, error) {
	header, err := s.in.Peek(4)
	if err != nil {
		return 0, err //nolint:wrapcheck // of the connection
	}
	size, err := frameSize(header)
	if err != nil {
		return 0, err
	}
	if size > len(b) {
		return 0, fmt.Errorf("%d octets: %w", size, errFrame)
	}
	n, err := io.ReadFull(s.in, b[:size])
	if err == nil {
		s.rest()
	}
	return n, err //nolint:wrapcheck // of the connection
}

// rest lets a proven client be silent again for as long as it may.
func (s *stream) rest() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.proven {
		_ = s.SetReadDeadline(time.Now().Add(idle))
	}
}

// frameSize returns the size of the message that begins with four octets, padding
// included.
func frameSize(header []byte) (int, error) {
	length := int(binary.BigEndian.Uint16(header[2:]))
	var size int
	switch header[0] >> 6 {
	case 0: // STUN
		size = 20 + length
		if length%4 != 0 {
			return 0, errFrame
		}
	case 1: // channel data
		size = 4 + (length+3)&^3
	default:
		return 0, errFrame
	}
	if size > maxFrame {
		return 0, fmt.Errorf("%d octets: %w", size, errFrame)
	}
	return size, nil
}

// Write implements net.Conn for several writers.
func (s *stream) Write(b []byte) (int, error) {
	_ = s.SetWriteDeadline(time.Now().Add(stuck))
	n, err := s.Conn.Write(b)
	if err != nil {
		_ = s.Close()
	}
	return n, err //nolint:wrapcheck // of the connection
}

// Close implements net.Conn.
func (s *stream) Close() error {
	s.closed.Do(s.forget)
	return s.Conn.Close() //nolint:wrapcheck // of the connection
}
