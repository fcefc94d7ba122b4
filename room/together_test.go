package room_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/atrium-rtc/atrium/room"
)

// witness writes down what people do together.
type witness struct {
	room.NopHandler
	mu    sync.Mutex
	lines []string
}

func (w *witness) add(format string, args ...any) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.lines = append(w.lines, fmt.Sprintf(format, args...))
}

// take returns the lines since the last take.
func (w *witness) take() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	lines := w.lines
	w.lines = nil
	return lines
}

func (w *witness) OnParticipantChanged(e room.ParticipantChangedEvent) {
	hand := "down"
	if at := e.Participant.HandRaised; !at.IsZero() {
		hand = fmt.Sprint("up since ", at.Unix())
	}
	switch e.Changed {
	case room.ChangedHand:
		w.add("%s's hand is %s, by %q -> %s", e.Participant.User, hand, e.By, to(e.Others))
	case room.ChangedMetadata:
		w.add("%s is %s -> %s", e.Participant.User, e.Participant.Metadata, to(e.Others))
	default:
		w.add("%s changed %d", e.Participant.User, e.Changed)
	}
}

func (w *witness) OnData(e room.DataEvent) {
	w.add("%s on %q: %s -> %s", e.From.User, e.Topic, e.Payload, to(e.To))
}

func (w *witness) OnUnmuteAsked(e room.UnmuteAskedEvent) {
	w.add("%q asks %s to unmute %d of %s", e.By, e.To.User, e.Kinds, e.Stream)
}

func (w *witness) OnMessage(e room.MessageEvent) {
	w.add("%q in %s: %s -> %s", e.From.User, e.From.Room, e.Text, to(e.To))
}

// newMeeting is room "r" with ann, bob and mod, who moderates, and a hidden watcher.
func newMeeting(t *testing.T, opts room.Options) (*house, *witness) {
	t.Helper()
	h, w := newHouse(t, opts), &witness{}
	h.Handle(w)
	h.join("r", "ann", "bob")
	for _, more := range []struct {
		user string
		may  room.Permissions
	}{{"mod", room.MayModerate}, {"watcher", room.MayHide}} {
		grants := room.DefaultGrants()
		grants.Permissions |= more.may
		if _, err := h.Join(t.Context(), room.JoinRequest{ID: id(more.user), User: more.user, Room: "r", Grants: &grants}); err != nil {
			t.Fatal(err)
		}
	}
	w.take()
	return h, w
}

func TestHandsAreRaisedAndLowered(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h, w := newMeeting(t, room.Options{})
		ctx, mod := t.Context(), h.ModerateAs(id("mod"))
		begun := time.Now().Unix()
		for _, step := range []struct {
			do   func() error
			want []string
		}{
			{func() error { return h.RaiseHand(ctx, id("ann"), false) }, nil},
			{func() error { return h.RaiseHand(ctx, id("ann"), true) }, []string{fmt.Sprintf(`ann's hand is up since %d, by "" -> bob,mod,watcher`, begun)}},
			{func() error { time.Sleep(time.Minute); return h.RaiseHand(ctx, id("ann"), true) }, nil},
			{func() error { return mod.LowerHand(ctx, "bob") }, nil},
			{func() error { return mod.LowerHand(ctx, "ann") }, []string{`ann's hand is down, by "mod" -> bob,mod,watcher`}},
			{func() error { return h.RaiseHand(ctx, id("bob"), true) }, []string{fmt.Sprintf(`bob's hand is up since %d, by "" -> ann,mod,watcher`, begun+60)}},
			{func() error { return h.Moderate("r").LowerHand(ctx, "bob") }, []string{`bob's hand is down, by "" -> ann,mod,watcher`}},
			{func() error { return h.RaiseHand(ctx, id("mod"), true) }, []string{fmt.Sprintf(`mod's hand is up since %d, by "" -> ann,bob,watcher`, begun+60)}},
		} {
			if err := step.do(); err != nil {
				t.Fatal(err)
			}
			wantSame(t, "heard", w.take(), step.want)
		}
		if who, err := h.Participant(id("mod")); err != nil || who.HandRaised.Unix() != begun+60 {
			t.Errorf("raised at %v, %v", who.HandRaised, err)
		}
		for _, err := range []error{h.RaiseHand(ctx, id("watcher"), true), h.ModerateAs(id("bob")).LowerHand(ctx, "mod")} {
			wantCode(t, err, room.CodeNotPermitted)
		}
		wantCode(t, h.RaiseHand(ctx, "nobody", true), room.CodeUserNotFound)
		wantCode(t, mod.LowerHand(ctx, "zoe"), room.CodeUserNotFound)
	})
}

func wantCode(t *testing.T, err error, code room.Code) {
	t.Helper()
	if got, ok := err.(*room.Error); !ok || got.Code != code { //nolint:errorlint // it is to be seen as it is
		t.Errorf("error %v, want code %d", err, code)
	}
}

func TestMetadataIsToldWhenItChanges(t *testing.T) {
	h, w := newMeeting(t, room.Options{})
	ctx := t.Context()
	own := json.RawMessage(`{"a":1}`)
	for _, step := range []struct {
		set  json.RawMessage
		want []string
	}{
		{own, []string{`ann is {"a":1} -> bob,mod,watcher`}},
		{own, nil},
		{json.RawMessage(`{}`), []string{`ann is {} -> bob,mod,watcher`}},
		{nil, []string{`ann is  -> bob,mod,watcher`}},
	} {
		if err := h.SetMetadata(ctx, id("ann"), step.set); err != nil {
			t.Fatal(err)
		}
		wantSame(t, "heard", w.take(), step.want)
	}
	if err := h.SetMetadata(ctx, id("ann"), own); err != nil {
		t.Fatal(err)
	}
	copy(own, `[[[[[[[`)
	if who, err := h.Participant(id("ann")); err != nil || string(who.Metadata) != `{"a":1}` {
		t.Errorf("it is %s, %v", who.Metadata, err)
	}
	for _, bad := range []string{`[]`, `"x"`, `null`, `{`, `{"a":"` + strings.Repeat("x", 2<<10) + `"}`} {
		wantCode(t, h.SetMetadata(ctx, id("ann"), json.RawMessage(bad)), room.CodeGeneric)
	}
	wantCode(t, h.SetMetadata(ctx, id("watcher"), json.RawMessage(`{}`)), room.CodeNotPermitted)
}

func TestDataGoesToThoseItIsFor(t *testing.T) {
	h, w := newMeeting(t, room.Options{})
	ctx := t.Context()
	for _, step := range []struct {
		data room.Data
		want string
	}{
		{room.Data{Payload: []byte(`1`)}, `ann on "": 1 -> bob,mod,watcher`},
		{room.Data{Topic: "t", Payload: []byte(`{"a":1}`), To: []string{"mod", "bob", "mod", "ann"}}, `ann on "t": {"a":1} -> bob,mod`},
		{room.Data{Payload: []byte(`1`), To: []string{"ann"}}, `ann on "": 1 -> `},
	} {
		if err := h.SendData(ctx, id("ann"), step.data); err != nil {
			t.Fatal(err)
		}
		wantSame(t, "heard", w.take(), []string{step.want})
	}
	guest := room.DefaultGrants()
	guest.Permissions &^= room.MaySendData
	if err := h.Moderate("r").SetGrants(ctx, "bob", guest); err != nil {
		t.Fatal(err)
	}
	w.take()
	for _, refused := range []struct {
		from string
		data room.Data
		code room.Code
	}{
		{"bob", room.Data{Payload: []byte(`1`)}, room.CodeNotPermitted},
		{"watcher", room.Data{Payload: []byte(`1`)}, room.CodeNotPermitted},
		{"ann", room.Data{Payload: []byte(`1`), To: []string{"mod", "zoe"}}, room.CodeUserNotFound},
		{"ann", room.Data{Payload: []byte(`1`), To: []string{"watcher"}}, room.CodeUserNotFound},
		{"ann", room.Data{Payload: []byte(`{`)}, room.CodeGeneric},
		{"ann", room.Data{}, room.CodeGeneric},
		{"ann", room.Data{Payload: []byte(`"` + strings.Repeat("x", 16<<10) + `"`)}, room.CodeGeneric},
		{"ann", room.Data{Topic: strings.Repeat("t", 257), Payload: []byte(`1`)}, room.CodeGeneric},
		{"zoe", room.Data{Payload: []byte(`1`)}, room.CodeUserNotFound},
	} {
		wantCode(t, h.SendData(ctx, id(refused.from), refused.data), refused.code)
	}
	wantSame(t, "heard", w.take(), []string(nil))
}

func TestDataOfTheApplicationComesWithoutAName(t *testing.T) {
	h, w := newMeeting(t, room.Options{})
	ctx, app := t.Context(), h.Moderate("r")
	for _, step := range []struct {
		by   room.Moderator
		data room.Data
		want string
	}{
		{app, room.Data{Topic: "t", Payload: []byte(`1`)}, ` on "t": 1 -> ann,bob,mod,watcher`},
		{app, room.Data{Payload: []byte(`{}`), To: []string{"bob"}}, ` on "": {} -> bob`},
		{h.ModerateAs(id("mod")), room.Data{Payload: []byte(`1`)}, `mod on "": 1 -> ann,bob,watcher`},
	} {
		if err := step.by.SendData(ctx, step.data); err != nil {
			t.Fatal(err)
		}
		wantSame(t, "heard", w.take(), []string{step.want})
	}
	wantCode(t, app.SendData(ctx, room.Data{Payload: []byte(`1`), To: []string{"zoe"}}), room.CodeUserNotFound)
	wantCode(t, app.SendData(ctx, room.Data{Payload: []byte(`{`)}), room.CodeGeneric)
	wantCode(t, h.Moderate("no").SendData(ctx, room.Data{Payload: []byte(`1`)}), room.CodeRoomNotFound)
	wantCode(t, h.ModerateAs(id("ann")).SendData(ctx, room.Data{Payload: []byte(`1`)}), room.CodeNotPermitted)
	wantSame(t, "heard", w.take(), []string(nil))
}

func TestThePolicyDecidesAboutData(t *testing.T) {
	h, w := newMeeting(t, room.Options{Policy: room.Policy{
		Data: func(_ context.Context, from room.ParticipantInfo, d *room.Data) error {
			if from.User == "bob" {
				return fmt.Errorf("not bob")
			}
			d.Payload = json.RawMessage(`"rewritten"`)
			return nil
		},
	}})
	wantCode(t, h.SendData(t.Context(), id("bob"), room.Data{Payload: []byte(`1`)}), room.CodeNotPermitted)
	if err := h.SendData(t.Context(), id("ann"), room.Data{Payload: []byte(`1`)}); err != nil {
		t.Fatal(err)
	}
	wantSame(t, "heard", w.take(), []string{`ann on "": "rewritten" -> bob,mod,watcher`})
}

func TestTheChatIsKeptForThoseWhoComeLater(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h, w := newMeeting(t, room.Options{Settings: room.Settings{ChatHistory: 2}})
		ctx, app := t.Context(), h.Moderate("r")
		begun := time.Now()
		say := func(user, text string) {
			t.Helper()
			if err := h.SendMessage(ctx, id(user), room.Message{User: user, Room: "r", Text: text}); err != nil {
				t.Fatal(err)
			}
			time.Sleep(time.Second)
		}
		say("ann", "one")
		say("bob", "two")
		if err := app.Message(ctx, "psst", "ann"); err != nil {
			t.Fatal(err)
		}
		if err := app.Message(ctx, "all"); err != nil {
			t.Fatal(err)
		}
		if err := h.ModerateAs(id("mod")).Message(ctx, "order", "bob"); err != nil {
			t.Fatal(err)
		}
		wantSame(t, "heard", w.take(), []string{
			`"ann" in r: one -> ann,bob,mod,watcher`, `"bob" in r: two -> ann,bob,mod,watcher`,
			`"" in r: psst -> ann`, `"" in r: all -> ann,bob,mod,watcher`, `"mod" in r: order -> bob`,
		})
		got, err := h.History(ctx, id("ann"))
		if err != nil {
			t.Fatal(err)
		}
		wantSame(t, "history", got, []room.ChatMessage{
			{User: "bob", Text: "two", Time: begun.Add(time.Second)}, {Text: "all", Time: begun.Add(2 * time.Second)},
		})
		if _, err := app.Change(ctx, func(s *room.Settings) { s.ChatHistory = 0 }); err != nil {
			t.Fatal(err)
		}
		if got, err := h.History(ctx, id("ann")); err != nil || len(got) != 0 {
			t.Errorf("after it was turned off: %v, %v", got, err)
		}
		wantCode(t, app.Message(ctx, strings.Repeat("x", 64<<10+1)), room.CodeGeneric)
		wantCode(t, app.Message(ctx, "x", "zoe"), room.CodeUserNotFound)
		wantCode(t, h.Moderate("none").Message(ctx, "x"), room.CodeRoomNotFound)
		wantCode(t, h.ModerateAs(id("ann")).Message(ctx, "x"), room.CodeNotPermitted)
	})
}

func TestHiddenModeratorsActWithoutAName(t *testing.T) {
	h, w := newMeeting(t, room.Options{})
	all := room.DefaultGrants()
	all.Permissions |= room.MayModerate | room.MayHide
	if _, err := h.Join(t.Context(), room.JoinRequest{ID: id("boss"), User: "boss", Room: "r", Grants: &all}); err != nil {
		t.Fatal(err)
	}
	boss := h.ModerateAs(id("boss"))
	if err := boss.AskToUnmute(t.Context(), "ann", "", room.Audio); err != nil {
		t.Fatal(err)
	}
	if err := boss.Message(t.Context(), "speak", "ann"); err != nil {
		t.Fatal(err)
	}
	wantSame(t, "heard", w.take(), []string{`"" asks ann to unmute 1 of webcam`, `"" in r: speak -> ann`})
}
