package tcp

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"sync/atomic"
	"time"

	"github.com/atrium-rtc/atrium/internal/demux"
)

const (
	// firstMessage is how long a connection may be open without having said whose
	// it is.
	firstMessage = 10 * time.Second
	// farewell is how long a connection of a closed candidate stays open for what
	// waits to be sent, as the end of DTLS.
	farewell = time.Second
)

// stream is one TCP connection. Its reader owns it until a candidate has it.
type stream struct {
	mux    *Mux
	raw    net.Conn
	local  netip.Addr
	remote netip.AddrPort
	conn   *conn // the candidate; set once, by the reader

	frames frames
	outbox outbox
	// The agent has sent STUN here: it knows who that is.
	answered atomic.Bool
}

func newStream(m *Mux, raw net.Conn) (*stream, error) {
	local, err1 := addrPortOf(raw.LocalAddr())
	remote, err2 := addrPortOf(raw.RemoteAddr())
	if err := errors.Join(err1, err2); err != nil {
		return nil, fmt.Errorf("accepted connection: %w", err)
	}
	s := &stream{mux: m, raw: raw, local: local.Addr(), remote: remote}
	s.outbox.init()
	return s, nil
}

// serve is the reader. It ends with the connection.
func (s *stream) serve() {
	s.frames = newFrames(s.raw)
	first, reason := s.identify()
	if reason != admitted {
		s.mux.refuse(s, reason)
		return
	}
	s.mux.goroutines.Go(s.write)
	err := s.read(first)
	if errors.Is(err, ErrOversize) {
		s.mux.counters.oversize.Add(1)
	}
	s.mux.counters.connections.Add(-1)
	if s.conn.detach(s) {
		s.abort()
	}
}

// identify waits for the first frame, which says whose the connection is, and
// gives it to that candidate.
func (s *stream) identify() ([]byte, refusal) {
	if err := s.raw.SetReadDeadline(time.Now().Add(firstMessage)); err != nil {
		return nil, silent
	}
	first, err := s.frames.next()
	if errors.Is(err, ErrOversize) {
		return nil, noRequest
	}
	if err != nil {
		return nil, silent
	}
	ufrag, err := demux.LocalUfrag(first)
	if err != nil {
		return nil, noRequest
	}
	if err := s.raw.SetReadDeadline(time.Time{}); err != nil {
		return nil, silent
	}
	return first, s.mux.join(s, ufrag)
}

// read hands frames to the candidate until the connection ends or the candidate
// is closed, which is no error.
func (s *stream) read(frame []byte) error {
	for {
		if s.wanted(frame) {
			d := s.mux.pool.get(frame, s.remote)
			if !s.conn.inbox.push(d) {
				s.mux.pool.put(d)
				return nil
			}
		}
		var err error
		if frame, err = s.frames.next(); err != nil {
			return err
		}
	}
}

// wanted says whether the agent is to see a frame. One without content means
// nothing (RFC 4571, section 2).
func (s *stream) wanted(frame []byte) bool {
	switch class := demux.Of(frame); {
	case class == demux.STUN:
		return true
	case class == demux.Unknown:
		if len(frame) > 0 {
			s.mux.counters.unclassified.Add(1)
		}
		return false
	case !s.answered.Load():
		s.mux.counters.unknownSource.Add(1)
		return false
	}
	return true
}

// write is the writer: it ends when the connection does, or when nothing waits
// any more of what was sent before the candidate was closed.
func (s *stream) write() {
	for batch := s.outbox.take(nil); batch != nil; batch = s.outbox.take(batch) {
		if _, err := s.raw.Write(batch); err != nil {
			break
		}
	}
	s.abort()
}

// finish ends the connection when what waits has been sent, or after farewell.
func (s *stream) finish() {
	_ = s.raw.SetWriteDeadline(time.Now().Add(farewell))
	s.outbox.close()
}

// abort ends the connection.
func (s *stream) abort() {
	s.outbox.close()
	_ = s.raw.Close()
}
