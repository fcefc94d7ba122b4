package otlp_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/atrium-rtc/atrium/internal/tracing"
	"github.com/atrium-rtc/atrium/internal/tracing/otlp"
)

// inBubble runs a test of an exporter in fake time; the exporter is closed at its end.
func inBubble(t *testing.T, c *collector, test func(t *testing.T, e *otlp.Exporter)) {
	synctest.Test(t, func(t *testing.T) {
		e, err := otlp.New(otlp.Config{Endpoint: "http://collector:4318", Service: "atrium", Version: "v1", Transport: c})
		if err != nil {
			t.Fatal(err)
		}
		test(t, e)
		if err := e.Close(context.Background()); err != nil {
			t.Error(err)
		}
	})
}

func wantStats(t *testing.T, e *otlp.Exporter, want tracing.Stats) {
	t.Helper()
	if diff := cmp.Diff(want, e.Stats()); diff != "" {
		t.Errorf("stats (-want +got):\n%s", diff)
	}
}

// The bytes are those of the examples of the specification of OTLP's JSON encoding:
// hexadecimal ids, 64 bit numbers as text, enumerations as numbers.
func TestSpansAreEncodedAsTheSpecificationSays(t *testing.T) {
	bodies, headers := make(chan string, 1), make(chan http.Header, 1)
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		bodies <- r.URL.Path + " " + string(body)
		headers <- r.Header
	}))
	defer server.Close()
	e, err := otlp.New(otlp.Config{Endpoint: server.URL, Service: "atrium", Version: "v1", Headers: map[string]string{"Authorization": "Bearer x"}})
	if err != nil {
		t.Fatal(err)
	}
	start := time.Unix(1544712660, 7)
	e.Take(&tracing.Record{
		Trace: tracing.TraceID{0x5b, 15: 0x81}, ID: tracing.SpanID{0xee, 7: 0xd1}, Parent: tracing.SpanID{7: 0x74}, Remote: true, Request: true,
		Name: "joinRoom", Start: start, End: start.Add(time.Second),
		Attributes: []tracing.Attribute{{Key: "atrium.room", Text: `"r"`}, {Key: "n", Number: -5, IsNumber: true}},
		Events:     []tracing.Event{{Name: "found", At: start.Add(time.Millisecond)}},
		Failed:     true, Why: "code 104",
	})
	e.Take(&tracing.Record{Trace: tracing.TraceID{1}, ID: tracing.SpanID{2}, Name: "plain", Start: start, End: start})
	if err := e.Close(context.Background()); err != nil {
		t.Fatal(err)
	}
	got := <-bodies
	before, rest, _ := strings.Cut(got, `,{"key":"host.name"`)
	_, after, _ := strings.Cut(rest, `}}`) // the host's name
	want := `/v1/traces {"resourceSpans":[{"resource":{"attributes":[` +
		`{"key":"service.name","value":{"stringValue":"atrium"}},{"key":"service.version","value":{"stringValue":"v1"}}` +
		`]},"scopeSpans":[{"scope":{"name":"github.com/atrium-rtc/atrium","version":"v1"},"spans":[` +
		`{"traceId":"5b000000000000000000000000000081","spanId":"ee000000000000d1","parentSpanId":"0000000000000074","flags":769,` +
		`"name":"joinRoom","kind":2,"startTimeUnixNano":"1544712660000000007","endTimeUnixNano":"1544712661000000007",` +
		`"attributes":[{"key":"atrium.room","value":{"stringValue":"\"r\""}},{"key":"n","value":{"intValue":"-5"}}],` +
		`"events":[{"timeUnixNano":"1544712660001000007","name":"found"}],"status":{"code":2,"message":"code 104"}},` +
		`{"traceId":"01000000000000000000000000000000","spanId":"0200000000000000","flags":257,` +
		`"name":"plain","kind":1,"startTimeUnixNano":"1544712660000000007","endTimeUnixNano":"1544712660000000007"}]}]}]}`
	if diff := cmp.Diff(want, before+after); diff != "" {
		t.Error(diff)
	}
	if h := <-headers; h.Get("Content-Type") != "application/json" || h.Get("Authorization") != "Bearer x" || h.Get("User-Agent") != "atrium/v1" {
		t.Errorf("headers %v", h)
	}
	wantStats(t, e, tracing.Stats{Exported: 2})
}

func TestSpansGoTogether(t *testing.T) {
	var c collector
	inBubble(t, &c, func(t *testing.T, e *otlp.Exporter) {
		start := time.Now()
		take(e, 3)
		time.Sleep(time.Second)
		take(e, 4)
		time.Sleep(time.Minute)
		take(e, 1000) // more than one batch
		synctest.Wait()
		time.Sleep(time.Minute)
		var got []string
		for _, r := range c.requests() {
			got = append(got, fmt.Sprint(r.spans, " after ", r.at.Sub(start)))
		}
		want := []string{"7 after 5s", "512 after 1m1s", "488 after 1m6s"}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
		wantStats(t, e, tracing.Stats{Exported: 1007})
	})
}

func TestACollectorThatIsAwayHoldsNobodyUp(t *testing.T) {
	var c collector
	inBubble(t, &c, func(t *testing.T, e *otlp.Exporter) {
		c.hang = make(chan struct{})
		start := time.Now()
		take(e, 600)
		synctest.Wait() // the first batch is on its way
		take(e, 5000)
		if d := time.Since(start); d != 0 {
			t.Errorf("taking spans took %v", d)
		}
		const dropped = 600 + 5000 - 512 - 2048
		wantStats(t, e, tracing.Stats{Dropped: dropped})
		close(c.hang)
		time.Sleep(time.Minute)
		wantStats(t, e, tracing.Stats{Dropped: dropped, Exported: 512 + 2048})
	})
}

func TestWhatMayPassIsTriedAgain(t *testing.T) {
	unreachable := answer{err: errors.New("connection refused")}
	busy := answer{status: http.StatusServiceUnavailable, after: "7"}
	wrong := answer{status: http.StatusBadRequest}
	for _, tc := range []struct {
		name    string
		answers []answer
		asked   int
		want    tracing.Stats
	}{
		{"unreachable for a moment", []answer{unreachable, unreachable}, 3, tracing.Stats{Exported: 3}},
		{"busy", []answer{busy}, 2, tracing.Stats{Exported: 3}},
		{"gone", []answer{unreachable, unreachable, unreachable, unreachable, unreachable}, 5, tracing.Stats{Failed: 3}},
		{"a request that it cannot use", []answer{wrong}, 1, tracing.Stats{Failed: 3}},
		{"a redirection", []answer{{status: http.StatusFound}}, 1, tracing.Stats{Failed: 3}},
		{"a part", []answer{{status: 200, body: `{"partialSuccess":{"rejectedSpans":"2","errorMessage":"old"}}`}}, 1, tracing.Stats{Exported: 1, Failed: 2}},
		{"a part, as a number", []answer{{status: 200, body: `{"partialSuccess":{"rejectedSpans":9}}`}}, 1, tracing.Stats{Failed: 3}},
		{"all, with an empty remark", []answer{{status: 202, body: `{"partialSuccess":{}}`}}, 1, tracing.Stats{Exported: 3}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			c := collector{answers: tc.answers}
			inBubble(t, &c, func(t *testing.T, e *otlp.Exporter) {
				take(e, 3)
				time.Sleep(10 * time.Minute)
				wantStats(t, e, tc.want)
				if n := len(c.requests()); n != tc.asked {
					t.Fatalf("%d requests, want %d", n, tc.asked)
				}
				if tc.name == "busy" {
					if wait := c.asked[1].at.Sub(c.asked[0].at); wait != 7*time.Second {
						t.Errorf("came again after %v, want 7 s", wait)
					}
				}
			})
		})
	}
}

func TestCloseSendsWhatWaits(t *testing.T) {
	var c collector
	inBubble(t, &c, func(t *testing.T, e *otlp.Exporter) {
		start := time.Now()
		take(e, 1000)
		if err := e.Close(context.Background()); err != nil {
			t.Error(err)
		}
		if d := time.Since(start); d != 0 {
			t.Errorf("closing took %v", d)
		}
		take(e, 1)
		wantStats(t, e, tracing.Stats{Exported: 1000, Dropped: 1})
	})
}

func TestCloseEndsInTime(t *testing.T) {
	for name, c := range map[string]*collector{
		"silent":      {},
		"unreachable": {answers: []answer{{err: io.EOF}, {err: io.EOF}, {err: io.EOF}, {err: io.EOF}, {err: io.EOF}}},
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, c, func(t *testing.T, e *otlp.Exporter) {
				if name == "silent" {
					c.hang = make(chan struct{})
				}
				take(e, 1000)
				start := time.Now()
				ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
				defer cancel()
				if err := e.Close(ctx); (err != nil) != (name == "silent") {
					t.Errorf("Close: %v", err)
				}
				if d := time.Since(start); d > 2*time.Second {
					t.Errorf("closing took %v, want at most 2 s", d)
				}
				if s := e.Stats(); s.Failed+s.Dropped != 1000 {
					t.Errorf("stats %+v do not add up to 1000", s)
				}
			})
		})
	}
}

func TestAnOutageIsLoggedOnce(t *testing.T) {
	var out bytes.Buffer
	c := collector{answers: []answer{{status: 401}, {status: 401}, {status: 200}}}
	synctest.Test(t, func(t *testing.T) {
		e, err := otlp.New(otlp.Config{
			Endpoint: "http://user:secret@collector", Transport: &c, Logger: slog.New(slog.NewTextHandler(&out, nil)),
		})
		if err != nil {
			t.Fatal(err)
		}
		for range 3 {
			take(e, 1)
			time.Sleep(time.Minute)
		}
		if err := e.Close(context.Background()); err != nil {
			t.Error(err)
		}
	})
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	if len(lines) != 2 || !strings.Contains(lines[0], "401") || !strings.Contains(lines[1], "again") || strings.Contains(out.String(), "secret") {
		t.Errorf("logged %q", lines)
	}
}

func TestEndpoints(t *testing.T) {
	for endpoint, want := range map[string]string{
		"http://a:4318":         "http://a:4318/v1/traces",
		"https://a/":            "https://a/v1/traces",
		"https://a/otlp/v9?x=1": "https://a/otlp/v9?x=1",
		"a:4318":                "",
		"grpc://a:4317":         "",
		"http://":               "",
		"http://%zz":            "",
		"":                      "",
	} {
		var c collector
		e, err := otlp.New(otlp.Config{Endpoint: endpoint, Transport: &c})
		if err != nil {
			if want != "" {
				t.Errorf("%q: %v", endpoint, err)
			}
			continue
		}
		take(e, 1)
		if err := e.Close(context.Background()); err != nil {
			t.Error(err)
		}
		if got := c.requests()[0].url; got != want {
			t.Errorf("%q: sent to %q, want %q", endpoint, got, want)
		}
	}
}
