package room_test

import (
	"context"
	"errors"
	"testing"

	"github.com/atrium-rtc/atrium/room"
)

func TestPublishAnswersBeforeTheOthersHear(t *testing.T) {
	h := newHouse(t, room.Options{})
	h.join("r", "ann", "bob")
	h.events.take()
	answer, err := h.Publish(t.Context(), id("ann"), room.PublishRequest{
		Offer: "o", Loopback: true,
		Answered: func(answer string) { h.events.add("answered %q", answer) },
	})
	if err != nil || answer != "answer to o" {
		t.Fatalf("Publish: %q, %v", answer, err)
	}
	wantSame(t, "events", h.events.take(), []string{`answered "answer to o"`, "r: ann* published -> bob"})
	made := h.media.last(t, "ann").req
	if made.Room != "r" || !made.Loopback {
		t.Errorf("media was asked for %+v", made)
	}
}

func TestUnpublishDropsSubscriptionsBeforeTheOthersHear(t *testing.T) {
	h := newHouse(t, room.Options{})
	h.join("r", "ann", "bob", "cid")
	h.publish("ann")
	h.subscribe("bob", "ann")
	h.events.take()
	err := h.Unpublish(t.Context(), id("ann"), room.DefaultStream, func() { h.events.add("accepted, %d open", h.media.open()) })
	if err != nil {
		t.Fatal(err)
	}
	wantSame(t, "events", h.events.take(), []string{"accepted, 0 open", "r: ann unpublished -> bob,cid"})
	wantError(t, h.Unpublish(t.Context(), id("ann"), room.DefaultStream, nil), 105, "Participant 'ann' is not streaming media")
	wantError(t, h.Unpublish(t.Context(), "x", room.DefaultStream, nil), 102, "No participant with id 'x' was found")
	h.publish("ann")
	wantSame(t, "publications", h.Stats().Publications, 1)
	wantSame(t, "subscriptions", h.Stats().Subscriptions, 0)
}

func TestPublishRefusals(t *testing.T) {
	h := newHouse(t, room.Options{})
	h.join("r", "ann", "bob")
	publish := func(who room.ParticipantID, offer string) error {
		_, err := h.Publish(t.Context(), who, room.PublishRequest{
			Offer: offer, Answered: func(string) {
				if offer != "good" {
					t.Error("a refused offer was answered")
				}
			},
		})
		return err
	}
	broken := errors.New("broken")
	h.media.negotiate = func(_ context.Context, req room.MediaRequest) error {
		switch req.Offer {
		case "broken":
			return broken
		case "precise":
			return errors.Join(broken, &room.Error{Code: room.CodeWebRTCEndpoint, Msg: "no ports left"})
		}
		return nil
	}
	wantError(t, publish("x", "good"), 102, "No participant with id 'x' was found")
	err := publish(id("ann"), "broken")
	wantError(t, err, 302, "Error generating SDP response for publishing user ann")
	if !errors.Is(err, broken) || !errors.Is(err, room.ErrSDP) {
		t.Errorf("%v hides its cause or its kind", err)
	}
	wantError(t, publish(id("ann"), "no answer"), 302, "Error generating SDP response for publishing user ann")
	wantError(t, publish(id("ann"), "precise"), 304, "no ports left")
	if err := publish(id("ann"), "good"); err != nil {
		t.Fatalf("after failures: %v", err)
	}
	wantError(t, publish(id("ann"), "second"), 301, "Participant 'ann' is already publishing media, unpublish it first")
	wantSame(t, "open connections", h.media.open(), 1)
}

func TestSubscribeRefusals(t *testing.T) {
	h := newHouse(t, room.Options{MaxSubscriptions: 1})
	h.join("r", "ann", "bob", "cid", "dan")
	h.publish("ann", "bob")
	h.media.negotiate = func(_ context.Context, req room.MediaRequest) error {
		if req.Offer == "broken" {
			return errors.New("broken")
		}
		return nil
	}
	subscribe := func(user, publisher, offer string) error {
		_, err := h.Subscribe(t.Context(), id(user), room.SubscribeRequest{Publisher: publisher, Offer: offer})
		return err
	}
	sdp := "Unable to generate SDP answer when subscribing 'cid' to 'ann'"
	wantError(t, subscribe("nobody", "ann", "o"), 102, "No participant with id 'id-nobody' was found")
	wantError(t, subscribe("cid", "nobody", "o"), 102, "User 'nobody not found in room 'r'")
	wantError(t, subscribe("cid", "dan", "o"), 105, "User 'dan not streaming media in room 'r'")
	wantError(t, subscribe("cid", "cid", "o"), 105, "Can loopback only when publishing media")
	wantError(t, subscribe("ann", "ann", "o"), 105, "Can loopback only when publishing media")
	wantError(t, subscribe("cid", "ann", "broken"), 302, sdp)
	wantError(t, subscribe("cid", "ann", "no answer"), 302, sdp)
	h.subscribe("cid", "ann")
	h.subscribe("cid", "ann") // a replacement is not one more
	wantError(t, subscribe("cid", "bob", "o"), 303, "Participant 'cid' may receive at most 1 streams")
}

func TestSecondSubscriptionReplacesTheFirstOnceItIsAnswered(t *testing.T) {
	h := newHouse(t, room.Options{})
	h.join("r", "ann", "bob")
	h.publish("ann")
	h.subscribe("bob", "ann")
	first := h.media.last(t, "bob")

	h.media.negotiate = func(context.Context, room.MediaRequest) error {
		if first.isClosed() {
			t.Error("the first subscription ended before the second was negotiated")
		}
		return errors.New("broken")
	}
	_, err := h.Subscribe(t.Context(), id("bob"), room.SubscribeRequest{Publisher: "ann", Offer: "o"})
	wantError(t, err, 302, "Unable to generate SDP answer when subscribing 'bob' to 'ann'")
	if first.isClosed() {
		t.Error("a failed offer ended the subscription")
	}

	h.media.negotiate = nil
	_, err = h.Subscribe(t.Context(), id("bob"), room.SubscribeRequest{
		Publisher: "ann", Offer: "o",
		Answered: func(string) {
			if !first.isClosed() {
				t.Error("the first subscription is open when the second is answered")
			}
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	wantSame(t, "subscriptions", h.Stats().Subscriptions, 1)
}

func TestUnsubscribe(t *testing.T) {
	h := newHouse(t, room.Options{})
	h.join("r", "ann", "bob")
	h.publish("ann")
	h.subscribe("bob", "ann")
	for _, what := range []string{"subscribed", "not subscribed"} {
		if err := h.Unsubscribe(t.Context(), id("bob"), "ann", room.DefaultStream); err != nil {
			t.Errorf("%s: %v", what, err)
		}
	}
	wantSame(t, "open connections", h.media.open(), 1)
	wantError(t, h.Unsubscribe(t.Context(), id("bob"), "nobody", room.DefaultStream), 102, "User nobody not found in room r")
	wantError(t, h.Unsubscribe(t.Context(), "x", "ann", room.DefaultStream), 102, "No participant with id 'x' was found")
}

func TestMutingAddsUpAndUnmutingLiftsAll(t *testing.T) {
	h := newHouse(t, room.Options{})
	h.join("r", "ann", "bob")
	h.publish("ann")
	h.subscribe("bob", "ann")
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Error(err)
		}
	}
	must(h.UnmutePublished(id("ann"), room.DefaultStream)) // nothing to lift
	must(h.MutePublished(id("ann"), room.DefaultStream, room.Audio))
	must(h.MutePublished(id("ann"), room.DefaultStream, room.Video))
	must(h.UnmutePublished(id("ann"), room.DefaultStream))
	must(h.MuteSubscribed(id("bob"), "ann", room.DefaultStream, room.Video))
	must(h.MuteSubscribed(id("bob"), "ann", room.DefaultStream, room.Audio))
	must(h.UnmuteSubscribed(id("bob"), "ann", room.DefaultStream))
	must(h.MutePublished(id("ann"), room.DefaultStream, room.All))
	want := []room.MediaKind{room.Audio, room.All, 0, room.All}
	_, mutes := h.media.last(t, "ann").got()
	wantSame(t, "mutes of the publication", mutes, want)
	_, mutes = h.media.last(t, "bob").got()
	wantSame(t, "mutes of the subscription", mutes, []room.MediaKind{room.Video, room.All, 0})

	must(h.Unpublish(t.Context(), id("ann"), room.DefaultStream, nil))
	h.publish("ann")
	_, mutes = h.media.last(t, "ann").got()
	wantSame(t, "mutes of a new publication", len(mutes), 0)
}

func TestMuteRefusals(t *testing.T) {
	h := newHouse(t, room.Options{})
	h.join("r", "ann", "bob", "cid")
	h.publish("ann")
	const silent = "Participant 'bob' is not streaming media"
	wantError(t, h.MutePublished("x", room.DefaultStream, room.All), 102, "No participant with id 'x' was found")
	wantError(t, h.MutePublished(id("bob"), room.DefaultStream, room.All), 105, silent)
	wantError(t, h.UnmutePublished(id("bob"), room.DefaultStream), 105, silent)
	for _, kind := range []room.MediaKind{0, 4, room.All | 8} {
		wantError(t, h.MutePublished(id("ann"), room.DefaultStream, kind), 307, "Mute type cannot be null")
		wantError(t, h.MuteSubscribed(id("bob"), "ann", room.DefaultStream, kind), 307, "Mute type cannot be null")
	}
	wantError(t, h.MuteSubscribed("x", "ann", room.DefaultStream, room.All), 102, "No participant with id 'x' was found")
	wantError(t, h.MuteSubscribed(id("bob"), "eve", room.DefaultStream, room.All), 102, "User eve not found in room r")
	wantError(t, h.UnmuteSubscribed(id("bob"), "eve", room.DefaultStream), 102, "User eve not found in room r")
	wantError(t, h.MuteSubscribed(id("bob"), "cid", room.DefaultStream, room.All), 105, "User 'cid not streaming media in room 'r'")
	if err := h.MuteSubscribed(id("bob"), "ann", room.DefaultStream, room.All); err != nil {
		t.Errorf("mute without a subscription: %v", err)
	}
	if err := h.UnmuteSubscribed(id("bob"), "ann", room.DefaultStream); err != nil {
		t.Errorf("unmute without a subscription: %v", err)
	}
}

func TestQueries(t *testing.T) {
	h := newHouse(t, room.Options{})
	h.join("s", "eve")
	h.join("r", "ann", "bob", "cid")
	h.publish("ann", "bob")
	h.subscribe("bob", "ann")
	h.subscribe("cid", "ann")
	h.subscribe("cid", "bob")
	wantSame(t, "rooms", h.Rooms(), []string{"r", "s"})
	for _, tc := range []struct {
		name string
		ask  func() ([]room.ParticipantInfo, error)
		want []string
	}{
		{"participants", func() ([]room.ParticipantInfo, error) { return h.Participants("r") }, []string{"ann*", "bob*", "cid"}},
		{"publishers", func() ([]room.ParticipantInfo, error) { return h.Publishers("r") }, []string{"ann*", "bob*"}},
		{"subscribers", func() ([]room.ParticipantInfo, error) { return h.Subscribers("r") }, []string{"bob*", "cid"}},
		{"publishers of cid", func() ([]room.ParticipantInfo, error) { return h.PublishersOf(id("cid")) }, []string{"ann*", "bob*"}},
		{"subscribers of ann", func() ([]room.ParticipantInfo, error) { return h.SubscribersOf(id("ann")) }, []string{"bob*", "cid"}},
	} {
		list, err := tc.ask()
		if err != nil {
			t.Errorf("%s: %v", tc.name, err)
		}
		wantSame(t, tc.name, users(list), tc.want)
	}
	who, err := h.Participant(id("bob"))
	if err != nil {
		t.Error(err)
	}
	wantSame(t, "participant", who, room.ParticipantInfo{
		ID: id("bob"), User: "bob", Room: "r", Publishing: true, Streams: []room.StreamInfo{{ID: room.DefaultStream}},
		Role: "participant", Permissions: room.DefaultGrants().Permissions,
	})
	if publishing, err := h.IsPublishing(id("cid")); err != nil || publishing {
		t.Errorf("IsPublishing: %v, %v", publishing, err)
	}
}

func TestQueryRefusals(t *testing.T) {
	h := newHouse(t, room.Options{})
	h.join("r", "ann")
	for _, list := range []func(string) ([]room.ParticipantInfo, error){h.Participants, h.Publishers, h.Subscribers} {
		_, err := list("nowhere")
		wantError(t, err, 202, "Room 'nowhere' not found")
	}
	const unknown = "No participant with id 'x' was found"
	_, err := h.PublishersOf("x")
	wantError(t, err, 102, unknown)
	_, err = h.SubscribersOf("x")
	wantError(t, err, 102, unknown)
	_, err = h.IsPublishing("x")
	wantError(t, err, 102, unknown)
	_, err = h.SubscribersOf(id("ann"))
	wantError(t, err, 105, "Participant 'ann' is not streaming media")
}
