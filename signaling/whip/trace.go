package whip

import (
	"net/http"
	"strconv"
	"time"

	"github.com/atrium-rtc/atrium/internal/tracing"
)

// trace begins the span of a request that makes a session, in the trace that its client
// names if it names one. Other requests are not traced: they are short, or many.
func (s *Server) trace(r *http.Request) (*http.Request, *tracing.Span) {
	if s.tracer == nil || r.Method != http.MethodPost || r.PathValue("room") == "" {
		return r, nil
	}
	ctx, span := s.tracer.Begin(r.Context(), "POST "+r.Pattern, time.Now(), tracing.ParseParent(r.Header.Get("Traceparent")))
	if span == nil {
		return r, nil
	}
	span.Text("http.request.method", r.Method)
	span.Text("http.route", r.Pattern)
	return r.WithContext(ctx), span
}

// conclude ends the span with the status of the answer. Its text is not noted: it may
// have names in it.
func conclude(span *tracing.Span, status int) {
	if span == nil {
		return
	}
	span.Number("http.response.status_code", int64(status))
	if status >= http.StatusBadRequest {
		span.Fail("status " + strconv.Itoa(status))
	}
	span.End()
}
