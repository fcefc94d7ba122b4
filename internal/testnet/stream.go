package testnet

import (
	"io"
	"net"
	"net/netip"
	"os"
	"slices"
	"sync"
	"syscall"
	"time"
)

const (
	segmentSize = 1400      // octets of a segment
	sendBuffer  = 256 << 10 // octets that Write takes before it waits
	window      = 64 << 10  // octets that a reader has not read
	firstRTO    = 200 * time.Millisecond
	lastRTO     = 5 * time.Second
	giveUp      = 90 * time.Second // of no progress, then the stream breaks
)

// Stream is one end of a connection like TCP's between two hosts: a net.Conn,
// ordered and reliable over links that lose and delay. Segments travel on the
// same links as datagrams, one that is lost is sent again after a growing time,
// and a reader that does not read stops the writer once the buffers are full.
//
// What is left out of TCP: congestion control, acknowledgements as packets of
// their own (a segment that arrives is acknowledged at once) and half-closing.
type Stream struct {
	host          *Host
	local, remote netip.AddrPort
	peer          *Stream

	// net.mu guards all below.
	changed sync.Cond
	unsent  []byte // what Write took and no segment carries yet
	flying  int    // octets in segments that have not arrived
	sent    uint64 // the offset of the next segment
	moved   time.Time

	inbox    []byte
	window   int
	next     uint64 // the offset of the next octet to arrive
	early    map[uint64][]byte
	finished bool // the peer has said all
	ending   bool // the end is said behind what is unsent

	closed  bool  // by Close
	broken  error // by the network or the peer
	reading deadline
	writing deadline
}

// deadline is one of a stream's two.
type deadline struct {
	at    time.Time
	alarm *time.Timer
}

func (d *deadline) over() bool { return !d.at.IsZero() && !time.Now().Before(d.at) }

func newStream(h *Host, local, remote netip.AddrPort) *Stream {
	s := &Stream{host: h, local: local, remote: remote, window: window, early: make(map[uint64][]byte)}
	s.changed.L = &h.net.mu
	return s
}

// Read waits for octets. It returns io.EOF behind the last ones of a peer that
// closed, and syscall.ECONNRESET for a connection that broke.
func (s *Stream) Read(b []byte) (int, error) {
	n := s.host.net
	n.mu.Lock()
	defer n.mu.Unlock()
	for {
		switch {
		case s.closed:
			return 0, s.fail("read", net.ErrClosed)
		case s.reading.over():
			return 0, s.fail("read", os.ErrDeadlineExceeded)
		case len(s.inbox) > 0:
			count := copy(b, s.inbox)
			s.inbox = s.inbox[count:]
			s.peer.pump(time.Now())
			n.run(time.Now())
			return count, nil
		case s.broken != nil:
			return 0, s.fail("read", s.broken)
		case s.finished:
			return 0, io.EOF
		case len(b) == 0:
			return 0, nil
		}
		s.changed.Wait()
	}
}

// Write waits until the buffer has taken all of b.
func (s *Stream) Write(b []byte) (int, error) {
	n := s.host.net
	n.mu.Lock()
	defer n.mu.Unlock()
	for count := 0; ; {
		switch {
		case s.closed:
			return count, s.fail("write", net.ErrClosed)
		case s.broken != nil:
			return count, s.fail("write", s.broken)
		case s.writing.over():
			return count, s.fail("write", os.ErrDeadlineExceeded)
		case count == len(b):
			return count, nil
		}
		if room := sendBuffer - len(s.unsent); room > 0 {
			taken := min(room, len(b)-count)
			s.unsent = append(s.unsent, b[count:count+taken]...)
			count += taken
			s.pump(time.Now())
			n.run(time.Now())
			continue
		}
		s.changed.Wait()
	}
}

// Close says the end behind what was written, without waiting for it. What
// still comes is refused, and breaks the connection for the peer.
func (s *Stream) Close() error {
	n := s.host.net
	n.mu.Lock()
	defer n.mu.Unlock()
	if s.closed {
		return s.fail("close", net.ErrClosed)
	}
	s.closed, s.ending = true, true
	s.reading.stop()
	s.writing.stop()
	s.changed.Broadcast()
	now := time.Now()
	if len(s.inbox) > 0 { // RFC 1122 section 4.2.2.13: unread octets make it a reset
		s.peer.snap(syscall.ECONNRESET)
	}
	s.pump(now)
	n.run(now)
	return nil
}

// Cut breaks all streams of the host for both ends at once.
func (h *Host) Cut() {
	h.net.mu.Lock()
	defer h.net.mu.Unlock()
	for _, s := range slices.Clone(h.streams) {
		s.snap(syscall.ECONNRESET)
		s.peer.snap(syscall.ECONNRESET)
	}
}

// snap breaks one end. Caller holds net.mu.
func (s *Stream) snap(cause error) {
	if s.broken == nil {
		s.broken = cause
	}
	s.unsent, s.early = nil, nil
	s.host.streams = slices.DeleteFunc(s.host.streams, func(o *Stream) bool { return o == s })
	s.changed.Broadcast()
}

// LocalAddr returns this end's address.
func (s *Stream) LocalAddr() net.Addr { return net.TCPAddrFromAddrPort(s.local) }

// RemoteAddr returns the other end's.
func (s *Stream) RemoteAddr() net.Addr { return net.TCPAddrFromAddrPort(s.remote) }

// SetReadBuffer bounds what arrives unread, in octets.
func (s *Stream) SetReadBuffer(octets int) error {
	s.host.net.mu.Lock()
	defer s.host.net.mu.Unlock()
	s.window = octets
	return nil
}

// SetDeadline sets both.
func (s *Stream) SetDeadline(t time.Time) error { return s.set(t, &s.reading, &s.writing) }

// SetReadDeadline works as for any net.Conn, in the bubble's time.
func (s *Stream) SetReadDeadline(t time.Time) error { return s.set(t, &s.reading) }

// SetWriteDeadline does too.
func (s *Stream) SetWriteDeadline(t time.Time) error { return s.set(t, &s.writing) }

func (s *Stream) set(t time.Time, which ...*deadline) error {
	s.host.net.mu.Lock()
	defer s.host.net.mu.Unlock()
	if s.closed {
		return s.fail("set", net.ErrClosed)
	}
	for _, d := range which {
		d.stop()
		d.at = t
		if wait := time.Until(t); !t.IsZero() && wait > 0 {
			d.alarm = time.AfterFunc(wait, s.wake)
		}
	}
	s.changed.Broadcast()
	return nil
}

func (d *deadline) stop() {
	if d.alarm != nil {
		d.alarm.Stop()
		d.alarm = nil
	}
}

func (s *Stream) wake() {
	s.host.net.mu.Lock()
	defer s.host.net.mu.Unlock()
	s.changed.Broadcast()
}

func (s *Stream) fail(op string, err error) error {
	return &net.OpError{Op: op, Net: "tcp", Source: s.LocalAddr(), Addr: s.RemoteAddr(), Err: err}
}
