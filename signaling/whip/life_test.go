package whip_test

import (
	"context"
	"net/http"
	"testing"

	"github.com/atrium-rtc/atrium/room"
)

func TestSessionsEndWithWhatTheyStandFor(t *testing.T) {
	ctx := context.Background()
	find := func(f *fixture, user string) room.ParticipantID {
		who, err := f.rooms.Find(ctx, "r", user)
		if err != nil {
			f.t.Fatal(err)
		}
		return who.ID
	}
	for _, tt := range []struct {
		name           string
		do             func(f *fixture) error
		camera, player bool // whose sessions go on
	}{
		{"the publisher is evicted", func(f *fixture) error { return f.rooms.Evict(ctx, find(f, "cam")) }, false, false},
		{"the player is evicted", func(f *fixture) error { return f.rooms.Evict(ctx, find(f, "eve")) }, true, false},
		{"the publisher is made silent", func(f *fixture) error { return f.rooms.Unpublish(ctx, find(f, "cam"), room.DefaultStream, nil) }, false, false},
		{"the room is closed", func(f *fixture) error { _, err := f.rooms.CloseRoom(ctx, "r"); return err }, false, false},
		{"the publisher's connection is lost", func(f *fixture) error { f.media.made[0].req.Observer.Failed("lost"); return nil }, false, false},
		{"the player's connection is lost", func(f *fixture) error { f.media.made[1].req.Observer.Failed("lost"); return nil }, true, false},
		{"somebody else leaves", func(f *fixture) error { _, err := f.rooms.Leave(ctx, "other"); return err }, true, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f := start(t)
			camera, tag := f.begun("/whip/r?user=cam")
			player, _ := f.begun("/whep/r?publisher=cam&user=eve")
			if _, err := f.rooms.Join(ctx, room.JoinRequest{ID: "other", User: "other", Room: "r"}); err != nil {
				t.Fatal(err)
			}
			defer func() { _, _ = f.rooms.Leave(ctx, "other") }()
			if err := tt.do(f); err != nil {
				t.Fatal(err)
			}
			for _, session := range []struct {
				url   string
				lives bool
			}{{player, tt.player}, {camera, tt.camera}} { // the camera last: its end is the player's
				status, url := http.StatusNotFound, session.url
				if session.lives {
					status = http.StatusOK
				} else {
					eventually(t, "gone", func() bool {
						r := f.patch(url, tag, trickled)
						return r.StatusCode == http.StatusNotFound
					})
				}
				f.send(http.MethodDelete, url, "").want(t, status)
			}
			eventually(t, "all have left", func() bool {
				n := f.rooms.Stats().Participants
				return n == 0 || n == 1 && f.server.Stats().Sessions["whip"]+f.server.Stats().Sessions["whep"] == 0
			})
		})
	}
}

func TestAPlayerCanPlayWhoPublishesByTheRoomProtocol(t *testing.T) {
	f := start(t)
	if _, err := f.rooms.Join(t.Context(), room.JoinRequest{ID: "ann", User: "ann", Room: "r", AutoCreate: true}); err != nil {
		t.Fatal(err)
	}
	defer func() { _, _ = f.rooms.Leave(context.Background(), "ann") }()
	if _, err := f.rooms.Publish(t.Context(), "ann", room.PublishRequest{Offer: offer("-")}); err != nil {
		t.Fatal(err)
	}
	url, _ := f.begun("/whep/r?publisher=ann")
	f.send(http.MethodDelete, url, "").want(t, http.StatusOK)
}

// A player of a shared screen goes with the screen, and not with the webcam.
func TestAPlayerPlaysOneOfSeveralStreams(t *testing.T) {
	f := start(t)
	if _, err := f.rooms.Join(t.Context(), room.JoinRequest{ID: "ann", User: "ann", Room: "r", AutoCreate: true}); err != nil {
		t.Fatal(err)
	}
	defer func() { _, _ = f.rooms.Leave(context.Background(), "ann") }()
	publish := func(stream string) {
		t.Helper()
		if _, err := f.rooms.Publish(t.Context(), "ann", room.PublishRequest{Stream: stream, Offer: offer("-")}); err != nil {
			t.Fatal(err)
		}
	}
	publish("webcam")
	f.post("/whep/r?publisher=ann&stream=screen", offer("-")).want(t, http.StatusConflict)
	f.post("/whep/r?stream=screen", offer("-")).want(t, http.StatusConflict)
	f.post("/whep/r?stream=a_b", offer("-")).want(t, http.StatusBadRequest)
	f.post("/whip/r?user=cam&stream=a_b", offer("-")).want(t, http.StatusBadRequest)
	publish("screen")
	named, _ := f.begun("/whep/r?publisher=ann&stream=screen&layer=0")
	if got := f.media.last(); got.req.Stream != "screen" || len(got.layers) != 1 {
		t.Errorf("played is %q with %v", got.req.Stream, got.layers)
	}
	camera, tag := f.begun("/whep/r")
	f.patch(camera, tag, trickled).want(t, http.StatusNoContent)
	if got := f.media.last(); got.req.Stream != "webcam" || len(got.candidates) == 0 {
		t.Errorf("played is %q with candidates %v", got.req.Stream, got.candidates)
	}
	if err := f.rooms.Unpublish(t.Context(), "ann", "screen", nil); err != nil {
		t.Fatal(err)
	}
	eventually(t, "gone", func() bool { return f.patch(named, "*", trickled).StatusCode == http.StatusNotFound })
	f.send(http.MethodDelete, camera, "").want(t, http.StatusOK)
}

func TestScreensArePublishedByWHIP(t *testing.T) {
	f := start(t)
	url, _ := f.begun("/whip/r?user=cam&stream=screen")
	if who, err := f.rooms.Find(t.Context(), "r", "cam"); err != nil || !who.Publishes("screen") || who.Publishes("webcam") {
		t.Errorf("%+v, %v", who, err)
	}
	f.send(http.MethodDelete, url, "").want(t, http.StatusOK)
}

func TestCloseEndsAllSessions(t *testing.T) {
	f := start(t)
	url, _ := f.begun("/whip/r?user=cam")
	f.begun("/whep/r")
	if err := f.server.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n := f.rooms.Stats().Participants; n != 0 {
		t.Errorf("%d participants after Close", n)
	}
	f.send(http.MethodDelete, url, "").want(t, http.StatusNotFound)
}
