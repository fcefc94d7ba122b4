package udp

import (
	"errors"
	"net"
	"net/netip"
	"time"

	"github.com/atrium-rtc/atrium/internal/demux"
)

// socket is one UDP socket of a group. Its reader goroutine runs serve; any
// goroutine may write.
type socket struct {
	group *group
	raw   net.PacketConn
	io    packetIO
	pool  *pool

	// The reader's.
	source   source
	failures int // in a row
	tally    tally
}

func newSocket(raw net.PacketConn, g *group, p *pool) (*socket, error) {
	datagrams, err := ioOf(raw)
	if err != nil {
		return nil, err
	}
	return &socket{group: g, raw: raw, io: datagrams, pool: p}, nil
}

// serve reads until done is closed, and the socket with it. A socket survives
// most errors (a link that went down), so the reader does not give up.
func (s *socket) serve(done <-chan struct{}) {
	for {
		if err := s.source.read(); err != nil && !s.pause(err, done) {
			return
		}
	}
}

// received notes that a batch came without an error.
func (s *socket) received() {
	s.failures = 0
	s.tally.publish()
}

// pause waits after a failed read, longer after each in a row, and says
// whether to read again. Only the first is logged.
func (s *socket) pause(err error, done <-chan struct{}) bool {
	select {
	case <-done:
		return false
	default:
	}
	if s.failures == 0 {
		s.group.logger.Warn("reading from a media socket failed", "error", err)
	}
	if errors.Is(err, net.ErrClosed) {
		return false // by somebody else; it will not come back
	}
	retry := time.NewTimer(min(time.Millisecond<<min(s.failures, 10), time.Second))
	s.failures++
	defer retry.Stop()
	select {
	case <-done:
		return false
	case <-retry.C:
		return true
	}
}

// dispatch gives a datagram to whom it belongs to, or counts why to nobody. It
// copies b, and only for those that queue it. Called by the reader's goroutine.
func (s *socket) dispatch(b []byte, from netip.AddrPort) {
	s.tally.add(eventDatagramIn, 1)
	s.tally.add(eventOctetIn, len(b))
	if len(b) > MaxDatagram {
		s.tally.add(eventOversize, 1)
		return
	}
	conn := s.route(b, from)
	if conn == nil {
		return
	}
	d := s.pool.get()
	d.size, d.from = copy(d.buf[:], b), from
	if !conn.inbox.push(d) {
		s.pool.put(d)
		s.tally.add(eventQueueFull, 1)
	}
}

// route finds the connection to queue a datagram for: a binding request by its
// username, all else by source address. nil: it was consumed, or nobody's.
func (s *socket) route(b []byte, from netip.AddrPort) *muxedConn {
	kind := demux.Of(b)
	if kind == demux.Unknown {
		s.tally.add(eventUnclassified, 1)
		return nil
	}
	if kind == demux.STUN && isBindingRequest(b) {
		conn, err := s.group.byRequest(b, from)
		if err != nil {
			s.tally.add(eventBadSTUN, 1)
		} else if conn == nil {
			s.tally.add(eventUnknownSource, 1)
		}
		return conn
	}
	conn := s.group.bySource(kind, from)
	if conn == nil {
		s.tally.add(eventUnknownSource, 1)
		return nil
	}
	if admit := conn.peer.admit; kind == demux.DTLS && admit != nil && !admit(b) {
		s.tally.add(eventUnclassified, 1)
		return nil
	}
	if take := conn.peer.take; take != nil && (kind == demux.RTP || kind == demux.RTCP) && take(b) {
		return nil
	}
	return conn
}

// write sends one datagram at once.
func (s *socket) write(b []byte, to netip.AddrPort) (int, error) {
	c := s.group.counters
	n, err := s.io.WriteToAddrPort(b, to)
	if err != nil {
		c.writeErrors.Add(1)
		return n, err
	}
	c.datagramsOut.Add(1)
	c.octetsOut.Add(uint64(n))
	return n, nil
}
