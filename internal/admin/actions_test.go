package admin

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/atrium-rtc/atrium/internal/auth"
	"github.com/atrium-rtc/atrium/room"
)

func TestAnEvictedParticipantIsGone(t *testing.T) {
	s := newStage(t)
	s.call("r", "ann", "bob")
	s.post("evict", `{"room":"r","user":"bob"}`, 200)
	people, err := s.rooms.Participants("r")
	if err != nil || len(people) != 1 || people[0].User != "ann" {
		t.Errorf("%+v %v", people, err)
	}
	s.post("evict", `{"room":"r","user":"bob"}`, 404)
	s.post("evict", `{"room":"no","user":"bob"}`, 404)
}

func TestMutingReplacesTheKinds(t *testing.T) {
	s := newStage(t)
	s.call("r", "ann", "bob")
	for _, tt := range []struct {
		body string
		want room.MediaKind
	}{
		{`{"room":"r","user":"ann","audio":true}`, room.Audio},
		{`{"room":"r","user":"ann","audio":true,"video":true}`, room.All},
		{`{"room":"r","user":"ann","video":true}`, room.Video},
		{`{"room":"r","user":"ann"}`, 0},
	} {
		s.post("mute", tt.body, 200)
		if got := s.media.muted["ann"]; got != tt.want {
			t.Errorf("%s: %d, want %d", tt.body, got, tt.want)
		}
	}
	s.post("mute", `{"room":"r","user":"bob","audio":true}`, 409) // publishes nothing
}

func TestMutingAScreenLeavesTheWebcam(t *testing.T) {
	s := newStage(t)
	s.call("r", "ann", "bob")
	s.post("mute", `{"room":"r","user":"ann","stream":"screen","audio":true}`, 409) // not published yet
	s.publish("ann", room.ScreenStream)
	s.post("mute", `{"room":"r","user":"ann","stream":"screen","audio":true}`, 200)
	who, err := s.rooms.Find(t.Context(), "r", "ann")
	if err != nil {
		t.Fatal(err)
	}
	want := []room.StreamInfo{{ID: room.DefaultStream}, {ID: room.ScreenStream, Muted: room.Audio}}
	if diff := cmp.Diff(want, who.Streams); diff != "" {
		t.Errorf("streams (-want +got):\n%s", diff)
	}
}

func TestAClosedRoomIsGone(t *testing.T) {
	s := newStage(t)
	s.call("r", "ann", "bob")
	s.post("close", `{"room":"r"}`, 200)
	if rooms := s.rooms.Rooms(); len(rooms) != 0 {
		t.Errorf("rooms %v", rooms)
	}
	s.post("close", `{"room":"r"}`, 404)
}

func TestDrainingCanBeTakenBackUntilTheServerEnds(t *testing.T) {
	s := newStage(t)
	draining := func() (now bool) {
		var told struct{ Draining bool }
		s.get("state", &told)
		return told.Draining
	}
	s.post("drain", `{"on":true}`, 200)
	if !draining() {
		t.Error("not draining")
	}
	s.post("drain", `{"on":false}`, 200)
	if draining() {
		t.Error("still draining")
	}
	s.ending = true
	s.post("drain", `{"on":false}`, 409)
}

func TestEachActionLeavesALine(t *testing.T) {
	s := newStage(t)
	s.call("r", "ann", "bob")
	for _, tt := range []struct {
		path, body string
		status     int
		header     string
		want       string
	}{
		{
			"mute", `{"room":"r","user":"ann","audio":true}`, 200, "Remote: 127.0.0.1:77",
			`level=INFO msg="administrator's action" action=mute remote=127.0.0.1:77 room=r user=ann audio=true video=false on=false`,
		},
		{
			"evict", `{"room":"r","user":"nobody"}`, 404, "Remote: 127.0.0.1:77",
			`level=WARN msg="administrator's action failed" action=evict remote=127.0.0.1:77 room=r user=nobody`,
		},
		{
			"close", `{"room":"r"}`, 403, "Remote: 192.0.2.1:5",
			`level=WARN msg="administrator's action refused" action=close remote=192.0.2.1:5 reason=`,
		},
		{"evict", `{"room":"r","user":"a\nlevel=INFO msg=forged"}`, 404, "Remote: 127.0.0.1:77", `user="a\nlevel=INFO msg=forged"`},
	} {
		s.log.Reset()
		s.post(tt.path, tt.body, tt.status, tt.header)
		if line := s.log.String(); strings.Count(line, "\n") != 1 || !strings.Contains(line, tt.want) {
			t.Errorf("logged %q, want %q", line, tt.want)
		}
	}
}

func TestRoomsAreSearchedSortedAndPaged(t *testing.T) {
	s := newStage(t)
	s.media.felt["bad"] = room.TrackQuality{Kind: room.Video, Score: 1.5, Cause: room.CauseDownlink}
	s.media.felt["fair"] = room.TrackQuality{Kind: room.Video, Score: 3.5}
	s.call("Alpha", "ann", "fair", "x1")
	s.call("beta", "bob", "bad")
	s.join("gamma", "cid")
	names := func(query string) string {
		var list roomList
		s.get("rooms?"+query, &list)
		var names []string
		for _, r := range list.Rooms {
			names = append(names, r.Room)
		}
		return fmt.Sprintf("%s of %d of %d", strings.Join(names, ","), list.Matching, list.Total)
	}
	for query, want := range map[string]string{
		"":                             "Alpha,beta,gamma of 3 of 3",
		"search=A":                     "Alpha,beta,gamma of 3 of 3",
		"search=ET":                    "beta of 1 of 3",
		"sort=participants":            "gamma,beta,Alpha of 3 of 3",
		"sort=participants&descending": "Alpha,beta,gamma of 3 of 3",
		"sort=worst":                   "beta,Alpha,gamma of 3 of 3",
		"sort=troubled&descending":     "beta,gamma,Alpha of 3 of 3",
		"limit=1&offset=1":             "beta of 3 of 3",
		"limit=-1&offset=-3":           "Alpha,beta,gamma of 3 of 3",
		"offset=7":                     " of 3 of 3",
	} {
		if got := names(query); got != want {
			t.Errorf("%s: %s, want %s", query, got, want)
		}
	}
	if w := s.do(request(http.MethodGet, "rooms?sort=colour", "")); w.Code != 400 {
		t.Errorf("an unknown order: %d", w.Code)
	}
	var list roomList
	s.get("rooms", &list)
	want := []room.Complaint{{Room: "beta", User: "bad", Publisher: "bob", Stream: "webcam", Kind: "video", Score: 1.5, Cause: "downlink"}}
	if diff := cmp.Diff(want, list.Complaints); diff != "" {
		t.Errorf("complaints (-want +got):\n%s", diff)
	}
}

// A page that reads the length of a list must not meet null.
func TestEmptyListsAreLists(t *testing.T) {
	s := newStage(t)
	want := `"total":0,"matching":0,"rooms":[],"complaints":[]}`
	if w := s.do(request(http.MethodGet, "rooms", "")); !strings.HasSuffix(w.Body.String(), want) {
		t.Errorf("%s, want %s", w.Body, want)
	}
	s.join("r", "ann")
	for query, want := range map[string]string{
		"room?room=r":                 `"receives":[]`,
		"room?room=r&search=nobody":   `"people":[]`,
		"state?since=123456789123456": `"points":[]`,
	} {
		if w := s.do(request(http.MethodGet, query, "")); !strings.Contains(w.Body.String(), want) {
			t.Errorf("%s: %s, want %s", query, w.Body, want)
		}
	}
}

func TestARoomIsShownWithItsPeople(t *testing.T) {
	s := newStage(t)
	hostile := `<img src=x onerror=alert(1)>"'&`
	s.call("r", "ann", hostile, "bob")
	s.publish("ann", room.ScreenStream)
	w := s.do(request(http.MethodGet, "room?room=r&limit=2", ""))
	if strings.ContainsAny(w.Body.String(), "<>&") {
		t.Errorf("markup as it came: %s", w.Body)
	}
	if strings.Contains(w.Body.String(), "secret of") {
		t.Errorf("a session's secret is told: %s", w.Body)
	}
	var seen struct {
		Participants, Matching int
		People                 []struct {
			User, Session string
			Publishes     []struct {
				Stream    string
				Receivers int
				Muted     []string
				Tracks    []struct{ Codec string }
			}
			Receives []struct{ Publisher, Stream string }
		}
	}
	s.get("room?room=r&limit=2", &seen)
	if seen.Participants != 3 || seen.Matching != 3 || len(seen.People) != 2 {
		t.Fatalf("%+v", seen)
	}
	ann, other := seen.People[0], seen.People[1]
	if ann.User != "ann" || ann.Session != "connected" || len(ann.Publishes) != 2 ||
		ann.Publishes[0].Stream != "webcam" || ann.Publishes[0].Receivers != 2 || ann.Publishes[0].Tracks[0].Codec != "VP8" ||
		ann.Publishes[1].Stream != "screen" || ann.Publishes[1].Receivers != 0 {
		t.Errorf("%+v", ann)
	}
	if other.User != hostile || len(other.Receives) != 1 || other.Receives[0].Publisher != "ann" || other.Receives[0].Stream != "webcam" {
		t.Errorf("%+v", other)
	}
	if w := s.do(request(http.MethodGet, "room?room=no", "")); w.Code != 404 {
		t.Errorf("an absent room: %d", w.Code)
	} else {
		wantProblem(t, w)
	}
}

func TestTokensAreRevoked(t *testing.T) {
	s := newStage(t)
	told := 0
	attach := func(g auth.Grants) {
		if _, ok := s.revocations.Attach(g, func() { told++ }); !ok {
			t.Fatalf("%+v is revoked already", g)
		}
	}
	issued := time.Now().Add(-time.Hour)
	for _, g := range []auth.Grants{{Token: "t1"}, {Token: "t2", User: "u2"}, {Token: "t3", User: "u2"}, {Token: "t4", User: "u4"}} {
		g.Issued = issued
		attach(g)
	}
	for _, tt := range []struct {
		body   string
		status int
		told   int // in all, after it
	}{
		{`{}`, 400, 0},
		{`{"user":"u2","all":true}`, 400, 0},
		{`{"room":"r","user":"u2"}`, 400, 0},
		{`{"user":"u2","before":"yesterday"}`, 400, 0},
		{`{"token":"none"}`, 200, 0},
		{`{"user":"u2","before":"2020-01-01T00:00:00Z"}`, 200, 0},
		{`{"token":"t1"}`, 200, 1},
		{`{"user":"u2"}`, 200, 3},
		{`{"all":true}`, 200, 4},
	} {
		s.post("revoke", tt.body, tt.status)
		if told != tt.told {
			t.Errorf("%s: %d sessions were told, want %d", tt.body, told, tt.told)
		}
	}
	s.post("revoke", `{"all":true}`, 403, "Remote: 192.0.2.1:5")
}
