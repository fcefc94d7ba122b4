package signaling_test

import (
	"bytes"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/atrium-rtc/atrium/internal/tracing"
	"github.com/atrium-rtc/atrium/signaling/api"
)

// spans is where traces go.
type spans struct {
	mu   sync.Mutex
	list []*tracing.Record
}

func (s *spans) Take(r *tracing.Record) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.list = append(s.list, r)
}

// take returns what has come since the last time, by the beginning.
func (s *spans) take() []*tracing.Record {
	s.mu.Lock()
	defer s.mu.Unlock()
	list := s.list
	s.list = nil
	slices.SortStableFunc(list, func(a, b *tracing.Record) int { return a.Start.Compare(b.Start) })
	return list
}

// withTraces traces everything.
func withTraces(to *spans) func(*setup) {
	return func(s *setup) { s.Tracer = tracing.New(to, 1) }
}

// outline draws spans as a tree, with what they note and how long they took; siblings by
// name and note.
func outline(list []*tracing.Record) []string {
	var lines []string
	var draw func(parent tracing.SpanID, indent string)
	draw = func(parent tracing.SpanID, indent string) {
		var here []string
		children := map[string]tracing.SpanID{}
		for _, r := range list {
			if r.Parent != parent {
				continue
			}
			line := indent + r.Name
			for _, a := range r.Attributes {
				if a.IsNumber {
					line += fmt.Sprintf(" %s=%d", a.Key, a.Number)
				} else {
					line += fmt.Sprintf(" %s=%s", a.Key, a.Text)
				}
			}
			if r.Failed {
				line += " failed: " + r.Why
			}
			if d := r.End.Sub(r.Start); d > 0 {
				line += " " + d.String()
			}
			here = append(here, line)
			children[line] = r.ID
		}
		slices.Sort(here)
		for _, line := range here {
			lines = append(lines, line)
			draw(children[line], indent+"  ")
		}
	}
	draw(tracing.SpanID{}, "")
	return lines
}

func wantSpans(t *testing.T, s *spans, want ...string) {
	t.Helper()
	synctest.Wait()
	if diff := cmp.Diff(want, outline(s.take())); diff != "" {
		t.Errorf("spans (-want +got):\n%s", diff)
	}
}

func TestJoinsAndNegotiationsAreTraced(t *testing.T) {
	var s spans
	inBubble(t, func(t *testing.T, f *fixture) {
		ann := f.member("ann", `[]`)
		wantSpans(t, &s,
			"joinRoom rpc.system=jsonrpc rpc.method=joinRoom atrium.session=1 atrium.room=r",
			"  inbox",
			"  room.join atrium.participants=1",
			"    room.wait",
		)
		ann.send(`{"method":"publishVideo","params":{"sdpOffer":"hang","doLoopback":false},"id":2}`)
		time.Sleep(time.Second)
		ann.send(`{"method":"publishVideo","params":{"sdpOffer":"offer","doLoopback":false},"id":3}`)
		ann.send(`{"method":"getQuality","id":4}`)
		for range 3 {
			ann.text()
		}
		wantSpans(t, &s,
			"publishVideo rpc.system=jsonrpc rpc.method=publishVideo atrium.session=1 atrium.room=r 29s",
			"  inbox 29s",
			"  negotiation atrium.role=publisher",
			"    room.wait", "    room.wait",
			"publishVideo rpc.system=jsonrpc rpc.method=publishVideo atrium.session=1 atrium.room=r rpc.jsonrpc.error_code=303 failed: code 303 30s",
			"  inbox",
			"  negotiation atrium.role=publisher atrium.outcome=failed failed: code 302 30s",
			"    room.wait", "    room.wait",
		)
		bob := f.member("bob", `[{"id":"ann","streams":[{"id":"webcam"}]}]`)
		ann.text()
		bob.send(`{"method":"receiveVideoFrom","params":{"sender":"ann_webcam","sdpOffer":"offer"},"id":2}`)
		bob.text()
		eve := f.connect()
		eve.send(`{"method":"joinRoom","params":{"user":"bob","room":"r"},"id":1}`)
		eve.text()
		synctest.Wait() // a span ends after its answer
		got := strings.Join(outline(s.take()), "\n")
		for _, want := range []string{
			"receiveVideoFrom rpc.system=jsonrpc rpc.method=receiveVideoFrom atrium.session=2 atrium.room=r\n  inbox\n  negotiation atrium.role=subscriber\n",
			"joinRoom rpc.system=jsonrpc rpc.method=joinRoom atrium.session=3 atrium.room=r rpc.jsonrpc.error_code=104 failed: code 104\n  inbox\n  room.join failed: code 104\n",
		} {
			if !strings.Contains(got, want) {
				t.Errorf("the spans lack\n%s\nof\n%s", want, got)
			}
		}
		for _, name := range []string{"ann", "bob", ann.session, bob.session} {
			if strings.Contains(got, name) {
				t.Errorf("the spans name %q", name)
			}
		}
	}, withTraces(&s))
}

func TestTheMediaPlaneIsPartOfTheTrace(t *testing.T) {
	var s spans
	f := start(t, withSFU(t), withTraces(&s))
	ann := f.member("ann_b", `[]`)
	ann.negotiates(`{"method":"publishVideo","params":{"doLoopback":"false","sdpOffer":`+
		quotedOffer(t, "publish-sendrecv-loopback-data.sdp")+`},"id":20}`, "ann_b")
	ann.send(`{"method":"unpublishVideo","id":21}`)
	ann.send(`{"method":"publishVideo","params":{"doLoopback":false,"sdpOffer":%s},"id":22}`, quotedOffer(t, "subscribe-broken-no-mlines.sdp"))
	for { // there may be candidates in between
		if m := ann.message(); m.ID != nil && *m.ID == 22 {
			break
		}
	}
	f.stop()
	byID, names := map[tracing.SpanID]*tracing.Record{}, map[string]string{}
	list := s.take()
	for _, r := range list {
		byID[r.ID] = r
	}
	for _, r := range list {
		if parent := byID[r.Parent]; parent != nil {
			names[parent.Name+" > "+r.Name] += "x" + r.Why
			if r.Start.Before(parent.Start) {
				t.Errorf("%s began before %s", r.Name, parent.Name)
			}
		}
	}
	want := map[string]string{
		"joinRoom > inbox": "x", "joinRoom > room.join": "x", "room.join > room.wait": "x",
		"publishVideo > inbox": "xx", "publishVideo > negotiation": "xxcode 302",
		"negotiation > room.wait": "xxxx", "negotiation > media.offer": "xxthe offer has no usable audio or video section",
		"negotiation > media.answer": "x", "negotiation > media.candidates": "x",
		"negotiation > media.connection": "x",
	}
	if diff := cmp.Diff(want, names); diff != "" {
		t.Errorf("spans (-want +got):\n%s", diff)
	}
}

func TestTheTraceOfTheHandshakeGoesOn(t *testing.T) {
	var s spans
	f := start(t, withTraces(&s))
	const trace, span = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"
	for flags, taken := range map[string]bool{"01": true, "00": false} {
		c, _, err := handshake(t, f.dial(), "localhost", "Traceparent: 00-"+trace+"-"+span+"-"+flags)
		if err != nil {
			t.Fatal(err)
		}
		c.pump()
		c.join("room "+flags, "ann", `[]`)
		c.call(`{"method":"leaveRoom","id":2}`, `{"id":2,"result":{"sessionId":"$S"},"jsonrpc":"2.0"}`)
		list := s.take()
		if !taken {
			if len(list) != 0 {
				t.Errorf("%d spans of a trace that is not taken", len(list))
			}
			continue
		}
		i := slices.IndexFunc(list, func(r *tracing.Record) bool { return r.Name == api.JoinRoom })
		if r := list[i]; r.Trace.String() != trace || r.Parent.String() != span || !r.Remote {
			t.Errorf("joinRoom is in trace %v under %v", r.Trace, r.Parent)
		}
	}
}

func TestTracesLeadFromLogsAndMetrics(t *testing.T) {
	var s spans
	var log bytes.Buffer
	inBubble(t, func(t *testing.T, f *fixture) {
		f.member("ann", `[]`).publish()
		synctest.Wait()
		requests, negotiations := f.server.Stats().RequestSeconds, f.manager.Stats().NegotiationSeconds
		list := s.take()
		join, publish := list[0].Trace.String(), list[len(list)-1].Trace.String()
		if !strings.Contains(log.String(), "trace_id="+join) {
			t.Errorf("no line with the trace %s:\n%s", join, log.String())
		}
		for name, got := range map[string]string{
			join:               requests[api.JoinRoom].Exemplars[0].TraceID,
			publish:            requests[api.PublishVideo].Exemplars[0].TraceID,
			publish + " again": negotiations["publisher"].Exemplars[0].TraceID + " again",
		} {
			if got != name {
				t.Errorf("the example is %s, want %s", got, name)
			}
		}
		if n := len(requests[api.Ping].Exemplars); n != 0 {
			t.Errorf("ping has %d examples", n)
		}
	}, withTraces(&s), func(s *setup) { s.Logger = slog.New(slog.NewTextHandler(&log, nil)) })
}
