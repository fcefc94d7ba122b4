package room_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/atrium-rtc/atrium/room"
)

func TestCreatedRoomWaitsForItsFirstAndEndsWithItsLast(t *testing.T) {
	h := newHouse(t, room.Options{MaxRooms: 1})
	if err := h.CreateRoom("r", room.Settings{}); err != nil {
		t.Fatal(err)
	}
	wantError(t, h.CreateRoom("r", room.Settings{}), 204, "Room 'r' already exists")
	wantError(t, h.CreateRoom("s", room.Settings{}), 204, "No resources left to create new room")
	wantError(t, h.CreateRoom("", room.Settings{}), 999, "Empty room name is not allowed")
	if list, err := h.Participants("r"); err != nil || len(list) != 0 {
		t.Errorf("participants: %v, %v", list, err)
	}
	if _, err := h.Join(t.Context(), room.JoinRequest{ID: id("ann"), User: "ann", Room: "r"}); err != nil {
		t.Fatal(err)
	}
	if _, err := h.Leave(t.Context(), id("ann")); err != nil {
		t.Fatal(err)
	}
	wantSame(t, "rooms", h.Rooms(), []string{})
}

func TestCloseRoomClosesConnectionsAndTellsEverybodyAtOnce(t *testing.T) {
	h := newHouse(t, room.Options{})
	h.join("r", "ann", "bob")
	h.join("s", "cid")
	h.publish("ann", "cid")
	h.subscribe("bob", "ann")
	h.events.take()
	gone, err := h.CloseRoom(t.Context(), "r")
	if err != nil {
		t.Fatal(err)
	}
	wantSame(t, "participants", users(gone), []string{"ann*", "bob"})
	wantSame(t, "events", h.events.take(), []string{"r: closed -> ann*,bob"})
	wantSame(t, "rooms", h.Rooms(), []string{"s"})
	wantSame(t, "open connections", h.media.open(), 1)
	_, err = h.Leave(t.Context(), id("ann"))
	wantError(t, err, 102, "No participant with id 'id-ann' was found")
	_, err = h.CloseRoom(t.Context(), "r")
	wantError(t, err, 202, "Room 'r' not found")
	h.join("r", "ann")
}

// whileClosing closes the room r and calls fn while its goroutine tells of it.
func (h *house) whileClosing(fn func()) {
	h.t.Helper()
	telling, goOn := make(chan struct{}), make(chan struct{})
	h.Handle(closeHook{fn: func() { close(telling); <-goOn }})
	done := make(chan error, 1)
	go func() {
		_, err := h.CloseRoom(context.Background(), "r")
		done <- err
	}()
	<-telling
	fn()
	close(goOn)
	if err := <-done; err != nil {
		h.t.Errorf("CloseRoom: %v", err)
	}
}

type closeHook struct {
	room.NopHandler
	fn func()
}

func (h closeHook) OnRoomClosed(room.RoomClosedEvent) { h.fn() }

func TestAClosingRoomRefuses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, room.Options{})
		h.join("r", "ann")
		results := make(chan error, 1)
		h.whileClosing(func() {
			_, err := h.Join(t.Context(), room.JoinRequest{ID: id("bob"), User: "bob", Room: "r", AutoCreate: true})
			wantError(t, err, 203, "'bob' is trying to join room 'r' but it is closing")
			_, err = h.CloseRoom(t.Context(), "r")
			wantError(t, err, 203, "Room 'r' already closed")
			wantError(t, h.CreateRoom("r", room.Settings{}), 204, "Room 'r' already exists")
			go func() {
				_, err := h.Leave(t.Context(), id("ann"))
				results <- err
			}()
			synctest.Wait()
		})
		wantError(t, <-results, 203, "The room 'r' is closed")
	})
}

func TestRequestsThatRaceWithACloseHappenBeforeItOrAreRefused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, room.Options{})
		h.join("r", "ann")
		free := h.occupy("ann")
		closed, joined, asked := make(chan error, 1), make(chan error, 1), make(chan error, 1)
		// The room is busy, so all three wait, in an order that the scheduler chose.
		go func() {
			_, err := h.CloseRoom(context.Background(), "r")
			closed <- err
		}()
		go func() {
			_, err := h.Join(context.Background(), room.JoinRequest{ID: id("bob"), User: "bob", Room: "r"})
			joined <- err
		}()
		go func() {
			_, err := h.Participants("r")
			asked <- err
		}()
		synctest.Wait()
		free()
		if err := <-closed; err != nil {
			t.Error(err)
		}
		if err := <-joined; err != nil {
			wantError(t, err, 203, "'bob' is trying to join room 'r' but it is closing")
		}
		if err := <-asked; err != nil {
			wantError(t, err, 202, "Room 'r' not found")
		}
		wantSame(t, "rooms", h.Rooms(), []string{})
		h.join("r", "bob") // its seat is free
	})
}

func TestAGivenUpCloseLeavesTheRoomOpen(t *testing.T) {
	h := newHouse(t, room.Options{})
	h.join("r", "ann")
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := h.CloseRoom(ctx, "r"); !errors.Is(err, context.Canceled) {
		t.Errorf("CloseRoom: %v", err)
	}
	h.join("r", "bob")
}

func TestCloseClosesAllRoomsAndRefusesNewOnes(t *testing.T) {
	h := newHouse(t, room.Options{})
	h.join("r", "ann")
	h.join("s", "bob")
	h.publish("ann", "bob")
	h.events.take()
	for range 2 {
		if err := h.Close(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	wantSame(t, "number of events", len(h.events.take()), 2)
	wantSame(t, "open connections", h.media.open(), 0)
	_, err := h.Join(t.Context(), room.JoinRequest{ID: id("ann"), User: "ann", Room: "r", AutoCreate: true})
	wantError(t, err, 203, "'ann' is trying to join room 'r' but it is closing")
	wantError(t, h.CreateRoom("r", room.Settings{}), 203, "The room 'r' is closed")
	wantSame(t, "leaves", h.Stats().Leaves, map[room.LeaveReason]uint64{"left": 0, "evicted": 0, "room closed": 2})
}

func TestCloseWaitsForNegotiations(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, room.Options{})
		h.join("r", "ann")
		err := h.slowly(func() error {
			_, err := h.Publish(context.Background(), id("ann"), room.PublishRequest{Offer: "o"})
			return err
		}, false, func() {
			late := errors.New("too long")
			ctx, cancel := context.WithTimeoutCause(context.Background(), time.Second, late)
			defer cancel()
			if err := h.Close(ctx); !errors.Is(err, late) {
				t.Errorf("Close during a negotiation: %v", err)
			}
		})
		wantError(t, err, 203, "The room 'r' is closed")
	})
}
