package signaling

import (
	"context"
	"errors"
	"time"

	"github.com/atrium-rtc/atrium/internal/admission"
	"github.com/atrium-rtc/atrium/internal/tracing"
	"github.com/atrium-rtc/atrium/room"
	"github.com/atrium-rtc/atrium/signaling/api"
	"github.com/atrium-rtc/atrium/signaling/rpc"
)

// socket is one websocket. Everything in it belongs to the goroutine that
// reads; the session, if any, belongs to itself.
type socket struct {
	server    *Server
	conn      *rpc.Conn
	session   *Session          // nil before the first request that needs one
	parent    *tracing.Parent   // the trace of the handshake; nil without
	carried   admission.Carried // its tokens
	handshake context.Context   // of its request, for the values
	watchdog  watchdog
	silence   *time.Timer // until the first request
}

func (k *socket) run() {
	k.silence = time.AfterFunc(speechTimeout, func() { k.conn.Close(rpc.CloseNormal, reasonSilent) })
	err := k.conn.Serve(k.handle)
	k.silence.Stop()
	k.watchdog.stop()
	if errors.Is(err, rpc.ErrSlowConsumer) {
		k.server.counters.slowConsumers.Add(1)
	}
	if k.session == nil {
		return
	}
	loss, mine := k.session.link.lose(k.conn)
	switch {
	case !mine: // over, or continued elsewhere
	case saidGoodbye(err):
		k.session.end(endHungUp)
	default:
		k.session.log.Info("socket ended", "cause", err)
		k.session.lost(loss)
	}
}

// saidGoodbye tells an application that closed its socket on purpose, or a page
// that was left, from a connection that broke. A close frame without a code is
// what JavaScript's close() sends, which clients also use to get rid of a
// socket they think is dead before they come back.
func saidGoodbye(err error) bool {
	var closed *rpc.CloseError
	return errors.As(err, &closed) && (closed.Code == rpc.CloseNormal || closed.Code == rpc.CloseGoingAway)
}

// handle gets each request in order. Pings and what ends or moves a session do
// not wait for the session's goroutine.
func (k *socket) handle(req rpc.Request) {
	defer k.contain(req.Method)
	k.silence.Stop()
	switch req.Method {
	case api.Ping:
		k.ping(req)
	case api.Connect:
		k.connect(req)
	case api.CloseSession:
		k.closeSession(req)
	default:
		k.enqueue(req)
	}
}

// ping must succeed whatever it carries: the JavaScript client takes an error
// for a lost connection.
func (k *socket) ping(req rpc.Request) {
	defer k.served(req, 0, time.Now())
	k.watchdog.ping(req.Params, func() { k.conn.Close(rpc.CloseNormal, reasonNoPing) })
	echo, _ := api.Text(req.Params, "sessionId")
	if len(echo) > maxEchoedSession {
		echo = ""
	}
	k.answer(req, "pong", echo)
}

// connect names the socket's session, or with the id of another one takes that
// over. Whoever knows the id is its owner.
func (k *socket) connect(req rpc.Request) {
	came := time.Now()
	id, resume := api.Text(req.Params, "sessionId")
	if !resume {
		if s := k.ensureSession(); s != nil {
			k.answer(req, "OK", string(s.id))
			k.served(req, 0, came)
		}
		return
	}
	s := k.server.sessions.get(room.ParticipantID(id))
	if s == nil || !s.stands() || !k.takeOver(s, req) {
		k.refuse(req, &api.Error{Code: api.CodeReconnection, Message: "reconnection error"})
		k.served(req, api.CodeReconnection, came)
		return
	}
	k.served(req, 0, came)
}

// takeOver moves a session to this socket. The answer is the first thing that
// the session sends here, then comes what it could not send before.
func (k *socket) takeOver(s *Session, req rpc.Request) bool {
	frame := k.encode(req, "reconnection successful", string(s.id))
	if s == k.session {
		if frame != nil {
			s.send(frame)
		}
		return true
	}
	old, ok := s.link.attach(k.conn, frame)
	if !ok {
		return false
	}
	s.watch(k.conn)
	time.AfterFunc(0, s.tellReach)
	if s.paired.Load() {
		s.resumed.Store(true)
		k.server.running.Go(s.retell)
	} else {
		s.changed.Store(true)
	}
	if s.member.Load() {
		k.conn.SetReadLimit(memberReadLimit)
	}
	if old != nil {
		old.Close(rpc.CloseNormal, reasonMoved)
	}
	if k.session != nil { // the socket's own session gives way
		k.session.link.detach(k.conn)
		k.session.end(endReplaced)
	}
	k.session = s
	k.server.counters.takeovers.Add(1)
	s.log.Info("socket taken over")
	return true
}

// closeSession answers with a bare string, as the original does.
func (k *socket) closeSession(req rpc.Request) {
	defer k.served(req, 0, time.Now())
	if req.HasID {
		if frame, err := rpc.ResultFrame(req.ID, "bye"); err == nil {
			k.conn.Send(frame)
		}
	}
	if k.session != nil {
		k.session.end(endClosed)
	}
	k.conn.Close(endClosed.code, endClosed.text)
}

// enqueue passes a request to the session, which it makes if need be. A
// sessionId among the parameters is not looked at: either it is this session's,
// or the sender has no business with it.
func (k *socket) enqueue(req rpc.Request) {
	s := k.ensureSession()
	if s == nil {
		return
	}
	came := time.Now()
	if !s.inbox.put(arrival{req, came, k.parent, k.carried, k.handshake}) {
		k.refuse(req, &api.Error{Code: rpc.CodeServer, Message: "Too many requests are waiting"})
		k.served(req, rpc.CodeServer, came)
	}
}

// served counts a request that the socket has answered by itself.
func (k *socket) served(req rpc.Request, code api.Code, came time.Time) {
	k.server.counters.requests.count(req.Method, code)
	k.server.counters.requests.took(req.Method, came, "")
}

// ensureSession returns the socket's session, or nil when the server closes.
func (k *socket) ensureSession() *Session {
	if k.session != nil {
		return k.session
	}
	s := k.server.newSession()
	if s == nil {
		k.conn.Close(endShutdown.code, endShutdown.text)
		return nil
	}
	if _, ok := s.link.attach(k.conn, nil); !ok {
		k.conn.Close(endShutdown.code, endShutdown.text)
	}
	s.watch(k.conn)
	k.session = s
	return s
}

func (k *socket) answer(req rpc.Request, result any, sessionID string) {
	if frame := k.encode(req, result, sessionID); frame != nil {
		k.conn.Send(frame)
	}
}

// encode returns the frame of a result, or nil for a request without id.
func (k *socket) encode(req rpc.Request, result any, sessionID string) []byte {
	if !req.HasID {
		return nil
	}
	encoded, err := api.Result(result, sessionID)
	var frame []byte
	if err == nil {
		frame, err = rpc.ResultFrame(req.ID, encoded)
	}
	if err != nil {
		k.server.log.Error("encode answer", "method", req.Method, "error", err)
		return nil
	}
	return frame
}

func (k *socket) refuse(req rpc.Request, wire *api.Error) {
	if !req.HasID {
		return
	}
	if frame, err := rpc.ErrorFrame(req.ID, wire); err == nil {
		k.conn.Send(frame)
	}
}
