package room_test

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/atrium-rtc/atrium/room"
)

const sendsBoth = "v=0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=sendonly\r\nm=video 9 UDP/TLS/RTP/SAVPF 96\r\n"

// as joins a user with grants.
func (h *house) as(name, user string, g room.Grants) error {
	_, err := h.Join(context.Background(), room.JoinRequest{
		ID: id(user), User: user, Room: name, AutoCreate: true, Grants: &g, Identity: "identity of " + user,
	})
	return err
}

func moderator() room.Grants {
	g := room.DefaultGrants()
	g.Role, g.Permissions = "moderator", g.Permissions|room.MayModerate
	return g
}

func guest() room.Grants {
	return room.Grants{Role: "guest", Permissions: room.MayJoin | room.MaySubscribe}
}

// meeting is a room r with a moderator, a participant and a guest.
func meeting(t *testing.T) *house {
	h := newHouse(t, room.Options{})
	for _, who := range []struct {
		user   string
		grants room.Grants
	}{{"mod", moderator()}, {"ann", room.DefaultGrants()}, {"gus", guest()}} {
		if err := h.as("r", who.user, who.grants); err != nil {
			t.Fatal(err)
		}
	}
	h.events.take()
	return h
}

func TestOnlyModeratorsModerate(t *testing.T) {
	acts := map[string]func(context.Context, room.Moderator) error{
		"mute":          func(ctx context.Context, o room.Moderator) error { return o.Mute(ctx, "gus", "", room.Audio) },
		"mute all":      func(ctx context.Context, o room.Moderator) error { _, err := o.MuteAll(ctx, room.Audio); return err },
		"ask to unmute": func(ctx context.Context, o room.Moderator) error { return o.AskToUnmute(ctx, "gus", "", room.Audio) },
		"unpublish":     func(ctx context.Context, o room.Moderator) error { return o.Unpublish(ctx, "gus", "") },
		"ban":           func(ctx context.Context, o room.Moderator) error { return o.Ban(ctx, "x", time.Minute, "") },
		"unban":         func(ctx context.Context, o room.Moderator) error { return o.Unban(ctx, "x") },
		"bans":          func(ctx context.Context, o room.Moderator) error { _, err := o.Bans(ctx); return err },
		"admit":         func(ctx context.Context, o room.Moderator) error { return o.Admit(ctx, "x") },
		"deny":          func(ctx context.Context, o room.Moderator) error { return o.Deny(ctx, "x", "") },
		"waiting":       func(ctx context.Context, o room.Moderator) error { _, err := o.Waiting(ctx); return err },
		"change": func(ctx context.Context, o room.Moderator) error {
			_, err := o.Change(ctx, func(*room.Settings) {})
			return err
		},
		"grants": func(ctx context.Context, o room.Moderator) error {
			return o.ChangeGrants(ctx, "gus", func(*room.Grants) {})
		},
		"evict": func(ctx context.Context, o room.Moderator) error { return o.Evict(ctx, "gus", "") },
		"close": func(ctx context.Context, o room.Moderator) error { return o.Close(ctx, "") },
	}
	for name, act := range acts {
		t.Run(name, func(t *testing.T) {
			h := meeting(t)
			for _, by := range []string{"ann", "gus"} {
				wantError(t, act(t.Context(), h.ModerateAs(id(by))), room.CodeNotPermitted, "It is not permitted to moderate")
			}
			wantError(t, act(t.Context(), h.ModerateAs("nobody")), 102, "No participant with id 'nobody' was found")
			wantError(t, act(t.Context(), h.Moderate("s")), 202, "Room 's' not found")
			wantSame(t, "events", h.events.take(), []string(nil))
			for _, o := range []room.Moderator{h.ModerateAs(id("mod")), meeting(t).Moderate("r")} {
				var refusal *room.Error
				err := act(t.Context(), o)
				if errors.As(err, &refusal) && refusal.Code != 102 && refusal.Code != 105 || err != nil && refusal == nil {
					t.Errorf("who may moderate: %v", err)
				}
			}
		})
	}
}

func TestGrantsDecideWhatAParticipantMayDo(t *testing.T) {
	only := func(p room.Permissions) room.Grants { return room.Grants{Permissions: room.MayJoin | p} }
	publish := func(stream, offer string) func(*house) error {
		return func(h *house) error {
			_, err := h.Publish(context.Background(), id("u"), room.PublishRequest{Stream: stream, Offer: offer})
			return err
		}
	}
	audio := strings.Replace(sendsBoth, "m=video 9", "m=video 0", 1)
	receives := strings.ReplaceAll(sendsBoth+"a=recvonly\r\n", "a=sendonly", "a=recvonly")
	for _, tc := range []struct {
		name   string
		grants room.Grants
		do     func(*house) error
		want   string // empty: allowed
	}{
		{"sound and picture", only(room.MayPublishAudio | room.MayPublishVideo), publish("", sendsBoth), ""},
		{"picture without the right", only(room.MayPublishAudio), publish("", sendsBoth), "It is not permitted to publish audio video as stream 'webcam'"},
		{"sound alone", only(room.MayPublishAudio), publish("", audio), ""},
		{"sound without the right", only(room.MayPublishVideo), publish("", audio), "It is not permitted to publish audio as stream 'webcam'"},
		{"nothing, without any right", only(room.MaySubscribe), publish("", receives), "It is not permitted to publish as stream 'webcam'"},
		{"a screen", only(room.MayPublishScreen), publish("screen", sendsBoth), ""},
		{"a screen without the right", only(room.MayPublishAudio | room.MayPublishVideo), publish("screen", sendsBoth), "It is not permitted to publish audio video as stream 'screen'"},
		{"a stream that is not among the sources", room.Grants{Permissions: room.MayPublish | room.MayJoin, Sources: []string{"webcam"}}, publish("second", sendsBoth), "It is not permitted to publish stream 'second'"},
		{"hidden", only(room.MayPublish | room.MayHide), publish("", sendsBoth), "It is not permitted to publish while hidden"},
		{
			"receive", only(0),
			func(h *house) error {
				_, err := h.Subscribe(context.Background(), id("u"), room.SubscribeRequest{Publisher: "ann", Offer: "o"})
				return err
			}, "It is not permitted to receive what others publish",
		},
		{
			"write", only(0),
			func(h *house) error {
				return h.SendMessage(context.Background(), id("u"), room.Message{User: "u", Room: "r", Text: "hi"})
			}, "It is not permitted to write messages",
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			h := newHouse(t, room.Options{})
			h.join("r", "ann")
			h.publish("ann")
			if err := h.as("r", "u", tc.grants); err != nil {
				t.Fatal(err)
			}
			err := tc.do(h)
			if tc.want == "" {
				if err != nil {
					t.Error(err)
				}
				return
			}
			wantError(t, err, room.CodeNotPermitted, tc.want)
		})
	}
}

func TestGrantsThatAreTakenBackEndWhatTheyAllowed(t *testing.T) {
	h := meeting(t)
	for _, user := range []string{"ann", "mod"} {
		if _, err := h.Publish(t.Context(), id(user), room.PublishRequest{Offer: sendsBoth}); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := h.Publish(t.Context(), id("ann"), room.PublishRequest{Stream: "screen", Offer: sendsBoth}); err != nil {
		t.Fatal(err)
	}
	h.subscribe("ann", "mod")
	h.subscribe("gus", "ann")
	h.events.take()
	mod := h.ModerateAs(id("mod"))
	if err := mod.ChangeGrants(t.Context(), "ann", func(g *room.Grants) { g.Role, g.Permissions = "viewer", room.MayPublishScreen }); err != nil {
		t.Fatal(err)
	}
	who, err := h.Participant(id("ann"))
	if err != nil || len(who.Streams) != 1 || who.Streams[0].ID != "screen" || who.Role != "viewer" {
		t.Errorf("ann is %+v, %v", who, err)
	}
	if list, err := h.PublishersOf(id("ann")); err != nil || len(list) != 0 {
		t.Errorf("receives %v, %v", list, err)
	}
	wantSame(t, "open connections", h.media.open(), 2) // of mod, and the screen

	err = mod.ChangeGrants(t.Context(), "gus", func(g *room.Grants) { g.Permissions |= room.MayAdminister })
	wantError(t, err, room.CodeNotPermitted, "It is not permitted to grant admin")
	if err := mod.SetGrants(t.Context(), "gus", moderator()); err != nil {
		t.Error("a moderator may make others moderators:", err)
	}
	if err := h.ModerateAs(id("gus")).Evict(t.Context(), "mod", ""); err != nil {
		t.Error(err)
	}
}

func TestTheLobbyHoldsNewcomersUntilTheyAreAdmitted(t *testing.T) {
	h := newHouse(t, room.Options{Settings: room.Settings{Lobby: true}})
	const wait = "Room 'r' has a lobby: wait there until somebody lets you in"
	wantError(t, h.as("r", "ann", room.DefaultGrants()), room.CodeWaiting, wait)
	wantError(t, h.as("r", "ann", room.DefaultGrants()), room.CodeWaiting, wait) // asks again
	if err := h.as("r", "mod", moderator()); err != nil {
		t.Fatal(err)
	}
	wantError(t, h.as("r", "bob", room.DefaultGrants()), room.CodeWaiting, wait)
	_, err := h.Join(t.Context(), room.JoinRequest{ID: "another", User: "bob", Room: "r"})
	wantError(t, err, 104, "User 'bob' already exists in room 'r'")
	mod := h.ModerateAs(id("mod"))
	list, err := mod.Waiting(t.Context())
	if err != nil || len(list) != 2 || list[0].User != "ann" || list[1].User != "bob" {
		t.Fatalf("waiting: %v, %v", list, err)
	}
	if err := errors.Join(mod.Admit(t.Context(), "ann"), mod.Deny(t.Context(), "bob", "not today")); err != nil {
		t.Fatal(err)
	}
	wantError(t, h.as("r", "bob", room.DefaultGrants()), room.CodeWaiting, wait)
	if err := h.as("r", "ann", room.DefaultGrants()); err != nil {
		t.Error("ann was admitted:", err)
	}
	wantSame(t, "bob stops waiting", h.StopWaiting(t.Context(), id("bob")), true)
	wantSame(t, "bob stops again", h.StopWaiting(t.Context(), id("bob")), false)
	wantSame(t, "events", h.events.take(), []string{
		"r: ann waits -> ", "r: mod joined -> ", "r: bob waits -> mod",
		`r: ann waits no longer (admitted) "" -> mod`, `r: bob waits no longer (denied) "not today" -> mod`,
		"r: bob waits -> mod", "r: ann joined -> mod", `r: bob waits no longer (gave up) "" -> mod`,
	})
	wantError(t, h.as("r", "cid", room.DefaultGrants()), room.CodeWaiting, wait)
	if _, err := mod.Change(t.Context(), func(s *room.Settings) { s.Lobby = false }); err != nil {
		t.Fatal(err)
	}
	if err := h.as("r", "cid", room.DefaultGrants()); err != nil {
		t.Error("the lobby is gone:", err)
	}
}

func TestAnAdmittanceIsForOneMinuteAndOnePerson(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, room.Options{Settings: room.Settings{Lobby: true}})
		if err := h.as("r", "mod", moderator()); err != nil {
			t.Fatal(err)
		}
		mod := h.ModerateAs(id("mod"))
		admit := func(user string) {
			t.Helper()
			_ = h.as("r", user, room.DefaultGrants())
			if err := mod.Admit(t.Context(), user); err != nil {
				t.Fatal(err)
			}
		}
		admit("ann")
		_, err := h.Join(t.Context(), room.JoinRequest{ID: "new", User: "ann", Room: "r", Identity: "somebody else"})
		if !errors.Is(err, room.ErrWaiting) {
			t.Errorf("another person with the same name: %v", err)
		}
		h.StopWaiting(t.Context(), "new")
		_, err = h.Join(t.Context(), room.JoinRequest{ID: "new", User: "ann", Room: "r", Identity: "identity of ann"})
		if err != nil {
			t.Errorf("the same person after a reload: %v", err)
		}
		admit("bob")
		time.Sleep(time.Minute)
		if err := h.as("r", "bob", room.DefaultGrants()); !errors.Is(err, room.ErrWaiting) {
			t.Errorf("a minute later: %v", err)
		}
	})
}

func TestARoomWaitsForThoseWhoWereAdmitted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, room.Options{Settings: room.Settings{Lobby: true}})
		if err := h.as("r", "mod", moderator()); err != nil {
			t.Fatal(err)
		}
		_ = h.as("r", "ann", guest())
		if err := h.ModerateAs(id("mod")).Admit(t.Context(), "ann"); err != nil {
			t.Fatal(err)
		}
		if _, err := h.Leave(t.Context(), id("mod")); err != nil {
			t.Fatal(err)
		}
		time.Sleep(59 * time.Second)
		wantSame(t, "rooms", h.Rooms(), []string{"r"})
		time.Sleep(2 * time.Second)
		synctest.Wait()
		wantSame(t, "rooms when nobody came", h.Rooms(), []string{})
	})
}

func TestAMutedStreamStaysMutedUntilAModeratorAsks(t *testing.T) {
	h := meeting(t)
	mod := h.ModerateAs(id("mod"))
	muted := func() room.MediaKind {
		t.Helper()
		who, err := h.Participant(id("ann"))
		if err != nil || len(who.Streams) != 1 {
			t.Fatalf("%+v %v", who, err)
		}
		return who.Streams[0].Muted
	}
	if err := mod.Mute(t.Context(), "ann", "", room.Audio); err != nil {
		t.Fatal(err)
	}
	h.publish("ann")
	wantSame(t, "muted before it began", muted(), room.Audio)
	if err := h.UnmutePublished(id("ann"), ""); err != nil { // Kurento's, for the application
		t.Fatal(err)
	}
	wantSame(t, "muted by the moderator alone", muted(), room.Audio)
	if err := h.Unpublish(t.Context(), id("ann"), "", nil); err != nil {
		t.Fatal(err)
	}
	h.publish("ann")
	wantSame(t, "muted again", muted(), room.Audio)
	wantError(t, h.Unmute(t.Context(), id("ann"), "", room.Audio), room.CodeNotPermitted, "It is not permitted to unmute before a moderator asks for it")
	if err := mod.AskToUnmute(t.Context(), "ann", "", room.Audio); err != nil {
		t.Fatal(err)
	}
	if err := h.Unmute(t.Context(), id("ann"), "", room.Audio); err != nil {
		t.Error(err)
	}
	wantSame(t, "unmuted", muted(), room.MediaKind(0))
	names, err := mod.MuteAll(t.Context(), room.Audio|room.Video)
	if err != nil {
		t.Fatal(err)
	}
	wantSame(t, "all that publish", names, []string{"ann"})
	wantSame(t, "muted with all", muted(), room.All)
	wantSame(t, "media was told", h.media.last(t, "ann").mutes, []room.MediaKind{room.Audio, 0, room.All})
}

func TestNewcomersOfAQuietRoomUnmuteThemselves(t *testing.T) {
	h := newHouse(t, room.Options{Settings: room.Settings{MuteOnEntry: room.Audio}})
	if err := errors.Join(h.as("r", "mod", moderator()), h.as("r", "ann", room.DefaultGrants())); err != nil {
		t.Fatal(err)
	}
	h.publish("mod", "ann")
	wantSame(t, "mod", len(h.media.last(t, "mod").mutes), 0)
	wantSame(t, "ann", h.media.last(t, "ann").mutes, []room.MediaKind{room.Audio})
	if err := h.Unmute(t.Context(), id("ann"), "", room.Audio); err != nil {
		t.Error(err)
	}
}

func TestABanKeepsNameAndIdentityOut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := meeting(t)
		mod := h.ModerateAs(id("mod"))
		if err := mod.Ban(t.Context(), "ann", time.Minute, "rude"); err != nil {
			t.Fatal(err)
		}
		wantSame(t, "events", h.events.take(), []string{"r: ann left (evicted) -> mod,gus", "r: ann evicted"})
		const sentence = "User '%' may not come into room 'r' for some time"
		wantError(t, h.as("r", "ann", moderator()), room.CodeNotPermitted, strings.Replace(sentence, "%", "ann", 1))
		_, err := h.Join(t.Context(), room.JoinRequest{ID: "x", User: "anna", Room: "r", Identity: "identity of ann"})
		wantError(t, err, room.CodeNotPermitted, strings.Replace(sentence, "%", "anna", 1))
		bans, err := mod.Bans(t.Context())
		if err != nil || len(bans) != 1 || bans[0].Reason != "rude" || bans[0].Identity != "identity of ann" {
			t.Errorf("bans %+v, %v", bans, err)
		}
		time.Sleep(time.Minute)
		if err := h.as("r", "ann", room.DefaultGrants()); err != nil {
			t.Errorf("a minute later: %v", err)
		}
		if err := errors.Join(mod.Ban(t.Context(), "bob", time.Hour, ""), mod.Unban(t.Context(), "bob"), h.as("r", "bob", guest())); err != nil {
			t.Error(err)
		}
	})
}

func TestALockedRoomLetsModeratorsIn(t *testing.T) {
	h := meeting(t)
	if s, err := h.ModerateAs(id("mod")).Change(t.Context(), func(s *room.Settings) { s.Locked = true }); err != nil || !s.Locked {
		t.Fatal(s, err)
	}
	wantSame(t, "events", h.events.take(), []string{`r: changed by "mod" -> mod,ann,gus`})
	wantError(t, h.as("r", "bob", room.DefaultGrants()), room.CodeRoomLocked, "Room 'r' is locked")
	if err := h.as("r", "mod2", moderator()); err != nil {
		t.Error(err)
	}
	err := h.as("r", "x", room.Grants{Permissions: room.MaySubscribe})
	wantError(t, err, room.CodeNotPermitted, "It is not permitted to join")
}

func TestSettingsOutOfBoundsAreRefused(t *testing.T) {
	h := meeting(t)
	for name, change := range map[string]func(*room.Settings){
		"negative":      func(s *room.Settings) { s.MaxParticipants = -1 },
		"history":       func(s *room.Settings) { s.ChatHistory = 1001 },
		"mute":          func(s *room.Settings) { s.MuteOnEntry = 8 },
		"no object":     func(s *room.Settings) { s.Metadata = json.RawMessage(`[]`) },
		"null":          func(s *room.Settings) { s.Metadata = json.RawMessage(`null`) },
		"long metadata": func(s *room.Settings) { s.Metadata = json.RawMessage(`{"a":"` + strings.Repeat("x", 16<<10) + `"}`) },
	} {
		if is, err := h.Moderate("r").Change(t.Context(), change); err == nil {
			t.Errorf("%s: accepted as %+v", name, is)
		}
		var s room.Settings
		if change(&s); h.CreateRoom("new", s) == nil {
			t.Errorf("%s: a room was created", name)
		}
	}
	info, err := h.Room(t.Context(), "r")
	if err != nil {
		t.Fatal(err)
	}
	info.Created = time.Time{}
	wantSame(t, "room", info, room.RoomInfo{Name: "r", Participants: 3})
}

func TestRoomsEndInTheirTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, room.Options{})
		with := room.Settings{MaxDuration: time.Hour, IdleTimeout: time.Minute, MaxPublishers: 1, MaxParticipants: 2}
		if err := h.CreateRoom("r", with); err != nil {
			t.Fatal(err)
		}
		time.Sleep(24 * time.Hour) // it waits for the first one
		h.join("r", "ann", "bob")
		h.publish("ann")
		_, err := h.Publish(t.Context(), id("bob"), room.PublishRequest{Offer: "o"})
		wantError(t, err, 301, "Room 'r' has its 1 publishers already")
		wantError(t, h.as("r", "cid", room.DefaultGrants()), 201, "Room 'r' is full: 2 participants are allowed")
		for _, user := range []string{"ann", "bob"} {
			if _, err := h.Leave(t.Context(), id(user)); err != nil {
				t.Fatal(err)
			}
		}
		time.Sleep(59 * time.Second)
		h.join("r", "ann") // in time
		if _, err := h.Leave(t.Context(), id("ann")); err != nil {
			t.Fatal(err)
		}
		time.Sleep(61 * time.Second)
		synctest.Wait()
		wantSame(t, "rooms", h.Rooms(), []string{})

		if err := h.CreateRoom("r", with); err != nil {
			t.Fatal(err)
		}
		h.join("r", "ann")
		h.events.take()
		time.Sleep(time.Hour + time.Second)
		synctest.Wait()
		wantSame(t, "events", h.events.take(), []string{"r: closed -> ann"})
		wantSame(t, "rooms", h.Rooms(), []string{})
	})
}

func TestNobodyHearsOfTheHidden(t *testing.T) {
	h := meeting(t)
	h.events.take()
	if err := h.as("r", "spy", room.Grants{Permissions: room.MayJoin | room.MaySubscribe | room.MayHide}); err != nil {
		t.Fatal(err)
	}
	others, err := h.Join(t.Context(), room.JoinRequest{ID: id("bob"), User: "bob", Room: "r"})
	if err != nil {
		t.Fatal(err)
	}
	wantSame(t, "whom bob is told of", users(others), []string{"mod", "ann", "gus"})
	if _, err := h.Leave(t.Context(), id("spy")); err != nil {
		t.Fatal(err)
	}
	wantSame(t, "events", h.events.take(), []string{
		"r: spy joined -> ", "r: bob joined -> mod,ann,gus,spy", "r: spy left (left) -> ",
	})
}

func TestPolicyRefusesAndRewrites(t *testing.T) {
	no := &room.Error{Code: 999, Msg: "not here"}
	h := newHouse(t, room.Options{Policy: room.Policy{
		Create: func(_ context.Context, ask room.CreateRequest, with *room.Settings) error {
			with.ChatHistory = 5
			return nil
		},
		Join: func(_ context.Context, req *room.JoinRequest) error {
			req.ID, req.Room = "stolen", "elsewhere"
			req.Metadata = json.RawMessage(`{"seen":true}`)
			if req.User == "mallory" {
				return errors.New("on the list")
			}
			return nil
		},
		Publish:   func(context.Context, room.ParticipantInfo, *room.PublishRequest) error { return no },
		Subscribe: func(context.Context, room.ParticipantInfo, *room.SubscribeRequest) error { panic("bug") },
		Message: func(_ context.Context, from room.ParticipantInfo, msg *room.Message) error {
			msg.Text = strings.ToUpper(msg.Text)
			return nil
		},
		CustomRequest: func(_ context.Context, from room.ParticipantInfo, params json.RawMessage) (any, error) {
			return from.User + string(params), nil
		},
	}})
	h.join("r", "ann", "bob")
	who, err := h.Participant(id("ann"))
	if err != nil || string(who.Metadata) != `{"seen":true}` || who.Room != "r" {
		t.Errorf("%+v %v", who, err)
	}
	info, err := h.Room(t.Context(), "r")
	wantSame(t, "settings of the policy", info.ChatHistory, 5)
	if err != nil {
		t.Error(err)
	}
	wantError(t, h.as("r", "mallory", room.DefaultGrants()), room.CodeNotPermitted, "The application does not allow this")
	_, err = h.Publish(t.Context(), id("ann"), room.PublishRequest{Offer: "o"})
	wantError(t, err, 999, "not here")
	_, err = h.Subscribe(t.Context(), id("ann"), room.SubscribeRequest{Publisher: "bob", Offer: "o"})
	wantError(t, err, room.CodeNotPermitted, "The application does not allow this")
	wantSame(t, "panics", h.Stats().HandlerPanics, uint64(1))
	h.events.take()
	if err := h.SendMessage(t.Context(), id("ann"), room.Message{User: "ann", Room: "r", Text: "hi"}); err != nil {
		t.Error(err)
	}
	wantSame(t, "events", h.events.take(), []string{`r: ann says "HI" -> ann,bob`})
	if answer, err := h.CustomRequest(t.Context(), id("bob"), json.RawMessage(`{}`)); err != nil || answer != "bob{}" {
		t.Errorf("%v %v", answer, err)
	}
	_, err = h.CustomRequest(t.Context(), "x", nil)
	wantError(t, err, 102, "No participant with id 'x' was found")
	if _, err = newHouse(t, room.Options{}).CustomRequest(t.Context(), "x", nil); !errors.Is(err, room.ErrNoCustomRequests) {
		t.Errorf("without a policy: %v", err) // whoever asks: Kurento looked for no participant either
	}
}
