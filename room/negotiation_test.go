package room_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"

	"github.com/atrium-rtc/atrium/room"
)

// slowly runs a request whose negotiation stops half way, meanwhile runs
// meanwhile, and returns the request's error. With obey the media plane heeds
// the cancelled context, otherwise it makes the connection all the same.
func (h *house) slowly(request func() error, obey bool, meanwhile func()) error {
	h.t.Helper()
	reached, goOn := make(chan struct{}), make(chan struct{})
	h.media.negotiate = func(ctx context.Context, _ room.MediaRequest) error {
		close(reached)
		if obey {
			<-ctx.Done()
			return ctx.Err()
		}
		<-goOn
		return nil
	}
	result := make(chan error, 1)
	go func() { result <- request() }()
	<-reached
	h.media.negotiate = nil
	meanwhile()
	close(goOn)
	return <-result
}

func TestWhatHappensDuringANegotiationWins(t *testing.T) {
	const (
		publishSDP   = "Error generating SDP response for publishing user bob"
		subscribeSDP = "Unable to generate SDP answer when subscribing 'bob' to 'ann'"
	)
	ctx := context.Background()
	publish := func(h *house) error {
		_, err := h.Publish(ctx, id("bob"), room.PublishRequest{Offer: "o", Answered: func(string) { h.t.Error("answered") }})
		return err
	}
	subscribe := func(h *house) error {
		_, err := h.Subscribe(ctx, id("bob"), room.SubscribeRequest{
			Publisher: "ann", Offer: "o", Answered: func(string) { h.t.Error("answered") },
		})
		return err
	}
	leave := func(user string) func(h *house) error {
		return func(h *house) error { _, err := h.Leave(ctx, id(user)); return err }
	}
	closeRoom := func(h *house) error { _, err := h.CloseRoom(ctx, "r"); return err }
	for _, tc := range []struct {
		name      string
		request   func(*house) error
		meanwhile func(*house) error
		code      room.Code
		sentence  string
	}{
		{"publish, leave", publish, leave("bob"), 103, "Participant 'bob' has been closed"},
		{"publish, evict", publish, func(h *house) error { return h.Evict(ctx, id("bob")) }, 103, "Participant 'bob' has been closed"},
		{"publish, close", publish, closeRoom, 203, "The room 'r' is closed"},
		{"publish, unpublish", publish, func(h *house) error { return h.Unpublish(ctx, id("bob"), room.DefaultStream, nil) }, 302, publishSDP},
		{"subscribe, leave", subscribe, leave("bob"), 103, "Participant 'bob' has been closed"},
		{"subscribe, close", subscribe, closeRoom, 203, "The room 'r' is closed"},
		{"subscribe, unsubscribe", subscribe, func(h *house) error { return h.Unsubscribe(ctx, id("bob"), "ann", room.DefaultStream) }, 302, subscribeSDP},
		{"subscribe, publisher leaves", subscribe, leave("ann"), 102, "User 'ann not found in room 'r'"},
		{"subscribe, publisher unpublishes", subscribe, func(h *house) error { return h.Unpublish(ctx, id("ann"), room.DefaultStream, nil) }, 105, "User 'ann not streaming media in room 'r'"},
		{"subscribe, publisher publishes anew", subscribe, func(h *house) error {
			err := h.Unpublish(ctx, id("ann"), room.DefaultStream, nil)
			h.publish("ann")
			return err
		}, 105, "User 'ann not streaming media in room 'r'"},
		{"subscribe, subscribe", subscribe, func(h *house) error { h.subscribe("bob", "ann"); return nil }, 302, subscribeSDP},
	} {
		for _, obey := range []bool{true, false} {
			t.Run(tc.name, func(t *testing.T) {
				h := newHouse(t, room.Options{})
				h.join("r", "ann", "bob")
				h.publish("ann")
				h.events.take()
				err := h.slowly(func() error { return tc.request(h) }, obey, func() {
					if err := tc.meanwhile(h); err != nil {
						t.Errorf("meanwhile: %v", err)
					}
				})
				wantError(t, err, tc.code, tc.sentence)
				s := h.Stats()
				wantSame(t, "open connections", h.media.open(), s.Publications+s.Subscriptions)
				for _, line := range h.events.take() {
					if line == "r: bob unpublished -> ann*" {
						t.Error("unpublishing was told of a publication nobody had heard of")
					}
				}
			})
		}
	}
}

func TestASecondPublishDuringTheFirstIsRefused(t *testing.T) {
	h := newHouse(t, room.Options{})
	h.join("r", "ann")
	publish := func() error {
		_, err := h.Publish(context.Background(), id("ann"), room.PublishRequest{Offer: "o"})
		return err
	}
	err := h.slowly(publish, false, func() {
		wantError(t, publish(), 301, "Participant 'ann' is already publishing media, unpublish it first")
		wantError(t, h.MutePublished(id("ann"), room.DefaultStream, room.All), 105, "Participant 'ann' is not streaming media")
	})
	if err != nil {
		t.Errorf("the first publish: %v", err)
	}
}

func TestARoomGoesOnDuringANegotiation(t *testing.T) {
	h := newHouse(t, room.Options{})
	h.join("r", "ann", "bob")
	err := h.slowly(func() error {
		_, err := h.Publish(context.Background(), id("ann"), room.PublishRequest{Offer: "o"})
		return err
	}, false, func() {
		h.publish("bob")
		h.join("r", "cid")
		h.subscribe("cid", "bob")
	})
	if err != nil {
		t.Error(err)
	}
	list, err := h.Publishers("r")
	if err != nil {
		t.Fatal(err)
	}
	wantSame(t, "publishers", users(list), []string{"ann*", "bob*"})
}

func TestANegotiationEndsWithItsCallersContext(t *testing.T) {
	h := newHouse(t, room.Options{})
	h.join("r", "ann")
	ctx, cancel := context.WithCancel(context.Background())
	err := h.slowly(func() error {
		_, err := h.Publish(ctx, id("ann"), room.PublishRequest{Offer: "o"})
		return err
	}, true, cancel)
	wantError(t, err, 302, "Error generating SDP response for publishing user ann")
	if !errors.Is(err, context.Canceled) {
		t.Errorf("%v hides the context's error", err)
	}
	h.publish("ann")
}

func TestWaitingForABusyRoomEndsWithTheContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, room.Options{})
		h.join("r", "ann")
		free := h.occupy("ann")
		gaveUp := errors.New("gave up")
		// More callers than the mailbox has places: some wait for a place, some in it.
		results := make(chan error)
		const callers = 100
		for range callers {
			ctx, cancel := context.WithCancelCause(context.Background())
			go func() {
				_, err := h.Leave(ctx, id("ann"))
				results <- err
			}()
			go func() {
				synctest.Wait()
				cancel(gaveUp)
			}()
			if err := <-results; !errors.Is(err, gaveUp) {
				t.Errorf("Leave: %v, want the context's cause", err)
			}
		}
		free()
		synctest.Wait()
		if _, err := h.Participant(id("ann")); err != nil {
			t.Errorf("a given up request was carried out: %v", err)
		}
		wantSame(t, "errors", raised(h.Stats().Errors), map[room.Code]uint64{0: callers})
		wantSame(t, "commands that wait", h.Stats().Commands, 0)
	})
}

func TestAJoinThatIsGivenUpLeavesNothingBehind(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, room.Options{})
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		_, err := h.Join(ctx, room.JoinRequest{ID: id("ann"), User: "ann", Room: "r", AutoCreate: true})
		if !errors.Is(err, context.Canceled) {
			t.Errorf("Join: %v", err)
		}
		synctest.Wait()
		wantSame(t, "rooms", h.Rooms(), []string{})
		h.join("r", "ann")
	})
}

func TestALeaveDoesNotEndARoomThatIsBeingJoined(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, room.Options{})
		h.join("r", "ann")
		joined, left := make(chan error, 1), make(chan error, 1)
		free := h.occupy("ann")
		go func() { _, err := h.Leave(context.Background(), id("ann")); left <- err }()
		synctest.Wait()
		go func() {
			_, err := h.Join(context.Background(), room.JoinRequest{ID: id("bob"), User: "bob", Room: "r"})
			joined <- err
		}()
		synctest.Wait()
		free()
		if err := errors.Join(<-left, <-joined); err != nil {
			t.Error(err)
		}
		wantSame(t, "rooms created", h.Stats().RoomsCreated, uint64(1))
		wantSame(t, "rooms", h.Rooms(), []string{"r"})
	})
}
