package room_test

import (
	"context"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/atrium-rtc/atrium/room"
)

func TestALostPublicationIsUnpublished(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, room.Options{})
		h.join("r", "ann", "bob")
		h.publish("ann")
		h.subscribe("bob", "ann")
		h.events.take()
		lost := h.media.last(t, "ann").req.Observer
		lost.ICECandidate(room.ICECandidate{Candidate: "last"})
		lost.Failed("no packets for 8 s")
		synctest.Wait()
		wantSame(t, "events", h.events.take(), []string{
			"r: candidate last of ann -> ann*",
			"r: ann unpublished -> bob",
			"r: error of ann: CONNECTION_LOST: no packets for 8 s(errCode=303) -> ann",
		})
		wantSame(t, "open connections", h.media.open(), 0)
		h.publish("ann")
		lost.Failed("again")
		synctest.Wait()
		wantSame(t, "failures", h.Stats().MediaFailures, uint64(1))
	})
}

func TestALostSubscriptionIsDropped(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, room.Options{})
		h.join("r", "ann", "bob")
		h.publish("ann")
		h.subscribe("bob", "ann")
		h.events.take()
		h.media.last(t, "bob").req.Observer.Failed("ICE failed")
		synctest.Wait()
		wantSame(t, "events", h.events.take(), []string{
			"r: error of ann: CONNECTION_LOST: ICE failed(errCode=303) -> bob",
		})
		wantSame(t, "open connections", h.media.open(), 1)
		list, err := h.Subscribers("r")
		if err != nil || len(list) != 0 {
			t.Errorf("subscribers: %v, %v", list, err)
		}
		h.subscribe("bob", "ann")
	})
}

func TestAConnectionLostBeforeItIsOpenedIsLostRightAfter(t *testing.T) {
	h := newHouse(t, room.Options{})
	h.join("r", "ann", "bob")
	h.events.take()
	h.media.negotiate = func(_ context.Context, req room.MediaRequest) error {
		req.Observer.Failed("too late")
		return nil
	}
	h.publish("ann")
	wantSame(t, "events", h.events.take(), []string{
		"r: ann* published -> bob",
		"r: ann unpublished -> bob",
		"r: error of ann: CONNECTION_LOST: too late(errCode=303) -> ann",
	})
}

// panicking panics at every event it knows.
type panicking struct{ room.NopHandler }

func (panicking) OnJoined(room.JoinedEvent)   { panic("in joined") }
func (panicking) OnMessage(room.MessageEvent) { panic("in message") }

func TestAHandlersPanicIsLoggedAndCountedAndTheRoomGoesOn(t *testing.T) {
	var log strings.Builder
	media := &fakeMedia{}
	m := room.NewManager(media, room.Options{Logger: slog.New(slog.NewTextHandler(&log, nil))})
	events := &recorder{}
	m.Handle(panicking{})
	m.Handle(events)
	h := &house{Manager: m, t: t, media: media, events: events}
	h.join("r", "ann")
	msg := room.Message{User: "ann", Room: "r", Text: "hi", Accepted: func() { panic("in accepted") }}
	if err := h.SendMessage(t.Context(), id("ann"), msg); err != nil {
		t.Fatal(err)
	}
	wantSame(t, "events of the other handler", h.events.take(), []string{"r: ann joined -> ", `r: ann says "hi" -> ann`})
	wantSame(t, "panics", h.Stats().HandlerPanics, uint64(3))
	if err := m.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"room=r", "event=OnJoined", `panic="in joined"`, "failure_test.go"} {
		if !strings.Contains(log.String(), want) {
			t.Errorf("the log has no %q:\n%s", want, log.String())
		}
	}
	if strings.Contains(log.String(), string(id("ann"))) {
		t.Errorf("a participant id, which is a secret, is in the log:\n%s", log.String())
	}
}

func TestAPanicInMediaGivesTheSlotBack(t *testing.T) {
	h := newHouse(t, room.Options{})
	h.join("r", "ann")
	h.media.negotiate = func(context.Context, room.MediaRequest) error { panic("in media") }
	func() {
		defer func() {
			if recover() == nil {
				t.Error("the panic did not reach the caller")
			}
		}()
		_, _ = h.Publish(context.Background(), id("ann"), room.PublishRequest{Offer: "o"})
	}()
	h.media.negotiate = nil
	h.publish("ann")
}
