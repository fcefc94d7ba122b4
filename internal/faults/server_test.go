//go:build linux

package faults

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// directory holds the server that the tests start, for as long as they run.
func directory() string {
	return filepath.Join(os.TempDir(), "atrium-faults-"+strconv.Itoa(os.Getpid()))
}

func TestMain(m *testing.M) {
	code := m.Run()
	_ = os.RemoveAll(directory())
	os.Exit(code)
}

// binary makes atrium once, as a release has it: without the race detector, whose memory and speed are not the server's.
var binary = sync.OnceValues(func() (string, error) {
	path := filepath.Join(directory(), "atrium")
	build := exec.Command("go", "build", "-o", path, "github.com/atrium-rtc/atrium/cmd/atrium")
	if out, err := build.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build the server: %w: %s", err, out)
	}
	return path, nil
})

// nightly skips what is too long for every change.
func nightly(t *testing.T) {
	t.Helper()
	if os.Getenv("ATRIUM_NIGHTLY") != "1" {
		t.Skip("set ATRIUM_NIGHTLY=1 (make nightly)")
	}
}

// server is one atrium serve.
type server struct {
	t        *testing.T
	cmd      *exec.Cmd
	public   string // host:port
	operator string
	media    int
	exited   chan struct{}

	mu  sync.Mutex
	log bytes.Buffer
}

// launch says how a server is started.
type launch struct {
	before []string // of the command: nice, prlimit
	env    []string
	flags  []string
	ports  *server // take the ports of this one, which has ended
}

// serve starts a server and waits until it is ready. It is killed when the test ends.
func serve(t *testing.T, l launch) *server {
	t.Helper()
	path, err := binary()
	if err != nil {
		t.Fatal(err)
	}
	public, operator, media := "127.0.0.1:0", "127.0.0.1:0", 0
	if l.ports != nil {
		public, operator, media = l.ports.public, l.ports.operator, l.ports.media
	}
	words := append(l.before, path, "serve", "--log.format=json", "--http.listen="+public, "--operator.listen="+operator,
		"--media.listen=127.0.0.1", "--media.port="+strconv.Itoa(media))
	words = append(words, l.flags...)
	s := &server{t: t, cmd: exec.Command(words[0], words[1:]...), exited: make(chan struct{})}
	s.cmd.Env = append(os.Environ(), l.env...)
	lines, err := s.cmd.StderrPipe()
	must(t, err)
	must(t, s.cmd.Start())
	ready := make(chan readyLine, 1)
	go s.follow(lines, ready)
	t.Cleanup(s.kill)
	select {
	case line := <-ready:
		s.public, s.operator, s.media = strings.TrimPrefix(line.Page, "http://"), line.Operator, line.Media
	case <-s.exited:
		t.Fatalf("the server ended: %s", s.logged())
	case <-time.After(30 * time.Second):
		t.Fatalf("the server does not become ready: %s", s.logged())
	}
	return s
}

// readyLine is what the server logs of where it listens.
type readyLine struct {
	Msg, Page, Operator string
	Media               int
}

// follow keeps the log and waits for the end.
func (s *server) follow(lines io.Reader, ready chan<- readyLine) {
	defer close(s.exited)
	for scan := bufio.NewScanner(lines); scan.Scan(); {
		s.mu.Lock()
		fmt.Fprintln(&s.log, scan.Text())
		s.mu.Unlock()
		var line readyLine
		if json.Unmarshal(scan.Bytes(), &line) == nil && line.Msg == "ready" {
			ready <- line
		}
	}
	_ = s.cmd.Wait() // its code is looked at
}

func (s *server) logged() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.log.String()
}

func (s *server) signal(sig syscall.Signal) {
	s.t.Helper()
	must(s.t, s.cmd.Process.Signal(sig))
}

func (s *server) kill() {
	_ = s.cmd.Process.Signal(syscall.SIGCONT)
	_ = s.cmd.Process.Kill()
	<-s.exited
}

// ended waits for the end and returns the code.
func (s *server) ended(within time.Duration) int {
	s.t.Helper()
	select {
	case <-s.exited:
	case <-time.After(within):
		s.t.Fatalf("the server still runs after %v: %s", within, s.logged())
	}
	return s.cmd.ProcessState.ExitCode()
}

// running fails the test when the server has ended.
func (s *server) running() {
	s.t.Helper()
	select {
	case <-s.exited:
		s.t.Fatalf("the server has ended, %v: %s", s.cmd.ProcessState, s.logged())
	default:
	}
}

// status asks the operator's listener. 0 is no answer.
func (s *server) status(method, path string) int {
	status, _ := s.ask(method, path)
	return status
}

func (s *server) ask(method, path string) (status int, body string) {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, method, "http://"+s.operator+path, nil)
	must(s.t, err)
	fresh := &http.Transport{DisableKeepAlives: true} // a connection of another server is none of this
	response, err := fresh.RoundTrip(request)
	if err != nil {
		return 0, ""
	}
	defer func() { _ = response.Body.Close() }()
	text, _ := io.ReadAll(response.Body)
	return response.StatusCode, string(text)
}

// metric returns the sum of a metric's series.
func (s *server) metric(name string) (sum float64) {
	s.t.Helper()
	status, text := s.ask(http.MethodGet, "/metrics")
	if status != http.StatusOK {
		s.t.Fatalf("metrics: status %d", status)
	}
	for _, found := range regexp.MustCompile(`(?m)^`+name+`(?:\{.*\})? (\S+)$`).FindAllStringSubmatch(text, -1) {
		value, err := strconv.ParseFloat(found[1], 64)
		must(s.t, err)
		sum += value
	}
	return sum
}

// descriptors returns how many files the server has open.
func (s *server) descriptors() int {
	list, err := os.ReadDir(fmt.Sprintf("/proc/%d/fd", s.cmd.Process.Pid))
	must(s.t, err)
	return len(list)
}

// listens reports whether a connection to the public listener is taken.
func (s *server) listens() bool {
	conn, err := net.DialTimeout("tcp", s.public, time.Second)
	if err == nil {
		_ = conn.Close()
	}
	return err == nil
}

// await asks every 5 ms until it is so, and returns how long that took.
func await(t *testing.T, within time.Duration, what string, is func() bool) time.Duration {
	t.Helper()
	began := time.Now()
	look := time.NewTicker(5 * time.Millisecond)
	defer look.Stop()
	for !is() {
		if time.Since(began) > within {
			t.Fatalf("%v later: not %s", within, what)
		}
		<-look.C
	}
	return time.Since(began)
}

// pass lets real time pass, in which something must not happen.
func pass(d time.Duration) { <-time.After(d) }

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
