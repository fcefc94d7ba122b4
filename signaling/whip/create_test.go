package whip_test

import (
	"context"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/atrium-rtc/atrium/room"
	"github.com/atrium-rtc/atrium/signaling/whip"
)

func TestPublishingByWHIPMakesAnOrdinaryParticipant(t *testing.T) {
	f := start(t, func(s *setup) {
		s.ICEServers = func(user string) []whip.ICEServer {
			return []whip.ICEServer{{URL: "stun:stun.example.net"}, {URL: "turn:turn.example.net?transport=udp", Username: user, Credential: `p"w`}}
		}
	})
	r := f.post("/whip/r%2F1?user=cam", offer("-"))
	r.want(t, http.StatusCreated)
	if !strings.Contains(r.body, "a=ice-ufrag:first") || r.Header.Get("Content-Type") != "application/sdp" {
		t.Errorf("%s: %s", r.Header.Get("Content-Type"), r.body)
	}
	if at := r.Header.Get("Location"); !regexp.MustCompile(`^/whip/session/[0-9a-v]{26}$`).MatchString(at) {
		t.Errorf("Location %q", at)
	}
	if tag := r.Header.Get("ETag"); !regexp.MustCompile(`^"[0-9a-v]+"$`).MatchString(tag) {
		t.Errorf("ETag %q is not strong", tag)
	}
	if got := r.Header.Get("Accept-Patch"); got != "application/trickle-ice-sdpfrag" {
		t.Errorf("Accept-Patch %q", got)
	}
	want := []string{
		`<stun:stun.example.net>; rel="ice-server"`,
		`<turn:turn.example.net?transport=udp>; rel="ice-server"; username="cam"; credential="p\"w"`,
	}
	if diff := cmp.Diff(want, r.Header.Values("Link")); diff != "" {
		t.Errorf("Link (-want +got):\n%s", diff)
	}
	people, err := f.rooms.Participants("r/1")
	if diff := cmp.Diff([]string{"cam*"}, users(people)); diff != "" || err != nil {
		t.Errorf("participants (-want +got):\n%s%v", diff, err)
	}
	f.send(http.MethodDelete, r.Header.Get("Location"), "").want(t, http.StatusOK)
	f.send(http.MethodDelete, r.Header.Get("Location"), "").want(t, http.StatusNotFound)
	if rooms := f.rooms.Rooms(); len(rooms) != 0 {
		t.Errorf("rooms after DELETE: %v", rooms)
	}
}

func TestPlayingByWHEP(t *testing.T) {
	f := start(t)
	f.begun("/whip/r?user=cam")
	f.begun("/whip/r?user=second")
	for _, tt := range []struct {
		query, publisher, user string
		layers                 []room.Layers
		videos                 []room.VideoPreference
	}{
		{"", "cam", "viewer-*", nil, nil}, // nobody has spoken: the first
		{"?publisher=second&user=eve", "second", "eve", nil, nil},
		{"?layer=0", "cam", "viewer-*", []room.Layers{{Temporal: room.AllLayers}}, nil},
		{"?temporal-layer=1", "cam", "viewer-*", []room.Layers{{Spatial: room.AllLayers, Temporal: 1}}, nil},
		{"?max-width=640&max-height=360", "cam", "viewer-*", nil, []room.VideoPreference{{MaxWidth: 640, MaxHeight: 360}}},
	} {
		url, _ := f.begun("/whep/r" + tt.query)
		got := f.media.last()
		got.with(func() {
			name := regexp.MustCompile(`^viewer-[0-9a-v]{8}$`).ReplaceAllString(got.req.User, "viewer-*")
			if name != tt.user || cmp.Diff(tt.layers, got.layers) != "" || cmp.Diff(tt.videos, got.videos) != "" {
				t.Errorf("%s: %s plays with %v %v", tt.query, got.req.User, got.layers, got.videos)
			}
		})
		from, err := f.rooms.Find(t.Context(), "r", got.req.User)
		if err != nil || from.Publishing {
			t.Errorf("%s: %+v %v", tt.query, from, err)
		}
		list, err := f.rooms.PublishersOf(from.ID)
		if diff := cmp.Diff([]string{tt.publisher + "*"}, users(list)); diff != "" || err != nil {
			t.Errorf("%s plays (-want +got):\n%s%v", tt.query, diff, err)
		}
		if strings.Replace(url, "whep", "whip", 1) == url {
			t.Errorf("URL %s", url)
		}
		f.send(http.MethodDelete, strings.Replace(url, "whep", "whip", 1), "").want(t, http.StatusNotFound)
		f.send(http.MethodDelete, url, "").want(t, http.StatusOK)
	}
}

func TestPlayersDoNotLearnWhyThereIsNothingToPlay(t *testing.T) {
	f := start(t)
	f.begun("/whip/r?user=cam")
	if _, err := f.rooms.Join(t.Context(), room.JoinRequest{ID: "quiet", User: "quiet", Room: "silent", AutoCreate: true}); err != nil {
		t.Fatal(err)
	}
	defer func() { _, _ = f.rooms.Leave(context.Background(), "quiet") }()
	bodies := map[string]bool{}
	for _, path := range []string{
		"/whep/none", "/whep/none?publisher=cam", "/whep/silent", "/whep/silent?publisher=quiet", "/whep/r?publisher=other",
	} {
		r := f.post(path, offer("-"))
		r.want(t, http.StatusConflict)
		if r.Header.Get("Retry-After") != "2" {
			t.Errorf("%s: Retry-After %q", path, r.Header.Get("Retry-After"))
		}
		bodies[r.body] = true
	}
	if len(bodies) != 1 {
		t.Errorf("different answers: %v", bodies)
	}
	if n := f.rooms.Stats().Participants; n != 2 {
		t.Errorf("%d participants: those who found nothing to play joined", n)
	}
}

func TestWhatCannotBeMadeIsRefused(t *testing.T) {
	long := strings.Repeat("n", 300)
	f := start(t, func(s *setup) { s.rooms.Policy.Create = policy })
	f.begun("/whip/r?user=cam")
	for _, tt := range []struct {
		name, path, sdp string
		status          int
	}{
		{"no user", "/whip/r", offer("-"), 400},
		{"a long user", "/whip/r?user=" + long, offer("-"), 400},
		{"a long room", "/whip/" + long + "?user=u", offer("-"), 400},
		{"no offer", "/whip/r?user=u", "", 400},
		{"no SDP", "/whip/r?user=u", "hello", 400},
		{"no media", "/whip/r?user=u", "v=0\r\ns=-\r\n", 400},
		{"a large offer", "/whip/r?user=u", offer(strings.Repeat("-", 64<<10)), 413},
		{"an offer that cannot be used", "/whip/r?user=u", offer("useless"), 422},
		{"an offer that fails", "/whip/r?user=u", offer("refuse"), 422},
		{"a name that is taken", "/whip/r?user=cam", offer("-"), 409},
		{"a room that may not be made", "/whip/forbidden?user=u", offer("-"), 403},
		{"a layer that is none", "/whep/r?layer=x", offer("-"), 400},
		{"a layer beyond", "/whep/r?layer=256", offer("-"), 400},
		{"a width beyond", "/whep/r?max-width=65536", offer("-"), 400},
		{"a player with the publisher's name", "/whep/r?user=cam", offer("-"), 409},
		{"a player that cannot play", "/whep/r", offer("useless"), 422},
		{"no endpoint", "/whip/session/none", offer("-"), 405},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f.post(tt.path, tt.sdp).want(t, tt.status)
			if n := f.rooms.Stats().Participants; n != 1 {
				t.Errorf("%d participants, want the first alone", n)
			}
			if n := f.server.Stats().Sessions; n["whip"] != 1 || n["whep"] != 0 {
				t.Errorf("sessions: %v", n)
			}
		})
	}
}

func policy(_ context.Context, ask room.CreateRequest, _ *room.Settings) error {
	if ask.Room == "forbidden" {
		return fmt.Errorf("no %s rooms", ask.Room)
	}
	return nil
}

func TestMediaTypesAreChecked(t *testing.T) {
	f := start(t)
	for _, tt := range []struct {
		contentType, accept string // what is accepted is not asked
		status              int
	}{
		{"application/sdp", "", 201},
		{"Application/SDP; charset=utf-8", "text/html, application/*;q=0.5", 201},
		{"application/sdp", "*/*", 201},
		{"application/sdp", "text/html", 201},
		{"application/json", "", 415},
		{"", "", 415},
		{"application/sdp;;", "", 415},
	} {
		header := []string{"Content-Type", tt.contentType}
		if tt.accept != "" {
			header = append(header, "Accept", tt.accept)
		}
		r := f.send(http.MethodPost, "/whip/r?user=u", offer("-"), header...)
		r.want(t, tt.status)
		if tt.status == 415 && r.Header.Get("Accept-Post") != "application/sdp" {
			t.Errorf("Accept-Post %q", r.Header.Get("Accept-Post"))
		}
		if at := r.Header.Get("Location"); at != "" {
			f.send(http.MethodDelete, at, "").want(t, http.StatusOK)
		}
	}
}

func TestWithoutAutoCreateAnAbsentRoomIsNotFound(t *testing.T) {
	f := start(t, func(s *setup) { s.AutoCreate = false })
	f.post("/whip/r?user=u", offer("-")).want(t, http.StatusNotFound)
	f.server.Reconfigure(whip.Options{AutoCreate: true})
	f.begun("/whip/r?user=u")
}

func TestAFullServerAsksToComeLater(t *testing.T) {
	var draining atomic.Bool
	f := start(t, func(s *setup) {
		s.MaxSessions, s.MaxSessionsPerAddress = 3, 2
		s.rooms.MaxRooms, s.rooms.MaxParticipants = 1, 3
		s.Draining = func() bool { return draining.Load() }
	})
	later := func(path string, status int) {
		t.Helper()
		r := f.post(path, offer("-"))
		r.want(t, status)
		if r.Header.Get("Retry-After") != "5" {
			t.Errorf("%s: Retry-After %q", path, r.Header.Get("Retry-After"))
		}
	}
	first, _ := f.begun("/whip/r?user=u1")
	later("/whip/other?user=u2", 503) // no more rooms
	f.begun("/whep/r")
	later("/whip/r?user=u2", 429)
	f.server.Reconfigure(whip.Options{MaxSessions: 2, AutoCreate: true})
	later("/whip/r?user=u2", 503)
	f.send(http.MethodDelete, first, "").want(t, http.StatusOK)
	eventually(t, "the player is gone with the publisher", func() bool { return f.rooms.Stats().Participants == 0 })
	draining.Store(true)
	later("/whip/r?user=u2", 503)
	draining.Store(false)
	f.server.Reconfigure(whip.Options{AutoCreate: true})
	for i := range 3 {
		f.begun(fmt.Sprintf("/whip/r?user=n%d", i))
	}
	later("/whip/r?user=n4", 503) // the room is full
	if err := f.server.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	later("/whip/r?user=u2", 503)
}

func TestAClientThatHangsUpLeavesNothingBehind(t *testing.T) {
	f := start(t)
	ctx, hangUp := context.WithCancel(t.Context())
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, f.site.URL+"/whip/r?user=u", strings.NewReader(offer("hang")))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/sdp")
	failed := make(chan error, 1)
	go func() {
		resp, err := f.site.Client().Do(req)
		if err == nil {
			_ = resp.Body.Close()
		}
		failed <- err
	}()
	eventually(t, "joined", func() bool { return f.rooms.Stats().Participants == 1 })
	hangUp()
	if <-failed == nil {
		t.Error("an answer came")
	}
	eventually(t, "left", func() bool {
		return f.rooms.Stats().Participants == 0 && f.server.Stats().Sessions["whip"] == 0
	})
}
