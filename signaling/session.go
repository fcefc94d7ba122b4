package signaling

import (
	"context"
	"errors"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/atrium-rtc/atrium/internal/awake"
	"github.com/atrium-rtc/atrium/room"
	"github.com/atrium-rtc/atrium/signaling/api"
	"github.com/atrium-rtc/atrium/signaling/rpc"
)

// Session is one participant's conversation with the server. Its goroutine
// serves the requests one at a time, in order; the other methods may be called
// from any goroutine and do not block.
type Session struct {
	server *Server
	id     room.ParticipantID // a secret; also the participant's id
	number uint64             // for logs and traces
	log    *slog.Logger
	link   link
	inbox  inbox
	ctx    context.Context // ends with the session
	cancel context.CancelFunc

	member   atomic.Bool // in a room, as far as is known
	changed  atomic.Bool // stored answers are of another life
	hears    atomic.Bool // wants to know who speaks
	modern   atomic.Bool // has used a method that is Atrium's own
	extended atomic.Bool // has declared to understand the extensions
	paired   atomic.Bool // has paired connections
	resumed  atomic.Bool // another socket goes on with it, and its stored answers count
	revoked  atomic.Bool // the token was taken back

	pass atomic.Pointer[pass] // nil before the first join; set by the goroutine
	// farewell sends the answer that must go out before the session ends with its room;
	// nil is none.
	farewell atomic.Pointer[func()]

	// Of the goroutine.
	repeats repeats
	mouth   mouth
	effort  effort
}

// newSession starts a session, or returns nil when the server is closing.
func (s *Server) newSession() *Session {
	number := s.counters.sessions.Add(1)
	session := &Session{
		server:  s,
		id:      newSessionID(),
		number:  number,
		log:     s.log.With("session", number),
		inbox:   newInbox(),
		repeats: newRepeats(),
	}
	session.ctx, session.cancel = context.WithCancel(context.Background())
	if !s.sessions.add(session) {
		session.cancel()
		return nil
	}
	s.running.Go(session.run)
	return session
}

// run is the session's goroutine.
func (s *Session) run() {
	for {
		a, ok := s.inbox.take(s.ctx)
		if !ok {
			break
		}
		s.serve(a)
	}
	s.depart()
	s.server.sessions.remove(s.id)
}

// serve serves one request.
func (s *Session) serve(a arrival) {
	if s.changed.Swap(false) {
		s.repeats.forget()
	}
	if s.resumed.Swap(false) {
		s.repeats.renew(a.at)
	}
	if frame := s.repeats.find(&a); frame != nil {
		s.send(frame)
		s.server.counters.repeats.Add(1)
		return
	}
	defer s.contain(a.Method)
	ctx, cancel := context.WithTimeout(visited{s.ctx, a.handshake}, requestTimeout)
	defer cancel()
	ctx, span := s.trace(ctx, &a)
	defer span.End()
	r := &reply{session: s, request: a.Request, carried: a.carried, came: a.at, span: span}
	var code api.Code
	if err := s.dispatch(ctx, r); err != nil {
		code = r.fail(ctx, err)
	}
	conclude(span, code)
	s.server.counters.requests.count(a.Method, code)
	s.repeats.store(&a, r.frame(), time.Now())
}

// send sends a frame, or keeps it while the socket is lost.
func (s *Session) send(frame []byte) { s.sendBy(frame, time.Time{}) }

// sendBy is send for a frame that may wait until the given time.
func (s *Session) sendBy(frame []byte, by time.Time) {
	if !s.link.sendBy(frame, by) {
		s.end(endOverflow)
	}
}

// end ends the session: its socket is closed after what is queued, and its
// goroutine lets the participant leave. Only the first ending counts.
func (s *Session) end(e ending) {
	conn, first := s.link.finish()
	if !first {
		return
	}
	s.cancel()
	if conn != nil {
		conn.Close(e.code, e.text)
	}
	s.server.counters.ended(e)
	s.log.Info("session ended", "why", e.why)
}

// lost is told that the session's socket is gone for the given time. The
// session waits for the grace period, unless nothing would be lost with it and
// very many wait already.
func (s *Session) lost(loss int) {
	if !s.member.Load() && s.server.counters.lost.Load() >= maxLostStrangers {
		s.end(endLost)
		return
	}
	grace := s.server.opts.Load().ReconnectGrace
	s.log.Info("socket lost", "grace", grace)
	s.server.counters.lost.Add(1)
	awake.AfterFunc(missedAfter, func() {
		if s.link.miss(loss) {
			s.tellReach()
		}
	})
	awake.AfterFunc(grace, func() {
		s.server.counters.lost.Add(-1)
		if s.link.lostSince(loss) {
			s.end(endLost)
		}
	})
}

// watch has the others told when nothing comes from the session's socket any more.
func (s *Session) watch(conn *rpc.Conn) {
	conn.OnQuiet(func() { time.AfterFunc(0, s.tellReach) })
}

// tellReach has the room look whether the client is heard. It waits for the room.
func (s *Session) tellReach() {
	if !s.member.Load() {
		return
	}
	ctx, cancel := context.WithTimeout(s.ctx, requestTimeout)
	defer cancel()
	if err := s.server.manager.Reach(ctx, s.id, s.link.heard); err != nil {
		s.log.Debug("reach not told", "error", err)
	}
}

// sayFarewell sends the answer to closeRoom, if it is this session that closes it.
func (s *Session) sayFarewell() {
	if say := s.farewell.Load(); say != nil {
		(*say)()
	}
}

// outside notes that the participant is no longer in its room.
func (s *Session) outside() {
	s.member.Store(false)
	s.changed.Store(true)
}

// inside notes that the participant is in a room now: its messages may be long.
func (s *Session) inside() {
	s.member.Store(true)
	if conn := s.link.current(); conn != nil {
		conn.SetReadLimit(memberReadLimit)
	}
}

func isRoomError(err error) bool {
	var refused *room.Error
	return errors.As(err, &refused)
}
