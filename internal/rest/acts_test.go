package rest

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/atrium-rtc/atrium/internal/auth"
	"github.com/atrium-rtc/atrium/room"
)

func TestARoomIsMadeAheadReadAndChanged(t *testing.T) {
	s := newStage(t)
	w := s.ask("POST", "/rooms", `{"name":"a/b ü","lobby":true,"maxDurationSeconds":1.5,"muteOnEntry":["video"],"metadata":{"x":[1]}}`)
	if at := w.Header().Get("Location"); w.Code != 201 || at != "/api/v1/rooms/"+url.PathEscape("a/b ü") {
		t.Fatalf("%d %q %s", w.Code, at, w.Body)
	}
	path := "/rooms/" + url.PathEscape("a/b ü")
	var view roomView
	s.want(200, "PATCH", path, `{"locked":true,"maxParticipants":7,"muteOnEntry":[]}`, &view, "Content-Type: application/merge-patch+json")
	want := settings{
		MaxParticipants: 7, MaxDuration: 1.5, Locked: true, Lobby: true, MuteOnEntry: []string{}, Metadata: json.RawMessage(`{"x":[1]}`),
	}
	if diff := cmp.Diff(want, view.Settings); view.Name != "a/b ü" || diff != "" {
		t.Errorf("%s (-want +got):\n%s", view.Name, diff)
	}
	s.want(422, "PATCH", path, `{"locked":false,"chatHistory":-1}`, nil)
	s.want(200, "PATCH", path, `{"metadata":null}`, &view)
	is, err := s.rooms.Room(t.Context(), "a/b ü")
	s.must(err)
	if !is.Locked || is.Metadata != nil || is.MaxDuration != 1500*time.Millisecond {
		t.Errorf("%+v", is)
	}
	s.want(204, "DELETE", path+"?reason=over", "", nil)
	s.want(404, "GET", path, "", nil)
}

func TestRoomsAreListedPageByPage(t *testing.T) {
	s := newStage(t)
	for _, name := range []string{"d", "a", "c", "B", "e"} {
		s.must(s.rooms.CreateRoom(name, room.Settings{}))
	}
	var all []string
	for after, pages := "", 0; pages == 0 || after != ""; pages++ {
		var list roomList
		s.want(200, "GET", "/rooms?limit=2&after="+after, "", &list)
		for _, r := range list.Rooms {
			all = append(all, r.Name)
		}
		if after = list.Next; pages > 3 {
			t.Fatal("it does not end")
		}
	}
	if got := strings.Join(all, ""); got != "Bacde" {
		t.Errorf("listed %s", got)
	}
	var list roomList
	s.want(200, "GET", "/rooms?search=b", "", &list)
	if len(list.Rooms) != 1 || list.Rooms[0].Name != "B" || list.Next != "" {
		t.Errorf("%+v", list)
	}
	for _, query := range []string{"limit=0", "limit=501", "limit=x", "limit=1&limit=2", "offset=1"} {
		s.want(400, "GET", "/rooms?"+query, "", nil)
	}
}

func TestParticipantsAreListedAndFound(t *testing.T) {
	s := newStage(t).furnish()
	s.join(room.JoinRequest{User: "Bobby", Room: "standup"})
	var list participantList
	for query, want := range map[string]string{"": "ann bob Bobby", "?offset=1&limit=1": "bob", "?search=BOB": "bob Bobby", "?offset=9": ""} {
		s.want(200, "GET", "/rooms/standup/participants"+query, "", &list)
		var users []string
		for _, p := range list.Participants {
			users = append(users, p.User)
		}
		if got := strings.Join(users, " "); got != want {
			t.Errorf("%q: %s, want %s", query, got, want)
		}
	}
	s.want(400, "GET", "/rooms/standup/participants?offset=-1", "", nil)
	var ann participantView
	s.want(200, "GET", "/rooms/standup/participants/ann", "", &ann)
	if ann.Identity != "u-17" || ann.Role != "moderator" || ann.HandRaised == nil || string(ann.Metadata) != `{"b":2}` ||
		!slices.Contains(ann.Permissions, "moderate") || ann.Streams[0].ID != "webcam" || ann.Session != "connected" {
		t.Errorf("%+v", ann)
	}
}

func TestWhatIsReceivedIsShownWithItsQuality(t *testing.T) {
	s := newStage(t).furnish()
	var list subscriptionList
	s.want(200, "GET", "/rooms/standup/participants/bob/subscriptions", "", &list)
	if list.Total != 1 || list.Worst != 3.5 || list.Subscriptions[0].Publisher != "ann" || list.Subscriptions[0].Tracks[0].Cause != "downlink" {
		t.Errorf("%+v", list)
	}
	var streams publicationList
	s.want(200, "GET", "/rooms/standup/participants/ann/streams", "", &streams)
	if len(streams.Streams) != 1 || streams.Streams[0].Receivers != 1 || streams.Streams[0].Tracks[0].Codec != "VP9" {
		t.Errorf("%+v", streams)
	}
}

func TestModeratingTakesEffect(t *testing.T) {
	s := newStage(t).furnish()
	find := func(user string) room.ParticipantInfo {
		t.Helper()
		who, err := s.rooms.Find(t.Context(), "standup", user)
		s.must(err)
		return who
	}
	const ann = "/rooms/standup/participants/ann"
	s.want(204, "PUT", ann+"/streams/webcam/muted", `{"video":true}`, nil)
	if got := find("ann").Streams[0].Muted; got != room.Video {
		t.Errorf("muted %v", got)
	}
	var muted userList
	s.want(200, "POST", "/rooms/standup/mute", `{"audio":true}`, &muted)
	if got := find("ann").Streams[0].Muted; got != room.All || !slices.Equal(muted.Users, []string{"ann"}) {
		t.Errorf("muted %v of %v", got, muted)
	}
	s.want(204, "DELETE", ann+"/hand", "", nil)
	if !find("ann").HandRaised.IsZero() {
		t.Error("the hand is up")
	}
	var view participantView
	s.want(200, "PATCH", ann+"/grants", `{"role":"guest"}`, &view)
	if who := find("ann"); who.Permissions != auth.DefaultRoles()["guest"] || who.Publishing || view.Role != "guest" {
		t.Errorf("%+v", who) // who may not publish does not
	}
	s.want(200, "PATCH", ann+"/grants", `{"role":"reader","permissions":["join","message"]}`, &view)
	if who := find("ann"); who.Permissions != room.MayJoin|room.MayMessage || who.Role != "reader" {
		t.Errorf("%+v", who)
	}
	s.want(404, "DELETE", ann+"/streams/webcam", "", nil)
	s.want(204, "DELETE", ann, "", nil)
	s.want(404, "DELETE", ann, "", nil)
}

func TestBansAndLobbyDecideWhoComesIn(t *testing.T) {
	s := newStage(t).furnish()
	join := func(name, user string) error {
		_, err := s.rooms.Join(t.Context(), room.JoinRequest{ID: room.ParticipantID("secret of " + user), User: user, Room: name})
		return err
	}
	s.want(204, "PUT", "/rooms/standup/bans/bob", `{"seconds":60,"reason":"so"}`, nil)
	if err := join("standup", "bob"); !errors.Is(err, room.ErrNotPermitted) {
		t.Errorf("bob: %v", err)
	}
	var bans banList
	s.want(200, "GET", "/rooms/standup/bans", "", &bans)
	if len(bans.Bans) != 2 || bans.Bans[1].User != "bob" || bans.Bans[1].Reason != "so" {
		t.Errorf("%+v", bans)
	}
	s.want(204, "DELETE", "/rooms/standup/bans/bob", "", nil)
	if err := join("standup", "bob"); err != nil {
		t.Errorf("bob: %v", err)
	}
	var waiting waitingList
	s.want(200, "GET", "/rooms/lobby/lobby", "", &waiting)
	if len(waiting.Waiting) != 1 || waiting.Waiting[0].User != "cid" {
		t.Errorf("%+v", waiting)
	}
	s.want(204, "POST", "/rooms/lobby/lobby/cid/admit", "", nil)
	if err := join("lobby", "cid"); err != nil {
		t.Errorf("cid: %v", err)
	}
	if err := join("lobby", "dan"); !errors.Is(err, room.ErrWaiting) {
		t.Errorf("dan: %v", err)
	}
	s.want(204, "DELETE", "/rooms/lobby/lobby/dan?reason=full", "", nil)
	s.want(404, "POST", "/rooms/lobby/lobby/dan/admit", "", nil)
	s.want(400, "DELETE", "/rooms/lobby?reason="+strings.Repeat("x", maxReason+1), "", nil)
}

// hearer notes who got which message.
type hearer struct {
	room.NopHandler
	told []string
}

func (h *hearer) OnMessage(e room.MessageEvent) {
	for _, p := range e.To {
		h.told = append(h.told, p.User+": "+e.Text)
	}
}

func TestMessagesGoToThoseWhoAreNamedAndAreKeptOtherwise(t *testing.T) {
	s := newStage(t).furnish()
	heard := &hearer{}
	s.rooms.Handle(heard)
	s.want(204, "POST", "/rooms/standup/messages", `{"text":"for bob","to":["bob"]}`, nil)
	s.want(204, "POST", "/rooms/standup/messages", `{"text":"for all"}`, nil)
	var list messageList
	s.want(200, "GET", "/rooms/standup/messages", "", &list)
	if len(list.Messages) != 2 || list.Messages[0].Text != "hello" || list.Messages[1].Text != "for all" {
		t.Errorf("%+v", list)
	}
	// The list was asked for on the room's goroutine, after it told the handler.
	if diff := cmp.Diff([]string{"bob: for bob", "ann: for all", "bob: for all"}, heard.told); diff != "" {
		t.Errorf("heard (-want +got):\n%s", diff)
	}
}

func TestTokensAreMadeVerifiedAndRevoked(t *testing.T) {
	s := newStage(t)
	var made madeToken
	s.want(201, "POST", "/tokens", `{"user":"u-17","name":"ann","room":"r","role":"participant","grants":["moderate"],"sources":["webcam"],`+
		`"limits":{"bitrate":1000},"metadata":{"x":1},"users":["ann-*"],"ttlSeconds":60}`, &made)
	if left := time.Until(made.Expires); left < 50*time.Second || left > time.Minute {
		t.Errorf("it is good for %v", left)
	}
	ask := `{"token":"` + made.Token + `"}`
	var verdict tokenVerdict
	s.want(200, "POST", "/tokens/verify", ask, &verdict)
	g := verdict.Grants
	if !verdict.Valid || g.ID != made.ID || g.User != "u-17" || g.Name != "ann" || g.Room != "r" || g.Limits.Bitrate != 1000 ||
		string(g.Metadata) != `{"x":1}` || !slices.Contains(g.Permissions, "moderate") || !g.Expires.Equal(made.Expires) {
		t.Errorf("%+v", verdict)
	}
	s.want(200, "POST", "/revocations", `{"user":"u-17"}`, nil)
	verdict = tokenVerdict{}
	s.want(200, "POST", "/tokens/verify", ask, &verdict)
	if verdict.Valid || verdict.Reason != auth.ReasonRevoked || verdict.Grants != nil {
		t.Errorf("%+v", verdict)
	}
	verdict = tokenVerdict{}
	newStage(t, open).want(200, "POST", "/tokens/verify", ask, &verdict)
	if verdict.Valid || verdict.Reason != auth.ReasonMissing {
		t.Errorf("in open mode: %+v", verdict)
	}
}

func TestDrainingIsTakenBack(t *testing.T) {
	s := newStage(t)
	for _, tt := range []struct {
		method string
		want   bool
	}{{"GET", false}, {"PUT", true}, {"PUT", true}, {"GET", true}, {"DELETE", false}, {"GET", false}} {
		var told drainView
		if s.want(200, tt.method, "/drain", "", &told); told.Draining != tt.want || s.draining != tt.want {
			t.Errorf("%s: %v %v", tt.method, told, s.draining)
		}
	}
}

func TestTheGuideShowsEveryOperation(t *testing.T) {
	s := newStage(t)
	w := s.ask("GET", "/", "")
	page := w.Body.String()
	for _, r := range (&handler{}).routes() {
		if !strings.Contains(page, `<b class="`+r.method+`">`+r.method+`</b> <code>`+prefix+r.path+`</code>`) {
			t.Errorf("%s %s is not on the page", r.method, r.path)
		}
	}
	for _, from := range []string{"<script", "<link", "http-equiv", "src=", "url("} {
		if strings.Contains(page, from) {
			t.Errorf("the page has %s", from)
		}
	}
	policy := w.Header().Get("Content-Security-Policy")
	if w.Code != http.StatusOK || !strings.Contains(policy, "default-src 'none'; style-src 'sha256-") {
		t.Errorf("%d with %s", w.Code, policy)
	}
	if strings.Count(page, "<style>"+guideCSS+"</style>") != 1 {
		t.Error("the style is not what its hash is of")
	}
}
