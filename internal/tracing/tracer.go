package tracing

import (
	"context"
	"encoding/binary"
	"math/rand/v2"
	"sync/atomic"
	"time"
)

// Tracer begins traces. A nil Tracer begins none. Its methods may be called from any
// goroutine.
type Tracer struct {
	sink  Sink
	below atomic.Uint64 // the traces taken are those whose randomness is below
}

// randomness is how many different values the last 56 bits of a trace id have, by which
// all servers of a trace decide alike (W3C Trace Context level 2, section 2.2.4).
const randomness = 1 << 56

// New returns a Tracer that takes the share of all traces (0 to 1).
func New(sink Sink, share float64) *Tracer {
	t := &Tracer{sink: sink}
	t.Sample(share)
	return t
}

// Sample changes the share of traces that are taken.
func (t *Tracer) Sample(share float64) {
	t.below.Store(uint64(min(max(share, 0), 1) * randomness))
}

// Begin begins the span of a request that came at the given time, in the trace of parent
// unless that is nil. When the trace is not taken it returns the context and nil. A
// parent can keep its trace from being taken; it cannot have more taken than the share,
// because whoever connects may send one.
func (t *Tracer) Begin(ctx context.Context, name string, came time.Time, parent *Parent) (context.Context, *Span) {
	if t == nil || parent != nil && !parent.sampled {
		return ctx, nil
	}
	r := Record{Name: name, Start: came, Request: true}
	if parent != nil {
		r.Trace, r.Parent, r.Remote = parent.trace, parent.span, true
	} else {
		r.Trace = newTraceID()
	}
	if binary.BigEndian.Uint64(r.Trace[8:])%randomness >= t.below.Load() {
		return ctx, nil
	}
	r.ID = newSpanID()
	s := &Span{sink: t.sink, record: r}
	return context.WithValue(ctx, contextKey{}, s), s
}

// newTraceID and newSpanID need not be hard to guess, only different.
func newTraceID() (id TraceID) {
	for id == (TraceID{}) {
		binary.BigEndian.PutUint64(id[:8], rand.Uint64()) //nolint:gosec // no secret
		binary.BigEndian.PutUint64(id[8:], rand.Uint64()) //nolint:gosec // no secret
	}
	return id
}

func newSpanID() (id SpanID) {
	for id == (SpanID{}) {
		binary.BigEndian.PutUint64(id[:], rand.Uint64()) //nolint:gosec // no secret
	}
	return id
}

// Stats count the spans that have ended. Failed were refused by who should keep them, or
// could not be sent; Dropped came while too many waited.
type Stats struct {
	Exported, Dropped, Failed uint64
}
