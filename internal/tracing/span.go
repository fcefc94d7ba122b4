package tracing

import (
	"context"
	"encoding/hex"
	"log/slog"
	"sync"
	"time"
)

// TraceID names a trace; 0 is none.
type TraceID [16]byte

// SpanID names a span; 0 is none.
type SpanID [8]byte

// String returns the id as the protocols write it, in hexadecimal.
func (id TraceID) String() string { return hex.EncodeToString(id[:]) }

// String is as that of TraceID.
func (id SpanID) String() string { return hex.EncodeToString(id[:]) }

// What one span may hold. More is left out.
const (
	maxAttributes = 16
	maxEvents     = 32
	maxText       = 256 // octets of one attribute
)

// Attribute is something known about a span: a text, or a number.
type Attribute struct {
	Key      string
	Text     string
	Number   int64
	IsNumber bool
}

// Event is a moment within a span.
type Event struct {
	Name string
	At   time.Time
}

// Record is a span that has ended.
type Record struct {
	Trace      TraceID
	ID, Parent SpanID // a Parent of 0 is none
	// Remote says that the parent is of another server; Request, that the span is that
	// of a request, and not of a step.
	Remote, Request bool
	Name            string
	Start, End      time.Time
	Attributes      []Attribute
	Events          []Event
	Failed          bool
	Why             string // of Failed
}

// Sink takes spans that have ended, and owns them from then on. It is called from any
// goroutine and must not block.
type Sink interface {
	Take(*Record)
}

// Span is a span under way. Its methods may be called from any goroutine, on nil as well,
// and do nothing after End.
type Span struct {
	sink Sink

	mu     sync.Mutex
	ended  bool
	record Record
}

type contextKey struct{}

// FromContext returns the span that the context belongs to, or nil.
func FromContext(ctx context.Context) *Span {
	s, _ := ctx.Value(contextKey{}).(*Span)
	return s
}

// Start begins a step of the context's span. Without one it returns the context and nil.
func Start(ctx context.Context, name string) (context.Context, *Span) {
	parent := FromContext(ctx)
	if parent == nil {
		return ctx, nil
	}
	return parent.start(ctx, name, time.Now())
}

// StartAt is Start for a step that has begun earlier.
func StartAt(ctx context.Context, name string, at time.Time) (context.Context, *Span) {
	parent := FromContext(ctx)
	if parent == nil {
		return ctx, nil
	}
	return parent.start(ctx, name, at)
}

func (s *Span) start(ctx context.Context, name string, at time.Time) (context.Context, *Span) {
	child := &Span{sink: s.sink, record: Record{
		Trace: s.record.Trace, ID: newSpanID(), Parent: s.record.ID, Name: name, Start: at,
	}}
	return context.WithValue(ctx, contextKey{}, child), child
}

// Trace returns the id of the trace in hexadecimal, "" for nil.
func (s *Span) Trace() string {
	if s == nil {
		return ""
	}
	return s.record.Trace.String()
}

// Text notes an attribute, in place of an earlier one of that key. Long values are cut.
func (s *Span) Text(key, value string) {
	if s != nil {
		s.note(Attribute{Key: key, Text: value[:min(len(value), maxText)]})
	}
}

// Number is as Text.
func (s *Span) Number(key string, value int64) {
	if s != nil {
		s.note(Attribute{Key: key, Number: value, IsNumber: true})
	}
}

func (s *Span) note(a Attribute) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ended {
		return
	}
	for i := range s.record.Attributes {
		if s.record.Attributes[i].Key == a.Key {
			s.record.Attributes[i] = a
			return
		}
	}
	if len(s.record.Attributes) < maxAttributes {
		s.record.Attributes = append(s.record.Attributes, a)
	}
}

// Event notes that something happens now.
func (s *Span) Event(name string) {
	if s != nil {
		s.EventAt(name, s.now())
	}
}

// EventAt notes that something happened then.
func (s *Span) EventAt(name string, at time.Time) {
	if s == nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.ended && len(s.record.Events) < maxEvents {
		s.record.Events = append(s.record.Events, Event{name, at})
	}
}

// Fail says that what the span stands for has failed, and why: in words of the program,
// not of a client. The first reason counts.
func (s *Span) Fail(why string) {
	if s == nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.ended && !s.record.Failed {
		s.record.Failed, s.record.Why = true, why[:min(len(why), maxText)]
	}
}

// End ends the span. Its steps may end later.
func (s *Span) End() {
	if s == nil || !s.finish() {
		return
	}
	s.sink.Take(&s.record) // nobody writes it any more
}

func (s *Span) finish() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ended {
		return false
	}
	s.ended = true
	s.record.End = s.now()
	return true
}

// now goes by the monotonic clock, so that no span ends before it began.
func (s *Span) now() time.Time { return s.record.Start.Add(time.Since(s.record.Start)) }

// Logger returns log with the trace of the context on each line, or log itself without
// one.
func Logger(ctx context.Context, log *slog.Logger) *slog.Logger {
	if s := FromContext(ctx); s != nil {
		return log.With("trace_id", s.Trace())
	}
	return log
}
