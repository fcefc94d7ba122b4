package tracing

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

// list is a sink that keeps everything.
type list struct {
	mu      sync.Mutex
	records []*Record
}

func (l *list) Take(r *Record) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.records = append(l.records, r)
}

func TestSpansAreATreeWithTimes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var sink list
		came := time.Now()
		time.Sleep(time.Second)
		ctx, request := New(&sink, 1).Begin(context.Background(), "joinRoom", came, nil)
		request.Text("room", "r")
		stepCtx, step := Start(ctx, "join")
		time.Sleep(2 * time.Second)
		step.Event("found")
		step.Number("participants", 7)
		_, late := StartAt(stepCtx, "connection", came)
		time.Sleep(time.Second)
		step.End()
		request.Fail("refused")
		request.Fail("and again")
		request.End()
		time.Sleep(time.Minute)
		late.End()
		late.End()
		late.Text("too", "late")
		if len(sink.records) != 3 {
			t.Fatalf("%d records, want one for each span", len(sink.records))
		}
		j, r, c := sink.records[0], sink.records[1], sink.records[2]
		id := r.Trace
		want := []*Record{
			{
				Trace: id, ID: j.ID, Parent: r.ID, Name: "join", Start: came.Add(time.Second), End: came.Add(4 * time.Second),
				Events:     []Event{{"found", came.Add(3 * time.Second)}},
				Attributes: []Attribute{{Key: "participants", Number: 7, IsNumber: true}},
			},
			{
				Trace: id, ID: r.ID, Request: true, Name: "joinRoom", Start: came, End: came.Add(4 * time.Second),
				Attributes: []Attribute{{Key: "room", Text: "r"}}, Failed: true, Why: "refused",
			},
			{Trace: id, ID: c.ID, Parent: j.ID, Name: "connection", Start: came, End: came.Add(64 * time.Second)},
		}
		if diff := cmp.Diff(want, sink.records); diff != "" {
			t.Error(diff)
		}
		if j.ID == r.ID || c.ID == j.ID || id == (TraceID{}) || request.Trace() != id.String() {
			t.Errorf("ids %v %v %v of trace %v, %s", j.ID, r.ID, c.ID, id, request.Trace())
		}
	})
}

func TestParentsAreContinued(t *testing.T) {
	var sink list
	tracer := New(&sink, 1)
	_, s := tracer.Begin(context.Background(), "x", time.Now(), ParseParent(example))
	s.End()
	r := sink.records[0]
	if r.Trace.String() != example[3:35] || r.Parent.String() != example[36:52] || !r.Remote {
		t.Errorf("continued as %+v", r)
	}
	if _, s := tracer.Begin(context.Background(), "x", time.Now(), ParseParent(example[:53]+"00")); s != nil {
		t.Error("a trace that its parent does not take was taken")
	}
}

func TestTheShareOfTracesIsTaken(t *testing.T) {
	var sink list
	taken := func(share float64, parent *Parent) (n int) {
		tracer := New(&sink, share)
		for range 10000 {
			if _, s := tracer.Begin(context.Background(), "x", time.Now(), parent); s != nil {
				n++
			}
		}
		return n
	}
	if none, all := taken(0, nil), taken(1, nil); none != 0 || all != 10000 {
		t.Errorf("%d of share 0, %d of share 1", none, all)
	}
	// Six standard deviations: once in 500 million runs.
	if n := taken(0.25, nil); n < 2500-260 || n > 2500+260 {
		t.Errorf("%d of 10000 were taken, want a quarter", n)
	}
	// The share holds for traces that others began: randomness ce929d0e0e4736 is 0.81.
	if none, all := taken(0.80, ParseParent(example)), taken(0.81, ParseParent(example)); none != 0 || all != 10000 {
		t.Errorf("%d and %d with a parent", none, all)
	}
}

func TestASpanIsBounded(t *testing.T) {
	var sink list
	_, s := New(&sink, 1).Begin(context.Background(), "x", time.Now(), nil)
	s.Number("key 0", 5)
	for i := range 100 {
		s.Event("again")
		s.Text(fmt.Sprint("key ", i), strings.Repeat("x", 1000))
	}
	s.End()
	r := sink.records[0]
	if len(r.Events) != maxEvents || len(r.Attributes) != maxAttributes || len(r.Attributes[0].Text) != maxText {
		t.Errorf("%d events, %d attributes of %d octets", len(r.Events), len(r.Attributes), len(r.Attributes[0].Text))
	}
}

func TestSpansMayBeUsedByManyAtOnce(t *testing.T) {
	var sink list
	ctx, s := New(&sink, 1).Begin(context.Background(), "x", time.Now(), nil)
	var users sync.WaitGroup
	for range 4 {
		users.Go(func() {
			for range 100 {
				_, step := Start(ctx, "step")
				s.Event("e")
				step.Fail("why")
				step.End()
			}
			s.End()
		})
	}
	users.Wait()
	if len(sink.records) != 401 {
		t.Errorf("%d records, want 401", len(sink.records))
	}
}

// untraced is what every request does without tracing.
func untraced(ctx context.Context, t *Tracer) {
	ctx, s := t.Begin(ctx, "joinRoom", time.Time{}, nil)
	s.Text("room", "r")
	_, step := Start(ctx, "join")
	step.Event("e")
	step.Number("n", 1)
	step.Fail("why")
	step.End()
	s.End()
	_ = s.Trace()
}

func TestWithoutTracingNothingIsAllocated(t *testing.T) {
	var sink list
	ctx := context.WithValue(context.Background(), "other", 1) //nolint:staticcheck // any context
	for name, tracer := range map[string]*Tracer{"off": nil, "not sampled": New(&sink, 0)} {
		if n := testing.AllocsPerRun(1000, func() { untraced(ctx, tracer) }); n != 0 {
			t.Errorf("%s: %v allocations", name, n)
		}
	}
	if len(sink.records) != 0 {
		t.Errorf("%d records", len(sink.records))
	}
}

func TestLogLinesNameTheTrace(t *testing.T) {
	var sink list
	var out bytes.Buffer
	log := slog.New(slog.NewTextHandler(&out, nil))
	ctx, s := New(&sink, 1).Begin(context.Background(), "x", time.Now(), nil)
	Logger(ctx, log).Info("joined")
	if !strings.Contains(out.String(), "trace_id="+s.Trace()) {
		t.Errorf("logged %q", out.String())
	}
	if Logger(context.Background(), log) != log {
		t.Error("another logger without a trace")
	}
}

func BenchmarkWithoutTracing(b *testing.B) {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	b.ReportAllocs()
	for b.Loop() {
		untraced(ctx, nil)
	}
}

func BenchmarkTraced(b *testing.B) {
	tracer := New(nowhere{}, 1)
	b.ReportAllocs()
	for b.Loop() {
		untraced(context.Background(), tracer)
	}
}

type nowhere struct{}

func (nowhere) Take(*Record) {}
