package signaling

import (
	"context"
	"log/slog"
	"strconv"

	"github.com/atrium-rtc/atrium/internal/tracing"
	"github.com/atrium-rtc/atrium/signaling/api"
)

// traced tells the methods that make a trace: those whose clients wait for rooms and
// media. Their number is bounded by what people do, not by what clients send.
func traced(method string) bool {
	switch method {
	case api.JoinRoom, api.PublishVideo, api.ReceiveVideoFrom, api.Publish, api.Subscribe:
		return true
	}
	return false
}

// trace begins the span of a request at the time when it was read, and times how long it
// waited for the session's goroutine. The session is named by its number, as in logs: its
// id is a secret.
func (s *Session) trace(ctx context.Context, a *arrival) (context.Context, *tracing.Span) {
	if !traced(a.Method) {
		return ctx, nil
	}
	ctx, span := s.server.tracer.Begin(ctx, a.Method, a.at, a.parent)
	if span == nil {
		return ctx, nil
	}
	_, waited := tracing.StartAt(ctx, "inbox", a.at)
	waited.End()
	span.Text("rpc.system", "jsonrpc")
	span.Text("rpc.method", a.Method)
	span.Number("atrium.session", int64(s.number)) //nolint:gosec // a count of sessions
	return ctx, span
}

// conclude notes the code of the answer. Its sentence is not noted: it has names in it.
func conclude(span *tracing.Span, code api.Code) {
	if span != nil && code != 0 {
		span.Number("rpc.jsonrpc.error_code", int64(code))
		span.Fail("code " + strconv.Itoa(int(code)))
	}
}

// logger returns the logger of the session for a request, with its trace if it has one.
func (s *Session) logger(ctx context.Context) *slog.Logger { return tracing.Logger(ctx, s.log) }
