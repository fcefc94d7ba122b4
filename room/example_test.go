package room_test

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/atrium-rtc/atrium/room"
	"github.com/atrium-rtc/atrium/sfu/inspect"
	"github.com/atrium-rtc/atrium/sfu/speaker"
)

// silence is a media server for this example: it agrees to everything and
// carries nothing. A real application passes room.SFU(engine).
type silence struct{}

func (silence) Publish(context.Context, room.MediaRequest) (room.Publication, error) {
	return silence{}, nil
}

func (silence) Subscribe(context.Context, room.MediaRequest) (room.Subscription, error) {
	return silence{}, nil
}
func (silence) Answer() string                          { return "v=0..." }
func (silence) AddICECandidate(room.ICECandidate) error { return nil }
func (silence) Mute(room.MediaKind)                     {}
func (silence) SetPreferredLayers(room.Layers)          {}
func (silence) SetVideoPreference(room.VideoPreference) {}
func (silence) Quality() []room.TrackQuality            { return nil }
func (silence) Published() inspect.Publication          { return inspect.Publication{} }
func (silence) Received() inspect.Subscription          { return inspect.Subscription{} }
func (silence) Reported(room.ReceiverStatistics)        {}
func (silence) Speech(time.Time) (speaker.Snapshot, bool) {
	return speaker.Snapshot{}, false
}
func (silence) Close() {}

// doorbell is an application's handler: it listens to some events and leaves
// the rest to NopHandler.
type doorbell struct{ room.NopHandler }

func (doorbell) OnJoined(e room.JoinedEvent) {
	fmt.Printf("ding: %s entered %s, %d already there\n", e.Participant.User, e.Participant.Room, len(e.Others))
}

func (doorbell) OnPublished(e room.PublishedEvent) {
	fmt.Printf("%s is on the air\n", e.Participant.User)
}

func (doorbell) OnLeft(e room.LeftEvent) {
	fmt.Printf("%s went, %d remain\n", e.Participant.User, len(e.Remaining))
}

// An application embeds the room server with its own transport: it calls the
// Manager with what its clients ask for, and hears of the rest by events.
func Example() {
	ctx := context.Background()
	rooms := room.NewManager(silence{}, room.Options{MaxParticipants: 2})
	rooms.Handle(doorbell{})

	for _, user := range []string{"ann", "bob", "cid"} {
		_, err := rooms.Join(ctx, room.JoinRequest{
			ID: room.ParticipantID("session of " + user), User: user, Room: "kitchen", AutoCreate: true,
		})
		var refusal *room.Error
		if errors.As(err, &refusal) {
			fmt.Printf("%s: error %d, %s\n", user, refusal.Code, refusal.Msg)
		}
	}
	_, err := rooms.Publish(ctx, "session of ann", room.PublishRequest{
		Offer:    "v=0...",
		Answered: func(string) { fmt.Println("ann has her answer") },
	})
	if err != nil {
		fmt.Println(err)
	}
	if _, err := rooms.Leave(ctx, "session of bob"); err != nil {
		fmt.Println(err)
	}
	if err := rooms.Close(ctx); err != nil {
		fmt.Println(err)
	}
	// Output:
	// ding: ann entered kitchen, 0 already there
	// ding: bob entered kitchen, 1 already there
	// cid: error 201, Room 'kitchen' is full: 2 participants are allowed
	// ann has her answer
	// ann is on the air
	// bob went, 1 remain
}
