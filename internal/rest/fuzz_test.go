package rest

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/atrium-rtc/atrium/internal/httpjson"
	"github.com/atrium-rtc/atrium/room"
)

// FuzzBodies reads every kind of body, and does what can be done without a room.
func FuzzBodies(f *testing.F) {
	for _, seed := range []string{
		`{"name":"r","maxDurationSeconds":1.5,"muteOnEntry":["audio"],"metadata":null}`, `{"locked":null}`, `{"idleTimeoutSeconds":1e300}`,
		`{"role":"moderator"}`, `{"permissions":["publish:audio","admin"],"sources":["webcam"],"maxBitrate":9223372036854775807}`,
		`{"seconds":3600,"reason":"r"}`, `{"text":"t","to":["ann"]}`, `{"audio":true}`, `{"colour":1}`, `{`, `[]`,
		`{"user":"u","rooms":["team-*"],"role":"guest","ttlSeconds":60,"notBefore":"2026-12-01T09:00:00Z","limits":{"bitrate":1}}`,
		`{"token":"e30.e30.","all":true,"before":"2026-12-01T09:00:00Z"}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		var made newRoom
		var grants grantsChange
		var token newToken
		for _, into := range []any{&made, &grants, &token, &newBan{}, &newMessage{}, &kinds{}, &newRevocation{}, &tokenQuestion{}} {
			var p httpjson.Problem
			if err := httpjson.Decode(body, into); err != nil && (!errors.As(err, &p) || p.Status != 400 || !strings.HasSuffix(p.Detail, ".")) {
				t.Errorf("%q into %T: %v", body, into, err)
			}
		}
		var s room.Settings
		made.apply(&s)
		if s.MaxDuration < 0 || s.IdleTimeout < 0 || s.MuteOnEntry&^room.All != 0 || s.Metadata != nil && !json.Valid(s.Metadata) {
			t.Errorf("%q makes %+v", body, s)
		}
		if change, err := grants.change(); err == nil {
			change(&room.Grants{})
		}
		_ = token.check()
	})
}
