package feed_test

import (
	"bytes"
	"fmt"
	"reflect"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/atrium-rtc/atrium/internal/feed"
	"github.com/atrium-rtc/atrium/room"
)

func TestEveryEventHasAnEnvelopeAndNoSessionID(t *testing.T) {
	f := feed.New(feed.Options{Run: "run"})
	s, _ := subscribe(t, f, feed.Want{})
	everything(f)
	list := append(drain(s), f.Lost("atelier", 3, "queue full"))
	for i, e := range list {
		got := read(t, e)
		if bytes.Contains(e.JSON, []byte(secret)) {
			t.Errorf("a session's id is in %s", e.JSON)
		}
		if bytes.ContainsAny(e.JSON, "\r\n") {
			t.Errorf("more than one line: %q", e.JSON)
		}
		if at, err := time.Parse(time.RFC3339, got.Time); err != nil || !at.Equal(e.Time.Truncate(time.Millisecond)) {
			t.Errorf("time %q", got.Time)
		}
		if e.Type == feed.EventsLost {
			continue
		}
		want := envelope{
			SpecVersion: "1.0", ID: fmt.Sprintf("run-%d", i+1), Source: "/", Type: string(e.Type),
			Time: got.Time, Subject: "atelier", RoomSequence: uint64(i) + 1, Data: got.Data,
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
	}
	if diff := cmp.Diff(feed.Types(), slices.Compact(sorted(typesOf(list)))); diff != "" {
		t.Errorf("types that happened (+) and are known (-):\n%s", diff)
	}
}

// sorted puts types into the order of the documentation.
func sorted(types []feed.Type) []feed.Type {
	slices.SortFunc(types, func(a, b feed.Type) int { return slices.Index(feed.Types(), a) - slices.Index(feed.Types(), b) })
	return types
}

func TestNoHandlerOfTheRoomIsForgotten(t *testing.T) {
	ignored := []string{"OnData", "OnICECandidate", "OnSubscribedLayers", "OnVideoPaused", "OnVideoResumed", "OnUnmuteAsked", "OnSubscriberOffer", "OnSubscriptionEnded"}
	nop, ours := reflect.TypeFor[room.NopHandler](), reflect.TypeFor[*feed.Feed]()
	f := feed.New(feed.Options{})
	s, _ := subscribe(t, f, feed.Want{})
	for i := range nop.NumMethod() {
		name := nop.Method(i).Name
		method, _ := ours.MethodByName(name)
		event := reflect.New(method.Type.In(1)).Elem()
		if dominant := event.FieldByName("Dominant"); dominant.IsValid() {
			dominant.SetString("ann")
		}
		method.Func.Call([]reflect.Value{reflect.ValueOf(f), event})
		if heard := len(drain(s)) > 0; heard == slices.Contains(ignored, name) {
			t.Errorf("%s: made an event: %v; either make one, or add it to those that are ignored", name, heard)
		}
		f.OnRoomEnded(room.RoomEndedEvent{})
		drain(s)
	}
}

func TestTextsOfMessagesStayInsideUnlessWanted(t *testing.T) {
	for _, texts := range []bool{false, true} {
		f := feed.New(feed.Options{Texts: texts})
		s, _ := subscribe(t, f, feed.Want{})
		f.OnMessage(room.MessageEvent{From: ann(), Text: "hello", To: []room.ParticipantInfo{ann(), bob()}})
		data := read(t, drain(s)[0]).Data
		want := map[string]any{"from": "ann", "identity": "user-17", "to": 2.0, "bytes": 5.0}
		if texts {
			want["text"] = "hello"
		}
		if diff := cmp.Diff(want, data); diff != "" {
			t.Errorf("texts %v: %s", texts, diff)
		}
	}
}

func TestARoomIsClosedOnceAndBeforeItsSuccessor(t *testing.T) {
	created, closed := room.RoomCreatedEvent{Room: "r"}, room.RoomClosedEvent{Room: "r"}
	ended := room.RoomEndedEvent{Room: "r"}
	for name, tell := range map[string]func(*feed.Feed){
		"closed": func(f *feed.Feed) { f.OnRoomCreated(created); f.OnRoomClosed(closed); f.OnRoomEnded(ended) },
		"ended":  func(f *feed.Feed) { f.OnRoomCreated(created); f.OnRoomEnded(ended) },
		"ended and made": func(f *feed.Feed) {
			f.OnRoomCreated(created)
			f.OnRoomEnded(ended)
			f.OnRoomCreated(created)
			f.OnRoomEnded(ended)
		},
		"made and ended": func(f *feed.Feed) {
			f.OnRoomCreated(created)
			f.OnRoomCreated(created)
			f.OnRoomEnded(ended)
			f.OnRoomEnded(ended)
		},
		"closed, then new": func(f *feed.Feed) {
			f.OnRoomCreated(created)
			f.OnRoomClosed(closed)
			f.OnRoomCreated(created)
			f.OnRoomEnded(ended)
			f.OnRoomEnded(ended)
		},
	} {
		t.Run(name, func(t *testing.T) {
			f := feed.New(feed.Options{})
			s, _ := subscribe(t, f, feed.Want{})
			tell(f)
			list := drain(s)
			if len(list)%2 != 0 || len(list) == 0 {
				t.Fatalf("%d events", len(list))
			}
			for i, e := range list {
				want := []feed.Type{feed.RoomCreated, feed.RoomClosed}[i%2]
				if got := read(t, e); e.Type != want || got.RoomSequence != uint64(i%2)+1 {
					t.Errorf("event %d is %s", i, e.JSON)
				}
			}
		})
	}
}

func TestOnlyAnotherMainSpeakerIsAnEvent(t *testing.T) {
	f := feed.New(feed.Options{})
	s, _ := subscribe(t, f, feed.Want{})
	for _, who := range []string{"", "ann", "ann", "bob", "bob", ""} {
		f.OnSpeakers(room.SpeakersEvent{Room: "r", Dominant: who, Speakers: []room.Speaker{{User: who}}})
	}
	var heard []any
	for _, e := range drain(s) {
		heard = append(heard, read(t, e).Data["user"])
	}
	if diff := cmp.Diff([]any{"ann", "bob", ""}, heard); diff != "" {
		t.Error(diff)
	}
}

func TestAFullQueueLosesInOnePlaceAndHoldsNobodyUp(t *testing.T) {
	f := feed.New(feed.Options{Run: "run"})
	slow, _ := subscribe(t, f, feed.Want{Queue: 2})
	quick, _ := subscribe(t, f, feed.Want{Queue: 100})
	join := func() { f.OnJoined(room.JoinedEvent{Participant: ann()}) }
	for range 3 {
		join()
	}
	first := <-slow.Events()
	join() // there is a place now, but it comes after one that is lost
	if rest := drain(slow); first.ID != "run-1" || len(rest) != 1 || rest[0].ID != "run-2" {
		t.Errorf("the slow one got %s and %d more", first.ID, len(rest))
	}
	if lost := slow.Lost(); lost != 2 {
		t.Errorf("%d lost", lost)
	}
	join()
	if after := drain(slow); len(after) != 1 || after[0].ID != "run-5" {
		t.Errorf("after the loss: %d", len(after))
	}
	if got := len(drain(quick)); got != 5 || quick.Lost() != 0 {
		t.Errorf("the quick one got %d", got)
	}
}

func TestWhoComesBackGetsWhatItMissed(t *testing.T) {
	f := feed.New(feed.Options{Run: "run", MaxEvents: 3})
	subscribe(t, f, feed.Want{}) // somebody else
	for range 5 {
		f.OnJoined(room.JoinedEvent{Participant: ann()})
	}
	f.OnLeft(room.LeftEvent{Participant: bob()})
	for after, want := range map[string][]string{
		"":               nil,
		"run-6":          nil,
		"run-5":          {"run-6"},
		"run-3":          {"run-4", "run-5", "run-6"},
		"run-2":          {"run-3 lost", "run-4", "run-5", "run-6"},
		"run-7":          {"run-6 lost"},
		"earlier-5":      {"run-3 lost", "run-4", "run-5", "run-6"},
		"something else": {"run-3 lost", "run-4", "run-5", "run-6"},
	} {
		s, replay := subscribe(t, f, feed.Want{After: after})
		s.Close()
		var got []string
		for _, e := range replay {
			id := e.ID
			if e.Type == feed.EventsLost {
				id += " lost"
			}
			got = append(got, id)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("after %q: %s", after, diff)
		}
	}
	leaves, err := feed.ParseFilter("", []string{"participant.left"})
	if err != nil {
		t.Fatal(err)
	}
	if _, replay := subscribe(t, f, feed.Want{After: "run-3", Filter: leaves}); len(replay) != 1 || replay[0].ID != "run-6" {
		t.Errorf("filtered replay: %v", typesOf(replay))
	}
}

func TestWhatIsKeptIsBoundedInOctets(t *testing.T) {
	f := feed.New(feed.Options{MaxBytes: 4096})
	subscribe(t, f, feed.Want{})
	for range 100 {
		f.OnJoined(room.JoinedEvent{Participant: ann()})
	}
	if kept := f.Stats().Kept; kept == 0 || kept > 10 {
		t.Errorf("%d events are kept", kept)
	}
}

func TestNothingIsMadeWhileNobodyListens(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := feed.New(feed.Options{Run: "run"})
		joined := room.JoinedEvent{Participant: ann()}
		if n := testing.AllocsPerRun(100, func() { f.OnJoined(joined) }); n > 0 {
			t.Errorf("%v allocations for nobody", n)
		}
		s, _ := subscribe(t, f, feed.Want{})
		f.OnJoined(joined)
		s.Close()
		time.Sleep(time.Minute)
		f.OnJoined(joined) // somebody may come back
		if made := f.Stats().Events; made != 2 {
			t.Errorf("%d events", made)
		}
		time.Sleep(time.Hour)
		f.OnJoined(joined)
		if now := f.Stats(); now.Events != 2 || now.Kept != 0 {
			t.Errorf("an hour later: %+v", now)
		}
		if _, replay := subscribe(t, f, feed.Want{After: "run-2"}); len(replay) != 1 || replay[0].Type != feed.EventsLost {
			t.Errorf("who comes back then gets %v", typesOf(replay))
		}
	})
}

func TestFiltersNameTypesAndKinds(t *testing.T) {
	everyone := feed.New(feed.Options{})
	for words, want := range map[string][]feed.Type{
		"participant.left": {feed.ParticipantLeft},
		"stream.*":         {feed.StreamPublished, feed.StreamUnpublished},
	} {
		filter, err := feed.ParseFilter("atelier", []string{words})
		if err != nil {
			t.Fatal(err)
		}
		s, _ := subscribe(t, everyone, feed.Want{Filter: filter})
		everything(everyone)
		elsewhere := ann()
		elsewhere.Room = "elsewhere"
		everyone.OnLeft(room.LeftEvent{Participant: elsewhere})
		if diff := cmp.Diff(want, typesOf(drain(s))); diff != "" {
			t.Errorf("%s: %s", words, diff)
		}
	}
	for _, word := range []string{"participant", "*", "room.opened", "part*", ""} {
		if _, err := feed.ParseFilter("", []string{word}); err == nil {
			t.Errorf("%q is accepted", word)
		}
	}
}

func BenchmarkJoinedNobodyListens(b *testing.B) {
	f, joined := feed.New(feed.Options{}), room.JoinedEvent{Participant: ann()}
	b.ReportAllocs()
	for b.Loop() {
		f.OnJoined(joined)
	}
}

func BenchmarkJoinedOneListens(b *testing.B) {
	f, joined := feed.New(feed.Options{}), room.JoinedEvent{Participant: ann()}
	if _, _, err := f.Subscribe(feed.Want{}); err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		f.OnJoined(joined)
	}
}
