package room_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/atrium-rtc/atrium/room"
)

func (h *house) inspect(name string, pick room.Selection) room.Inspection {
	h.t.Helper()
	seen, err := h.Inspect(context.Background(), name, pick)
	if err != nil {
		h.t.Fatal(err)
	}
	return seen
}

// feels lets user feel scores of what it receives of publisher.
func (h *house) feels(user, publisher string, list ...room.TrackQuality) {
	h.t.Helper()
	h.media.mu.Lock()
	defer h.media.mu.Unlock()
	for _, c := range h.media.made {
		if c.req.User == user && c.from != nil && c.from.req.User == publisher && !c.closed {
			c.quality = list
			return
		}
	}
	h.t.Fatalf("%s does not receive %s", user, publisher)
}

func names(people []room.InspectedPerson) (list []string) {
	for _, p := range people {
		list = append(list, p.User)
	}
	return list
}

func TestInspectionShowsWhoPublishesAndWhoReceivesWhom(t *testing.T) {
	h := newHouse(t, room.Options{})
	h.join("r", "ann", "bob", "cid")
	h.publish("bob", "ann")
	h.subscribe("cid", "bob")
	h.subscribe("cid", "ann")
	h.subscribe("bob", "ann")
	if err := h.MutePublished(id("ann"), room.DefaultStream, room.Video); err != nil {
		t.Fatal(err)
	}
	if err := h.MuteSubscribed(id("cid"), "bob", room.DefaultStream, room.Audio); err != nil {
		t.Fatal(err)
	}

	seen := h.inspect("r", room.Selection{})
	if seen.Participants != 3 || seen.Publications != 2 || seen.Subscriptions != 3 || seen.Matching != 3 || seen.Since.IsZero() {
		t.Errorf("%+v", seen.RoomSummary)
	}
	var lines []string
	for _, p := range seen.People {
		if p.Since.IsZero() {
			t.Errorf("nobody knows since when %s is here", p.User)
		}
		for _, pub := range p.Publishes {
			lines = append(lines, fmt.Sprintf("%s publishes %s to %d, muted %v", p.User, pub.Tracks[0].Codec, pub.Receivers, pub.Muted))
		}
		for _, from := range p.Receives {
			lines = append(lines, fmt.Sprintf("%s receives %s of %s, muted %v", p.User, from.Tracks[0].Cause, from.Publisher, from.Muted))
		}
	}
	wantSame(t, "who does what", lines, []string{
		"ann publishes codec of ann to 2, muted [video]",
		"bob publishes codec of bob to 1, muted []",
		"bob receives media of ann of ann, muted []",
		"cid receives media of ann of ann, muted []",
		"cid receives media of bob of bob, muted [audio]",
	})
}

func TestAnInspectionKeepsTheSecretOfASession(t *testing.T) {
	h := newHouse(t, room.Options{})
	h.join("r", "ann")
	text, err := json.Marshal(h.inspect("r", room.Selection{}))
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(text), `"user":"ann"`) || strings.Contains(string(text), string(id("ann"))) {
		t.Errorf("%s", text)
	}
}

func TestInspectionOfWhoHasLeftOrUnpublished(t *testing.T) {
	h := newHouse(t, room.Options{})
	h.join("r", "ann", "bob", "cid")
	h.publish("ann", "bob")
	h.subscribe("cid", "ann")
	h.subscribe("cid", "bob")
	if err := h.Unpublish(context.Background(), id("ann"), room.DefaultStream, nil); err != nil {
		t.Fatal(err)
	}
	if _, err := h.Leave(context.Background(), id("bob")); err != nil {
		t.Fatal(err)
	}
	seen := h.inspect("r", room.Selection{})
	if seen.Participants != 2 || seen.Publications != 0 || seen.Subscriptions != 0 {
		t.Errorf("%+v", seen.RoomSummary)
	}
	wantSame(t, "people", names(seen.People), []string{"ann", "cid"})
	if len(seen.People[0].Publishes) != 0 || len(seen.People[1].Receives) != 0 {
		t.Errorf("%+v", seen.People)
	}
	_, err := h.Inspect(context.Background(), "no", room.Selection{})
	wantError(t, err, room.CodeRoomNotFound, "Room 'no' not found")
}

func TestASelectionOfOneUserShowsNobodyElse(t *testing.T) {
	h := newHouse(t, room.Options{})
	h.join("r", "ann", "Ann", "anna")
	for user, want := range map[string]int{"ann": 1, "Ann": 1, "an": 0} {
		if seen := h.inspect("r", room.Selection{User: user}); seen.Matching != want || want == 1 && seen.People[0].User != user {
			t.Errorf("%s: %v", user, names(seen.People))
		}
	}
}

func TestASelectionSearchesSortsAndPages(t *testing.T) {
	h := newHouse(t, room.Options{})
	h.join("r", "ann", "Bob", "bobby", "cid", "dan")
	h.publish("ann")
	for user, score := range map[string]float64{"Bob": 4.5, "bobby": 2, "cid": 3} {
		h.subscribe(user, "ann")
		h.feels(user, "ann", room.TrackQuality{Kind: room.Audio, Score: 4.9}, room.TrackQuality{Kind: room.Video, Score: score})
	}
	for _, tt := range []struct {
		pick     room.Selection
		matching int
		want     []string
	}{
		{room.Selection{}, 5, []string{"ann", "Bob", "bobby", "cid", "dan"}},
		{room.Selection{Search: "BOB"}, 2, []string{"Bob", "bobby"}},
		{room.Selection{Search: "nobody"}, 0, nil},
		{room.Selection{Worst: true}, 5, []string{"bobby", "cid", "Bob", "ann", "dan"}},
		{room.Selection{Worst: true, Limit: 2}, 5, []string{"bobby", "cid"}},
		{room.Selection{Worst: true, Offset: 1, Limit: 2}, 5, []string{"cid", "Bob"}},
		{room.Selection{Offset: 4, Limit: 2}, 5, []string{"dan"}},
		{room.Selection{Offset: 9, Limit: 2}, 5, nil},
		{room.Selection{Offset: -1, Limit: -1}, 5, []string{"ann", "Bob", "bobby", "cid", "dan"}},
	} {
		seen := h.inspect("r", tt.pick)
		wantSame(t, fmt.Sprintf("%+v", tt.pick), names(seen.People), tt.want)
		if seen.Matching != tt.matching || seen.Health.Worst != 2 || seen.Health.Streams != 6 {
			t.Errorf("%+v: %d match, health %+v", tt.pick, seen.Matching, seen.Health)
		}
	}
}

// More than one visit to the room holds.
func TestInspectionOfALargeRoomIsComplete(t *testing.T) {
	const people = 60
	h := newHouse(t, room.Options{})
	for i := range people {
		h.join("r", fmt.Sprintf("user%02d", i))
		h.publish(fmt.Sprintf("user%02d", i))
	}
	for i := range people {
		for j := range people {
			if i != j {
				h.subscribe(fmt.Sprintf("user%02d", i), fmt.Sprintf("user%02d", j))
			}
		}
	}
	seen := h.inspect("r", room.Selection{})
	if seen.Subscriptions != people*(people-1) {
		t.Errorf("%d subscriptions", seen.Subscriptions)
	}
	for i, p := range seen.People {
		if p.Publishes[0].Receivers != people-1 || len(p.Receives) != people-1 {
			t.Fatalf("%s is received by %d and receives %d", p.User, p.Publishes[0].Receivers, len(p.Receives))
		}
		for j, from := range p.Receives {
			if j >= i {
				j++
			}
			if want := fmt.Sprintf("user%02d", j); from.Publisher != want {
				t.Fatalf("%s receives %s where %s is expected", p.User, from.Publisher, want)
			}
		}
	}
}

func TestInspectionGivesUpWithItsContext(t *testing.T) {
	h := newHouse(t, room.Options{})
	h.join("r", "ann")
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := h.Inspect(ctx, "r", room.Selection{}); err == nil {
		t.Error("no error")
	}
	if _, err := h.Survey(ctx, 10); err == nil {
		t.Error("no error of a survey")
	}
}

func TestSurveyFindsWhereItIsWorst(t *testing.T) {
	h := newHouse(t, room.Options{})
	h.join("a", "ann", "bob")
	h.join("b", "cid", "dan", "eve")
	h.publish("ann", "cid")
	h.subscribe("bob", "ann")
	h.subscribe("dan", "cid")
	h.subscribe("eve", "cid")
	good := room.TrackQuality{Kind: room.Audio, Score: 4.4}
	h.feels("bob", "ann", good, room.TrackQuality{Kind: room.Video, Score: 3, Cause: room.CauseUplink})
	h.feels("dan", "cid", good, room.TrackQuality{Kind: room.Video, Score: 1.5, Cause: room.CauseDownlink, Paused: true})
	h.feels("eve", "cid", room.TrackQuality{Kind: room.Audio, Score: 2, Cause: room.CauseDownlink})

	survey, err := h.Survey(context.Background(), 2)
	if err != nil {
		t.Fatal(err)
	}
	wantSame(t, "complaints", survey.Complaints, []room.Complaint{
		{Room: "b", User: "dan", Publisher: "cid", Stream: room.DefaultStream, Kind: "video", Score: 1.5, Cause: room.CauseDownlink, Paused: true},
		{Room: "b", User: "eve", Publisher: "cid", Stream: room.DefaultStream, Kind: "audio", Score: 2, Cause: room.CauseDownlink},
	})
	if len(survey.Rooms) != 2 {
		t.Fatalf("%+v", survey.Rooms)
	}
	wantSame(t, "health of a", survey.Rooms[0].Health, room.Health{
		Streams: 2, Troubled: map[room.QualityCause]int{room.CauseUplink: 1}, Worst: 3,
	})
	wantSame(t, "health of b", survey.Rooms[1].Health, room.Health{
		Streams: 3, Troubled: map[room.QualityCause]int{room.CauseDownlink: 2}, Paused: 1, Worst: 1.5,
	})
	if b := survey.Rooms[1]; b.Room != "b" || b.Participants != 3 || b.Publications != 1 || b.Subscriptions != 2 {
		t.Errorf("%+v", b)
	}
}

func TestMutedKindsCanBeReplaced(t *testing.T) {
	h := newHouse(t, room.Options{})
	h.join("r", "ann", "bob")
	h.publish("ann")
	ctx := context.Background()
	for _, kinds := range []room.MediaKind{room.Audio, room.All, room.Video, room.Video, 0} {
		if err := h.SetMutedPublished(ctx, id("ann"), room.DefaultStream, kinds); err != nil {
			t.Fatal(err)
		}
	}
	_, mutes := h.media.last(t, "ann").got()
	wantSame(t, "mutes", mutes, []room.MediaKind{room.Audio, room.All, room.Video, 0})
	wantError(t, h.SetMutedPublished(ctx, id("bob"), room.DefaultStream, room.Audio), room.CodeUserNotStreaming, "Participant 'bob' is not streaming media")
	if err := h.SetMutedPublished(ctx, id("ann"), room.DefaultStream, 8); err == nil {
		t.Error("an unknown kind is muted")
	}
}

func TestParticipantsAreFoundByName(t *testing.T) {
	h := newHouse(t, room.Options{})
	h.join("r", "ann")
	if who, err := h.Find(context.Background(), "r", "ann"); err != nil || who.ID != id("ann") {
		t.Errorf("%+v %v", who, err)
	}
	_, err := h.Find(context.Background(), "r", "bob")
	wantError(t, err, room.CodeUserNotFound, "User bob not found in room r")
	_, err = h.Find(context.Background(), "no", "ann")
	wantError(t, err, room.CodeRoomNotFound, "Room 'no' not found")
}
