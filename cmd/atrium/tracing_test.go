package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/pion/webrtc/v4"

	"github.com/atrium-rtc/atrium/signaling/rpc"
)

// collector is a trace collector that keeps what it gets.
type collector struct {
	*httptest.Server
	mu    sync.Mutex
	spans []collected
	auth  string
}

// collected is a span as OTLP's JSON has it.
type collected struct {
	TraceID, SpanID, ParentSpanID, Name string
	Kind                                int
	StartTimeUnixNano, EndTimeUnixNano  string
	Attributes                          []struct {
		Key   string
		Value struct{ StringValue, IntValue string }
	}
	Events []struct{ Name string }
	Status struct {
		Code    int
		Message string
	}
}

func (c collected) duration(t *testing.T) time.Duration {
	t.Helper()
	start, err1 := strconv.ParseInt(c.StartTimeUnixNano, 10, 64)
	end, err2 := strconv.ParseInt(c.EndTimeUnixNano, 10, 64)
	if err1 != nil || err2 != nil {
		t.Errorf("%s is from %q to %q", c.Name, c.StartTimeUnixNano, c.EndTimeUnixNano)
	}
	return time.Duration(end - start)
}

func (c collected) attribute(key string) string {
	for _, a := range c.Attributes {
		if a.Key == key {
			return a.Value.StringValue + a.Value.IntValue
		}
	}
	return ""
}

func newCollector(t *testing.T) *collector {
	c := &collector{}
	c.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var body struct {
			ResourceSpans []struct {
				ScopeSpans []struct{ Spans []collected }
			}
		}
		if err := json.NewDecoder(r.Body).Decode(&body); err != nil || r.URL.Path != "/v1/traces" {
			t.Errorf("%s: %v", r.URL, err)
		}
		c.mu.Lock()
		defer c.mu.Unlock()
		c.auth = r.Header.Get("Authorization")
		c.spans = append(c.spans, body.ResourceSpans[0].ScopeSpans[0].Spans...)
		_, _ = io.WriteString(w, "{}")
	}))
	t.Cleanup(c.Close)
	return c
}

// named returns the only span of that name.
func (c *collector) named(t *testing.T, name string) collected {
	t.Helper()
	c.mu.Lock()
	defer c.mu.Unlock()
	var found []collected
	for _, s := range c.spans {
		if s.Name == name {
			found = append(found, s)
		}
	}
	if len(found) != 1 {
		t.Fatalf("%d spans are called %s, want one", len(found), name)
	}
	return found[0]
}

// caller is a client that publishes sound over a real connection.
type caller struct {
	t      *testing.T
	client *rpc.Client
}

func newCaller(t *testing.T, r *running) caller {
	t.Helper()
	client, err := rpc.Dial(t.Context(), "ws://"+r.public.address()+"/room", rpc.DialOptions{})
	if err != nil {
		t.Fatal(err)
	}
	return caller{t, client}
}

func (c caller) call(method string, params, result any) error {
	return c.client.Call(c.t.Context(), method, params, result)
}

// publish returns when the connection stands.
func (c caller) publish() *webrtc.PeerConnection {
	c.t.Helper()
	check := func(err error) {
		c.t.Helper()
		if err != nil {
			c.t.Fatal(err)
		}
	}
	pc, err := webrtc.NewPeerConnection(webrtc.Configuration{})
	check(err)
	connected := make(chan struct{})
	pc.OnConnectionStateChange(func(s webrtc.PeerConnectionState) {
		if s == webrtc.PeerConnectionStateConnected {
			close(connected)
		}
	})
	track, err := webrtc.NewTrackLocalStaticSample(webrtc.RTPCodecCapability{MimeType: webrtc.MimeTypeOpus}, "a", "b")
	check(err)
	_, err = pc.AddTrack(track)
	check(err)
	offer, err := pc.CreateOffer(nil)
	check(err)
	gathered := webrtc.GatheringCompletePromise(pc)
	check(pc.SetLocalDescription(offer))
	<-gathered
	var answer struct{ SDPAnswer string }
	check(c.call("publishVideo", map[string]any{"sdpOffer": pc.LocalDescription().SDP, "doLoopback": false}, &answer))
	check(pc.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeAnswer, SDP: answer.SDPAnswer}))
	<-connected
	return pc
}

func TestTracesReachTheCollector(t *testing.T) {
	c := newCollector(t)
	r := run(t, map[string]string{"tracing.endpoint": c.URL, "tracing.headers": "authorization=Bearer%20x", "shutdown.drain": "0s"})
	ann := newCaller(t, r)
	if err := ann.call("joinRoom", map[string]any{"user": "ann", "room": "r"}, nil); err != nil {
		t.Fatal(err)
	}
	bob := newCaller(t, r)
	if err := bob.call("joinRoom", map[string]any{"user": "ann", "room": "r"}, nil); err == nil {
		t.Error("the same name joined twice")
	}
	pc := ann.publish()
	examples := scrapeExamples(t, r)
	if err := pc.Close(); err != nil {
		t.Error(err)
	}
	ann.client.Close(rpc.CloseNormal, "")
	bob.client.Close(rpc.CloseNormal, "")
	<-ann.client.Done()
	<-bob.client.Done()
	r.signals <- syscall.SIGTERM
	if err := r.wait(t); err != nil {
		t.Error(err)
	}

	root := c.named(t, "publishVideo")
	negotiation := c.named(t, "negotiation")
	for child, parent := range map[string]collected{
		"negotiation": root, "media.offer": negotiation, "media.answer": negotiation,
		"media.candidates": negotiation, "media.connection": negotiation,
	} {
		s := c.named(t, child)
		if s.TraceID != root.TraceID || s.ParentSpanID != parent.SpanID || s.Kind != 1 {
			t.Errorf("%s is of kind %d under %s of trace %s, want it under %s", child, s.Kind, s.ParentSpanID, s.TraceID, parent.Name)
		}
		if d := s.duration(t); d <= 0 || child != "media.connection" && d > root.duration(t) {
			t.Errorf("%s took %v, the request %v", child, d, root.duration(t))
		}
	}
	if root.Kind != 2 || root.ParentSpanID != "" || root.Status.Code != 0 || root.attribute("atrium.room") != "r" {
		t.Errorf("the request is %+v", root)
	}
	if got := fmt.Sprint(c.named(t, "media.connection").Events); got != "[{ICE connected} {DTLS connected}]" {
		t.Errorf("events of the connection: %s", got)
	}
	var failed []string
	for _, s := range c.spans {
		if s.Status.Code == 2 {
			failed = append(failed, s.Name+" "+s.Status.Message)
		}
	}
	if got := strings.Join(failed, ", "); got != "room.join code 104, joinRoom code 104" {
		t.Errorf("failed: %s", got)
	}
	if c.auth != "Bearer x" {
		t.Errorf("authorization %q", c.auth)
	}
	if s := r.traces.stats(); s.Exported != uint64(len(c.spans)) || s.Dropped+s.Failed != 0 {
		t.Errorf("stats %+v, the collector got %d", s, len(c.spans))
	}
	if !strings.Contains(examples, root.TraceID) {
		t.Errorf("no example leads to the trace %s:\n%s", root.TraceID, examples)
	}
}

// scrapeExamples returns the lines of /metrics that lead to a trace.
func scrapeExamples(t *testing.T, r *running) string {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+r.operator.address()+"/metrics", nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Accept", "application/openmetrics-text; version=1.0.0")
	transport := &http.Transport{}
	defer transport.CloseIdleConnections()
	resp, err := (&http.Client{Transport: transport}).Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	var found []string
	for line := range strings.Lines(string(body)) {
		if strings.Contains(line, "trace_id") {
			found = append(found, line)
		}
	}
	return strings.Join(found, "")
}

// The collector listens and never answers.
func TestASilentCollectorDoesNotKeepTheServer(t *testing.T) {
	release := make(chan struct{})
	silent := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { <-release }))
	defer silent.Close()
	defer close(release)
	r := run(t, map[string]string{"tracing.endpoint": silent.URL, "shutdown.drain": "0s"})
	ann := newCaller(t, r)
	if err := ann.call("joinRoom", map[string]any{"user": "ann", "room": "r"}, nil); err != nil {
		t.Fatal(err)
	}
	ann.client.Close(rpc.CloseNormal, "")
	<-ann.client.Done()
	begin := time.Now()
	r.signals <- syscall.SIGTERM
	if err := r.wait(t); err != nil {
		t.Error(err)
	}
	if d := time.Since(begin); d > closeTime+time.Second {
		t.Errorf("ending took %v, want %v at most", d, closeTime)
	}
	if s := r.traces.stats(); s.Failed == 0 || s.Exported != 0 {
		t.Errorf("stats %+v, want what could not be sent as failed", s)
	}
}
