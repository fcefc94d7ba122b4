package signaling_test

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"
)

// lockedBuffer collects log lines of several goroutines.
type lockedBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *lockedBuffer) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *lockedBuffer) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

func TestSecretsAreNotLogged(t *testing.T) {
	var logs lockedBuffer
	logger := slog.New(slog.NewJSONHandler(&logs, &slog.HandlerOptions{Level: slog.LevelDebug}))
	f := start(t, func(s *setup) {
		s.Logger, s.rooms.Logger, s.AdminToken, s.ReconnectGrace = logger, logger, "admin-s3cret", time.Millisecond
	})
	secrets := []string{"admin-s3cret", "guessed-token"}
	ann := f.member("ann", `[]`)
	for _, request := range []string{
		`"unpublishVideo"`, `"publishVideo","params":{"sdpOffer":"refuse","doLoopback":false}`, `"nonsense","params":{"sessionId":"$S"}`,
		`"sendMessage","params":{"message":"m","userMessage":"x","roomMessage":"r"}`, `"connect","params":{"sessionId":"$S"}`,
	} {
		ann.send(`{"id":5,"method":%s}`, request)
		ann.text()
	}
	stranger := f.connect()
	stranger.send(`{"id":5,"method":"unpublishVideo"}`)
	stranger.text()
	secrets = append(secrets, ann.session, stranger.session)
	_ = stranger.conn.Close()
	back := f.connect()
	back.send(`{"id":5,"method":"connect","params":{"sessionId":%q}}`, ann.session)
	back.text()
	f.get("POST", "/close?room=r", "Authorization: Bearer guessed-token")
	f.get("POST", "/close?room=r", "Authorization: Bearer admin-s3cret")
	back.expect(`{"method":"roomClosed","params":{"room":"r"},"jsonrpc":"2.0"}`)
	back.expectClose(1000, "the room was closed")
	f.stop()

	text := logs.String()
	for _, secret := range secrets {
		if strings.Contains(text, secret) {
			t.Errorf("%q is in the log:\n%s", secret, text)
		}
	}
	// What is there instead: a number for the session, and where it went.
	for line := range strings.Lines(text) {
		var entry struct {
			Msg, Room, User string
			Session         int
		}
		if json.Unmarshal([]byte(line), &entry) == nil && entry.Msg == "session joined" {
			if entry.Session == 0 || entry.Room != "r" || entry.User != "ann" {
				t.Errorf("line %s", line)
			}
			return
		}
	}
	t.Errorf("no line about the join in\n%s", text)
}
