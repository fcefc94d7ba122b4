package signaling_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/atrium-rtc/atrium/signaling"
	"github.com/atrium-rtc/atrium/signaling/api"
)

func TestReconfiguredServerServesNewcomersByTheNewOptions(t *testing.T) {
	f := start(t)
	ann := f.member("ann", `[]`)
	f.server.Reconfigure(signaling.Options{
		AllowedOrigins: []string{"https://meet.example"}, MaxSessions: 10, AdminToken: "s3cret",
		SpeakerInterval: time.Second, SpeakerThreshold: -40, Client: api.ClientConfig{LoopbackRemote: true},
	})

	for origin, want := range map[string]int{"https://meet.example": 101, "https://other.example": 403} {
		if got := f.tryConnect("Origin: " + origin); got != want {
			t.Errorf("origin %s: %d, want %d", origin, got, want)
		}
	}
	for path, want := range map[string]string{
		"/getUpdateSpeakerInterval": "1000",
		"/getThresholdSpeaker":      "-40",
		"/getClientConfig":          `{"loopbackRemote":true,"loopbackAndLocal":false,"filterRequestParam":""}`,
	} {
		if _, body := f.get("GET", path); body != want {
			t.Errorf("%s: %s, want %s", path, body, want)
		}
	}
	if resp, _ := f.get("POST", "/close?room=no"); resp.StatusCode != 401 {
		t.Errorf("/close without the new token: %d, want 401", resp.StatusCode)
	}
	if resp, _ := f.get("POST", "/close?room=no", "Authorization: Bearer s3cret"); resp.StatusCode != 404 {
		t.Errorf("/close with the new token: %d, want 404", resp.StatusCode)
	}
	ann.call(`{"method":"sendMessage","params":{"message":"hi","userMessage":"ann","roomMessage":"r"},"id":5}`,
		`{"id":5,"result":{"sessionId":"$S"},"jsonrpc":"2.0"}`)

	f.connect().call(`{"method":"joinRoom","params":{"user":"bob","room":"new"},"id":1}`,
		`{"id":1,"error":{"code":202,"message":"Room 'new' was not found, must be created before 'bob' can join","sessionId":"$S"},"jsonrpc":"2.0"}`)
}

func TestAnOpenSocketOutlivesALowerLimit(t *testing.T) {
	f := start(t)
	ann := f.member("ann", `[]`)
	f.server.Reconfigure(signaling.Options{AllowedOrigins: []string{"https://nobody.example"}, MaxSessions: 1, AutoCreate: true})
	if got := f.tryConnect(); got != 503 {
		t.Errorf("another socket: %d, want 503", got)
	}
	ann.call(`{"method":"leaveRoom","id":5}`, `{"id":5,"result":{"sessionId":"$S"},"jsonrpc":"2.0"}`)
}

// The grace is that of the moment when the socket is lost.
func TestReconnectGraceIsThatOfTheMoment(t *testing.T) {
	inBubble(t, func(t *testing.T, f *fixture) {
		ann := f.member("ann", `[]`)
		f.server.Reconfigure(signaling.Options{AutoCreate: true, ReconnectGrace: time.Minute})
		_ = ann.conn.Close()
		synctest.Wait()
		time.Sleep(59 * time.Second)
		if n := f.manager.Stats().Participants; n != 1 {
			t.Errorf("%d participants after 59 s of 60, want 1", n)
		}
		time.Sleep(2 * time.Second)
		if n := f.manager.Stats().Participants; n != 0 {
			t.Errorf("%d participants after the grace", n)
		}
	})
}
