package main

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/atrium-rtc/atrium/internal/config"
	"github.com/atrium-rtc/atrium/room"
)

// notified is what a service manager was told, a datagram each.
func notified(t *testing.T) <-chan string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "notify")
	conn, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: name, Net: "unixgram"})
	if err != nil {
		t.Skip("no unix datagram sockets:", err)
	}
	t.Setenv("NOTIFY_SOCKET", name)
	told := make(chan string, 100)
	t.Cleanup(func() { conn.Close() })
	go func() {
		defer close(told)
		for b := make([]byte, 4096); ; {
			n, err := conn.Read(b)
			if err != nil {
				return
			}
			told <- string(b[:n])
		}
	}()
	return told
}

// awaitNotice waits for a datagram that begins so, and returns it.
func awaitNotice(t *testing.T, told <-chan string, begin string) string {
	t.Helper()
	late := time.After(20 * time.Second)
	for {
		select {
		case text := <-told:
			if strings.HasPrefix(text, begin) {
				return text
			}
		case <-late:
			t.Fatalf("nothing that begins with %q was told", begin)
		}
	}
}

func TestSystemdIsToldOfReadinessLifeAndTheEnd(t *testing.T) {
	told := notified(t)
	t.Setenv("WATCHDOG_USEC", "300000")
	s := run(t, nil)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	s.supervise(ctx)
	if got, want := awaitNotice(t, told, "READY=1"), "READY=1\nSTATUS=0 rooms, 0 participants"; got != want {
		t.Errorf("told %q, want %q", got, want)
	}
	s.join(t, "ann")
	for !strings.HasSuffix(awaitNotice(t, told, "WATCHDOG=1"), "STATUS=1 room, 1 participant") {
		continue // it was asked before ann came
	}
	s.reloading.load = func() (config.Loaded, error) { return config.Loaded{}, errors.New("wrong") }
	asked := make(chan reloaded, 1)
	s.reloading.asked <- asked
	awaitNotice(t, told, "RELOADING=1\nMONOTONIC_USEC=")
	awaitNotice(t, told, "READY=1\n")
	<-asked
	s.signals <- syscall.SIGTERM
	if got, want := awaitNotice(t, told, "STOPPING=1"), "STOPPING=1\nSTATUS=draining: 1 room, 1 participant"; got != want {
		t.Errorf("told %q, want %q", got, want)
	}
	awaitNotice(t, told, "WATCHDOG=1\nSTATUS=draining") // a long drain is no hang
	if _, err := s.rooms.Leave(t.Context(), "ann"); err != nil {
		t.Error(err)
	}
	if err := <-s.ended; err != nil {
		t.Error(err)
	}
}

func TestAServerWhoseRoomsHangIsNotAlive(t *testing.T) {
	s := run(t, nil)
	s.join(t, "ann")
	busy, begun := make(chan struct{}), make(chan struct{})
	go func() {
		_ = s.rooms.SendMessage(context.Background(), "ann", room.Message{User: "ann", Room: "r", Accepted: func() { close(begun); <-busy }})
	}()
	<-begun
	soon, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	if status, err := s.alive(soon); err == nil {
		t.Errorf("alive: %s", status)
	}
	answer := httptest.NewRecorder()
	s.operatorHandler().ServeHTTP(answer, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/healthz", http.NoBody))
	if answer.Code != http.StatusServiceUnavailable || answer.Body.String() != "1 of 1 rooms do not answer\n" {
		t.Errorf("/healthz: %d %s", answer.Code, answer.Body)
	}

	// One of several is a matter of that room.
	for _, name := range []string{"s", "t"} {
		if err := s.rooms.CreateRoom(name, room.Settings{}); err != nil {
			t.Fatal(err)
		}
	}
	soon, cancel = context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	status, err := s.alive(soon)
	if want := "3 rooms, 1 participant, 1 not answering"; err != nil || status != want {
		t.Errorf("status %q, error %v, want %q", status, err, want)
	}
	close(busy)
	if _, err := s.alive(t.Context()); err != nil {
		t.Error(err)
	}
	if _, err := s.rooms.Leave(t.Context(), "ann"); err != nil {
		t.Error(err)
	}
	s.signals <- syscall.SIGTERM
	<-s.ended
}
