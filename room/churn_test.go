package room_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime"
	"strings"
	"sync"
	"testing"

	"github.com/atrium-rtc/atrium/room"
)

// TestChurn lets many people do everything at once. Its value is with -race,
// and in what newHouse checks at the end: nothing is left.
func TestChurn(t *testing.T) {
	h := newHouse(t, room.Options{MaxParticipants: 6})
	h.media.negotiate = func(_ context.Context, req room.MediaRequest) error {
		req.Observer.ICECandidate(room.ICECandidate{Candidate: "c"})
		runtime.Gosched()
		return nil
	}
	var people sync.WaitGroup
	for n := range 8 {
		people.Go(func() { h.liveHere(n, 300) })
	}
	people.Go(func() {
		for range 30 {
			for _, name := range h.Rooms() {
				runtime.Gosched()
				_, err := h.CloseRoom(context.Background(), name)
				h.expect(err, room.CodeRoomNotFound, room.CodeRoomClosed)
			}
		}
	})
	people.Wait()
	h.consistent()
}

// liveHere does steps random things as one person in one of two rooms.
func (h *house) liveHere(n, steps int) {
	rng := rand.New(rand.NewPCG(uint64(n), 7)) //nolint:gosec // a seed is the point
	user, ctx := fmt.Sprint("user", n), context.Background()
	me, peer := id(user), func() string { return fmt.Sprint("user", rng.IntN(8)) }
	stream := func() string { return []string{room.DefaultStream, room.ScreenStream}[rng.IntN(2)] }
	for range steps {
		var err error
		switch rng.IntN(9) {
		case 0, 1:
			_, err = h.Join(ctx, room.JoinRequest{ID: me, User: user, Room: fmt.Sprint("r", rng.IntN(2)), AutoCreate: true})
		case 2:
			_, err = h.Leave(ctx, me)
		case 3:
			_, err = h.Publish(ctx, me, room.PublishRequest{Stream: stream(), Offer: "o"})
		case 4:
			err = h.Unpublish(ctx, me, stream(), nil)
		case 5:
			_, err = h.Subscribe(ctx, me, room.SubscribeRequest{Publisher: peer(), Stream: stream(), Offer: "o"})
		case 6:
			err = h.AddICECandidate(ctx, me, peer(), "", room.ICECandidate{Candidate: "c"})
		case 7:
			err = h.Evict(ctx, id(peer()))
		case 8:
			if _, err = h.Subscribers("r0"); err == nil {
				err = h.MutePublished(me, stream(), room.All)
			}
		}
		h.expect(err, room.CodeUserNotFound, room.CodeUserExists, room.CodeUserClosed, room.CodeUserNotStreaming,
			room.CodeRoomGeneric, room.CodeRoomNotFound, room.CodeRoomClosed, room.CodeMediaGeneric, room.CodeSDP)
	}
}

// expect reports an error that has none of the codes.
func (h *house) expect(err error, codes ...room.Code) {
	var refusal *room.Error
	if err == nil {
		return
	}
	if errors.As(err, &refusal) {
		for _, code := range codes {
			if refusal.Code == code {
				return
			}
		}
	}
	h.t.Errorf("unexpected error: %v", err)
}

// consistent replays the events of each room: nobody joins twice, and only those
// in a room do anything there.
func (h *house) consistent() {
	h.t.Helper()
	here := make(map[string]bool)
	for _, line := range h.events.take() {
		roomName, what, _ := strings.Cut(line, ": ")
		words := strings.Fields(what)
		user, _, _ := strings.Cut(strings.ReplaceAll(words[0], "+", "*"), "*")
		who := roomName + " " + user
		switch {
		case words[0] == "closed":
			for key := range here {
				if strings.HasPrefix(key, roomName+" ") {
					delete(here, key)
				}
			}
		case words[0] == "candidate", words[1] == "evicted":
		case words[1] == "joined" && here[who], words[1] != "joined" && !here[who]:
			h.t.Errorf("out of order: %s", line)
		default:
			here[who] = words[1] != "left"
		}
	}
}
