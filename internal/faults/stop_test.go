//go:build linux

package faults

import (
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// sleep stops a server for some time, as a debugger does, a snapshot of its virtual machine, or a host without memory.
func (s *server) sleep(d time.Duration) {
	s.t.Helper()
	s.signal(syscall.SIGSTOP)
	pass(d)
	s.signal(syscall.SIGCONT)
}

// A server that has slept must not take its own silence for that of its clients: nobody is thrown out, and media goes on.
// 9 s is what it grants a silent websocket, and 15 s is when these clients, and browsers, give a silent connection up.
func TestNobodyIsThrownOutForTheServersOwnSleep(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name  string
		sleep time.Duration
		night bool
	}{
		{"2 s", 2 * time.Second, false},
		{"5 s", 5 * time.Second, true},
		{"12 s", 12 * time.Second, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if tt.night {
				nightly(t)
			}
			s := serve(t, launch{})
			c := open(t, s, "call")
			s.sleep(tt.sleep)
			again := c.flows(5*time.Second + slack)
			pass(max(tt.sleep/2, time.Second)) // in which what was overslept would be found
			c.whole()
			if status := s.status(http.MethodGet, "/healthz"); status != http.StatusOK {
				t.Errorf("healthz answers %d", status)
			}
			if ended := s.metric("atrium_sessions_ended_total"); ended > 0 {
				t.Errorf("%v sessions ended: %s", ended, s.logged())
			}
			t.Logf("SIGSTOP for %v: media again %v after SIGCONT, nobody thrown out", tt.sleep, again)
		})
	}
}

// After 30 s the clients have given the server up, and come back under their names. The server itself has thrown nobody out.
func TestWhoGaveASleepingServerUpComesBack(t *testing.T) {
	t.Parallel()
	nightly(t)
	s := serve(t, launch{})
	open(t, s, "call")
	s.sleep(30 * time.Second)
	began := time.Now()
	open(t, s, "call")
	back := time.Since(began)
	for _, verdict := range []string{"peer is silent", "the connection was lost"} {
		if log := s.logged(); strings.Contains(log, verdict) {
			t.Errorf("the server says %q: %s", verdict, log)
		}
	}
	if back > 5*time.Second+slack {
		t.Errorf("the picture is back after %v, want 5 s", back)
	}
	t.Logf("SIGSTOP for 30 s: the picture is back %v after SIGCONT", back)
}

// systemd hears soon after a sleep that the server lives, and not that it failed.
func TestTheWatchdogIsToldAfterASleep(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "notify")
	told, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: path, Net: "unixgram"})
	must(t, err)
	defer func() { _ = told.Close() }()
	s := serve(t, launch{env: []string{"NOTIFY_SOCKET=" + path, "WATCHDOG_USEC=1500000"}})
	open(t, s, "call")
	s.signal(syscall.SIGSTOP)
	b := make([]byte, 4096)
	for must(t, told.SetReadDeadline(time.Now().Add(2*time.Second))); ; { // what was told before
		if _, err := told.Read(b); err != nil {
			break
		}
	}
	s.signal(syscall.SIGCONT)
	began := time.Now()
	must(t, told.SetReadDeadline(began.Add(1500*time.Millisecond+slack)))
	n, err := told.Read(b)
	must(t, err)
	if text := string(b[:n]); !strings.Contains(text, "WATCHDOG=1") {
		t.Errorf("systemd is told %q", text)
	}
	t.Logf("systemd hears %v after SIGCONT that the server lives", time.Since(began))
}
