package otlp

import (
	"encoding/json"
	"strconv"
	"time"

	"github.com/atrium-rtc/atrium/internal/tracing"
)

// The messages of opentelemetry/proto/trace/v1/trace.proto, as far as they are used, in
// the JSON encoding of OTLP: ids in hexadecimal, enumerations as numbers, 64 bit numbers
// as text.
type (
	exportRequest struct {
		ResourceSpans []resourceSpans `json:"resourceSpans"`
	}
	resourceSpans struct {
		Resource   resource     `json:"resource"`
		ScopeSpans []scopeSpans `json:"scopeSpans"`
	}
	resource struct {
		Attributes []attribute `json:"attributes"`
	}
	scopeSpans struct {
		Scope scope  `json:"scope"`
		Spans []span `json:"spans"`
	}
	scope struct {
		Name    string `json:"name"`
		Version string `json:"version,omitempty"`
	}
	span struct {
		TraceID    string      `json:"traceId"`
		SpanID     string      `json:"spanId"`
		Parent     string      `json:"parentSpanId,omitempty"`
		Flags      uint32      `json:"flags"`
		Name       string      `json:"name"`
		Kind       int         `json:"kind"`
		Start      string      `json:"startTimeUnixNano"`
		End        string      `json:"endTimeUnixNano"`
		Attributes []attribute `json:"attributes,omitempty"`
		Events     []event     `json:"events,omitempty"`
		Status     *status     `json:"status,omitempty"`
	}
	attribute struct {
		Key   string `json:"key"`
		Value value  `json:"value"`
	}
	value struct {
		Text   *string `json:"stringValue,omitempty"`
		Number *string `json:"intValue,omitempty"`
	}
	event struct {
		At   string `json:"timeUnixNano"`
		Name string `json:"name"`
	}
	status struct {
		Code    int    `json:"code"`
		Message string `json:"message,omitempty"`
	}
)

// Of trace.proto.
const (
	kindInternal = 1
	kindServer   = 2

	statusError = 2

	flagSampled       = 1      // of W3C Trace Context
	flagKnowsIsRemote = 1 << 8 // whether the parent is remote is known
	flagIsRemote      = 1 << 9 // and it is
	scopeName         = "github.com/atrium-rtc/atrium"
)

// encode returns the body of a request that exports the records.
func encode(from []attribute, version string, records []*tracing.Record) ([]byte, error) {
	spans := make([]span, 0, len(records))
	for _, r := range records {
		spans = append(spans, spanOf(r))
	}
	return json.Marshal(exportRequest{[]resourceSpans{{
		Resource:   resource{from},
		ScopeSpans: []scopeSpans{{scope{scopeName, version}, spans}},
	}}})
}

func spanOf(r *tracing.Record) span {
	s := span{
		TraceID: r.Trace.String(), SpanID: r.ID.String(), Name: r.Name,
		Kind: kindInternal, Flags: flagSampled | flagKnowsIsRemote,
		Start: nanoseconds(r.Start), End: nanoseconds(r.End),
	}
	if r.Request {
		s.Kind = kindServer
	}
	if r.Remote {
		s.Flags |= flagIsRemote
	}
	if r.Parent != (tracing.SpanID{}) {
		s.Parent = r.Parent.String()
	}
	for _, a := range r.Attributes {
		s.Attributes = append(s.Attributes, attributeOf(a))
	}
	for _, e := range r.Events {
		s.Events = append(s.Events, event{nanoseconds(e.At), e.Name})
	}
	if r.Failed {
		s.Status = &status{statusError, r.Why}
	}
	return s
}

func attributeOf(a tracing.Attribute) attribute {
	if a.IsNumber {
		number := strconv.FormatInt(a.Number, 10)
		return attribute{a.Key, value{Number: &number}}
	}
	return attribute{a.Key, value{Text: &a.Text}}
}

func text(key, s string) attribute { return attribute{key, value{Text: &s}} }

func nanoseconds(t time.Time) string { return strconv.FormatInt(t.UnixNano(), 10) }
