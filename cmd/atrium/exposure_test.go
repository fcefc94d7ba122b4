package main

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/atrium-rtc/atrium/room"
)

// operatorPaths are what operatorHandler serves, with something of each below them.
func operatorPaths() []string {
	return []string{
		"/healthz", "/readyz", "/metrics", "/reload", "/admin/", "/admin/api/state", "/admin/api/drain", "/api/v1/", "/api/v1/rooms",
		"/api/v1/openapi.json", "/api/v1/events", "/debug/flight", "/debug/pprof/", "/debug/pprof/cmdline", "/debug/pprof/profile",
		"/debug/pprof/symbol", "/debug/pprof/trace", "/debug/pprof/heap", "/debug/pprof/goroutine?debug=2", "/debug/pprof/block", "/debug/vars",
	}
}

// disguises are ways to write a path that a careless server takes for the same one.
func disguises(path string) []string {
	return []string{
		path, "/" + path, "/x/.." + path, "/whip/.." + path, "/whip/%2e%2e" + path, "/." + path, strings.ToUpper(path),
		strings.Replace(path, "/", "/%2f", 1), path[:1] + fmt.Sprintf("%%%02x", path[1]) + path[2:], path + "/", path + ";a=b", path + "%00", path + "?room=r",
	}
}

// What is for the operator is on the operator's listener and nowhere else, however the path is written, by whatever method,
// and whatever host the request names.
func TestNothingOfTheOperatorIsOnThePublicListener(t *testing.T) {
	defer goleak.VerifyNone(t)
	r := run(t, map[string]string{"operator.listen": "127.0.0.1:0", "http.listen": "127.0.0.1:0"})
	for _, path := range operatorPaths() {
		for _, disguised := range disguises(path) {
			for _, method := range []string{"GET", "POST", "HEAD"} {
				for _, host := range []string{"localhost", r.operator.address()} {
					status, to, body := rawly(t, r.public.address(), method, disguised, host)
					if status >= 300 && status < 400 { // the path is cleaned; where that leads is asked as well
						status, _, body = rawly(t, r.public.address(), method, to, host)
					}
					if status < 400 || strings.Contains(body, "goroutine") || strings.Contains(body, "atrium_") || strings.Contains(body, "openapi") {
						t.Errorf("%s %s (Host: %s): %d %.80s", method, disguised, host, status, body)
					}
				}
			}
		}
	}
	r.signals <- syscall.SIGTERM
	r.signals <- syscall.SIGTERM
	_ = r.wait(t)
}

// rawly sends a request as it is written.
func rawly(t *testing.T, address, method, target, host string) (status int, location, body string) {
	t.Helper()
	conn, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	_, _ = fmt.Fprintf(conn, "%s %s HTTP/1.1\r\nHost: %s\r\nConnection: close\r\nContent-Length: 0\r\n\r\n", method, target, host)
	answer, err := http.ReadResponse(bufio.NewReader(conn), &http.Request{Method: method})
	if err != nil {
		t.Fatalf("%s %s: %v", method, target, err)
	}
	defer answer.Body.Close()
	text, _ := io.ReadAll(answer.Body)
	return answer.StatusCode, answer.Header.Get("Location"), string(text)
}

// Names of rooms and people are no labels: who opens rooms makes no series.
func TestTenThousandRoomsMakeNoMoreSeries(t *testing.T) {
	r := run(t, map[string]string{"rooms.max_rooms": "0"})
	open := func(from, to int) {
		for i := from; i < to; i++ {
			name := fmt.Sprint("room", i)
			req := room.JoinRequest{ID: room.ParticipantID(name), User: fmt.Sprint("user", i), Room: name, AutoCreate: true}
			if _, err := r.rooms.Join(t.Context(), req); err != nil {
				t.Fatal(err)
			}
		}
	}
	scrape := func() string {
		_, text := r.ask(t, "/metrics", "")
		return text
	}
	series := func() (n int) {
		text := scrape()
		for line := range strings.Lines(text) {
			if line != "\n" && line[0] != '#' {
				n++
			}
		}
		return n
	}
	open(0, 1)
	for !strings.Contains(scrape(), "\natrium_cpu_used_ratio ") { // known after a second; and the first scrape counts itself
		<-time.After(50 * time.Millisecond)
	}
	before := series()
	open(1, 10_001)
	if after := series(); after != before || before < 100 {
		t.Errorf("%d series before, %d after", before, after)
	}
	t.Logf("%d series with one room, as many with 10001", before)
	r.signals <- syscall.SIGTERM
	r.signals <- syscall.SIGTERM
	_ = r.wait(t)
}
