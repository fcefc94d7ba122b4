package signaling

import (
	"context"
	"errors"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/atrium-rtc/atrium/internal/admission"
	"github.com/atrium-rtc/atrium/internal/tracing"
	"github.com/atrium-rtc/atrium/room"
	"github.com/atrium-rtc/atrium/signaling/api"
	"github.com/atrium-rtc/atrium/signaling/rpc"
)

// reply is the answer to one request, sent at most once: by a callback on the
// room's goroutine, where the protocol wants it before the notifications it
// causes, else by the session's goroutine.
type reply struct {
	session *Session
	request rpc.Request
	carried admission.Carried // by the socket that the request came on
	came    time.Time         // when the request was read
	span    *tracing.Span
	holding bool // the session's frames are held until this is sent
	done    atomic.Bool
	sent    atomic.Pointer[[]byte]
}

// ok answers with a result, see api.Result. A request without id gets none.
func (r *reply) ok(result any) {
	if !r.done.CompareAndSwap(false, true) {
		return
	}
	var frame []byte
	encoded, err := api.Result(result, string(r.session.id))
	if err == nil && r.request.HasID {
		frame, err = rpc.ResultFrame(r.request.ID, encoded)
	}
	if err != nil {
		r.session.log.Error("encode result", "method", r.request.Method, "error", err)
		r.deliver(r.encodeError(internalError()))
		return
	}
	r.deliver(frame)
}

// fail answers with an error and returns its code. After ok it changes nothing.
func (r *reply) fail(ctx context.Context, err error) api.Code {
	wire := r.session.wireError(ctx, r.request.Method, err)
	if r.done.CompareAndSwap(false, true) {
		r.deliver(r.encodeError(wire))
	}
	return wire.Code
}

func (r *reply) encodeError(wire *api.Error) []byte {
	if !r.request.HasID {
		return nil
	}
	frame, err := rpc.ErrorFrame(r.request.ID, wire)
	if err != nil {
		r.session.log.Error("encode error", "method", r.request.Method, "error", err)
	}
	return frame
}

func (r *reply) deliver(frame []byte) {
	if frame != nil {
		r.sent.Store(&frame)
	}
	switch {
	case r.holding:
		r.session.link.release(frame)
	case frame != nil:
		r.session.send(frame)
	}
	r.session.server.counters.requests.took(r.request.Method, r.came, r.span.Trace())
}

// frame returns what was sent, or nil.
func (r *reply) frame() []byte {
	if p := r.sent.Load(); p != nil {
		return *p
	}
	return nil
}

// wireError is the one place where errors become codes. Those of rooms carry
// the session id, those of the JSON-RPC layer do not, as with Kurento.
func (s *Session) wireError(ctx context.Context, method string, err error) *api.Error {
	var wire *api.Error
	var refused *room.Error
	switch {
	case errors.As(err, &wire):
		return wire
	case errors.Is(err, context.DeadlineExceeded): // also as the cause of a room's error
		s.logger(ctx).Warn("request timed out", "method", method)
		return &api.Error{
			Code: api.Code(room.CodeMediaEndpoint), Message: "No answer from the media server in " + requestTimeout.String(),
			SessionID: string(s.id),
		}
	case errors.As(err, &refused):
		if refused.Err != nil {
			level := slog.LevelWarn
			if refused.Code == room.CodeTokenRefused { // what strangers send is no reason to worry
				level = slog.LevelInfo
			}
			s.logger(ctx).Log(ctx, level, "request failed", "method", method, "code", refused.Code, "error", refused.Err)
		}
		return &api.Error{Code: api.Code(refused.Code), Message: refused.Msg, SessionID: string(s.id)}
	case !errors.Is(err, context.Canceled): // canceled: the session is over
		s.logger(ctx).Error("request failed", "method", method, "error", err)
	}
	return internalError()
}

func internalError() *api.Error {
	return &api.Error{Code: rpc.CodeInternal, Message: "Internal error"}
}
