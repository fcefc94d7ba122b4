//go:build linux

package faults

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/atrium-rtc/atrium/signaling/api"
	"github.com/atrium-rtc/atrium/signaling/rpc"
)

// say writes into the chat of a room, for the application: what clients say is paced.
func (s *server) say(room, text string) {
	s.t.Helper()
	body, err := json.Marshal(map[string]string{"text": text})
	must(s.t, err)
	response, err := http.Post("http://"+s.operator+"/api/v1/rooms/"+room+"/messages", "application/json", strings.NewReader(string(body)))
	must(s.t, err)
	_ = response.Body.Close()
	if response.StatusCode/100 != 2 {
		s.t.Fatalf("a message is answered with %s", response.Status)
	}
}

// R11: who does not read loses its websocket when 1 MiB waits for it, and nobody else's requests notice. What the kernel takes for
// it before anything waits, here some megabytes, is not counted. The messages go on until the websocket is closed, so that the
// last of them is the one that was too much.
func TestAReaderThatStopsIsClosedAndDelaysNobody(t *testing.T) {
	t.Parallel()
	s := serve(t, launch{})
	c, other := open(t, s, "call"), open(t, s, "control")
	v := visitor(t, s)
	c.bob.SlowReader(0)
	other.viewer.mark()
	latencies := measure(t, v)
	text, last := strings.Repeat("x", 60<<10), time.Time{}
	posted := 0
	for ; s.metric("atrium_websockets") > 4; posted++ {
		if posted > 1000 {
			t.Fatal("60 MB wait for a reader that has stopped")
		}
		last = time.Now()
		s.say("call", text)
	}
	closed := time.Since(last)
	if s.metric("atrium_slow_consumers_total") == 0 { // who reads nothing answers no ping either
		t.Logf("in the 9 s after which it is silent this machine does not queue 1 MiB: %d messages", posted)
	}
	took := latencies()
	slices.Sort(took)
	p99 := took[len(took)*99/100]
	if closed > 5*time.Second {
		t.Errorf("closed %v after the message that was too much", closed)
	}
	if p99 > 100*time.Millisecond+slack {
		t.Errorf("the others' requests take %v, want 100 ms", p99)
	}
	other.unharmed(untouched)
	t.Logf("R11: closed %v after 1 MiB was queued (%d messages of 60 KiB in all); p99 of %d requests of others %v, longest %v",
		closed, posted, len(took), p99, took[len(took)-1])
}

// measure asks again and again over a socket, until the returned function is called, which returns how long each answer took.
func measure(t *testing.T, v *rpc.Client) func() []time.Duration {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan []time.Duration, 1)
	go func() {
		var took []time.Duration
		for ctx.Err() == nil {
			began := time.Now()
			if v.Call(ctx, api.Ping, map[string]any{"interval": 60000}, nil) == nil {
				took = append(took, time.Since(began))
			}
			pass(10 * time.Millisecond)
		}
		done <- took
	}()
	return func() []time.Duration { stop(); return <-done }
}
