package room_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"time"

	"github.com/atrium-rtc/atrium/room"
	"github.com/atrium-rtc/atrium/sfu"
	"github.com/atrium-rtc/atrium/sfu/codec"
)

// enter joins, and prints why not.
func enter(rooms *room.Manager, name string, users ...string) {
	for _, user := range users {
		id := room.ParticipantID("session of " + user)
		if _, err := rooms.Join(context.Background(), room.JoinRequest{ID: id, User: user, Room: name, AutoCreate: true}); err != nil {
			fmt.Printf("%s: %v\n", user, err)
		}
	}
}

// A policy refuses with a sentence for the client, and rewrites what it lets pass.
func ExamplePolicy() {
	rooms := room.NewManager(silence{}, room.Options{Policy: room.Policy{
		Join: func(_ context.Context, req *room.JoinRequest) error {
			if req.User == "mallory" {
				return &room.Error{Code: room.CodeNotPermitted, Msg: "not on the list"}
			}
			req.Metadata = json.RawMessage(`{"table":7}`)
			return nil
		},
		Message: func(_ context.Context, _ room.ParticipantInfo, msg *room.Message) error {
			msg.Text = strings.ToLower(msg.Text)
			return nil
		},
	}})
	rooms.Handle(chat{})
	enter(rooms, "kitchen", "ann", "mallory")
	ann, _ := rooms.Participant("session of ann")
	fmt.Println("ann:", string(ann.Metadata))
	_ = rooms.SendMessage(context.Background(), ann.ID, room.Message{User: "ann", Room: "kitchen", Text: "HELLO?"})
	_ = rooms.Close(context.Background())
	// Output:
	// mallory: not on the list
	// ann: {"table":7}
	// "ann" says hello?
}

// chat prints what is said.
type chat struct{ room.NopHandler }

func (chat) OnMessage(e room.MessageEvent) { fmt.Printf("%q says %s\n", e.From.User, e.Text) }

// A handler hears of one room in the order in which things happen, and must not wait: what it
// wants to do about them is done elsewhere.
func ExampleEventHandler() {
	left := make(chan room.LeftEvent, 16)
	rooms := room.NewManager(silence{}, room.Options{})
	rooms.Handle(counter{left: left})
	enter(rooms, "kitchen", "ann", "bob")
	_, _ = rooms.Leave(context.Background(), "session of bob")
	e := <-left
	fmt.Println(e.Participant.User, "left", len(e.Remaining), "behind")
	_ = rooms.Close(context.Background())
	// Output: bob left 1 behind
}

// counter hands on who left.
type counter struct {
	room.NopHandler
	left chan<- room.LeftEvent
}

func (c counter) OnLeft(e room.LeftEvent) {
	select {
	case c.left <- e:
	default: // rather forget one than hold up the room
	}
}

// The application moderates without being asked who it is; a participant needs the permission.
func ExampleModerator() {
	ctx, rooms := context.Background(), room.NewManager(silence{}, room.Options{})
	rooms.Handle(chat{})
	enter(rooms, "kitchen", "ann", "bob")
	application := rooms.Moderate("kitchen")
	fmt.Println(rooms.ModerateAs("session of ann").Evict(ctx, "bob", ""))
	if err := application.ChangeGrants(ctx, "ann", func(g *room.Grants) { g.Permissions |= room.MayModerate }); err != nil {
		fmt.Println(err)
	}
	fmt.Println(rooms.ModerateAs("session of ann").Ban(ctx, "bob", time.Hour, "too loud"))
	enter(rooms, "kitchen", "bob")
	_ = application.Message(ctx, "peace at last")
	_ = rooms.Close(ctx)
	// Output:
	// It is not permitted to moderate
	// <nil>
	// bob: User 'bob' may not come into room 'kitchen' for some time
	// "" says peace at last
}

// Newcomers of a room with a lobby join, are told to wait, and join again when they are
// admitted.
func ExampleModerator_Admit() {
	ctx, rooms := context.Background(), room.NewManager(silence{}, room.Options{})
	rooms.Handle(porter{})
	if err := rooms.CreateRoom("practice", room.Settings{Lobby: true}); err != nil {
		fmt.Println(err)
	}
	patient := room.JoinRequest{ID: "p", User: "pat", Room: "practice"}
	_, err := rooms.Join(ctx, patient)
	fmt.Println("has to wait:", errors.Is(err, room.ErrWaiting))
	if err := rooms.Moderate("practice").Admit(ctx, "pat"); err != nil {
		fmt.Println(err)
	}
	_, err = rooms.Join(ctx, patient)
	fmt.Println("comes in:", err == nil)
	_ = rooms.Close(ctx)
	// Output:
	// pat waits
	// has to wait: true
	// pat was admitted
	// comes in: true
}

// porter hears of the lobby.
type porter struct{ room.NopHandler }

func (porter) OnWaiting(e room.WaitingEvent) { fmt.Println(e.Waiting.User, "waits") }

func (porter) OnWaitingEnded(e room.WaitingEndedEvent) {
	fmt.Println(e.Waiting.User, "was", e.Outcome)
}

// What clients ask with customRequest is answered by the application.
func ExampleManager_CustomRequest() {
	rooms := room.NewManager(silence{}, room.Options{Policy: room.Policy{
		CustomRequest: func(_ context.Context, from room.ParticipantInfo, params json.RawMessage) (any, error) {
			return fmt.Sprintf("%s wants %s", from.User, params), nil
		},
	}})
	enter(rooms, "kitchen", "ann")
	fmt.Println(rooms.CustomRequest(context.Background(), "session of ann", json.RawMessage(`{"dish":"soup"}`)))
	_ = rooms.Close(context.Background())
	// Output: ann wants {"dish":"soup"} <nil>
}

// ear is a tap that tells of the first packet.
type ear struct{ heard, over chan struct{} }

func (*ear) Begin(tracks []room.TapTrack) { fmt.Println("there is", tracks[0].Codec) }
func (*ear) Lost(uint64)                  {}
func (e *ear) End(why room.TapReason)     { fmt.Println(why); close(e.over) }
func (e *ear) Packet(p *room.TapPacket) {
	select {
	case e.heard <- struct{}{}:
		fmt.Println("and it says", string(p.Payload))
	default: // not the first
	}
}

// An application publishes a stream of its own, and listens to one.
func ExampleManager_AddTap() {
	ctx := context.Background()
	ports, err := sfu.Listen(ctx, sfu.ListenConfig{Addresses: []netip.Addr{netip.MustParseAddr("127.0.0.1")}, DisableTCP: true})
	if err != nil {
		fmt.Println(err)
		return
	}
	engine, err := sfu.New(sfu.Config{Ports: ports})
	if err != nil {
		fmt.Println(err)
		return
	}
	rooms := room.NewManager(room.SFU(engine, nil), room.Options{})
	enter(rooms, "kitchen", "radio")
	radio, err := rooms.PublishLocal(ctx, "session of radio", room.LocalRequest{Tracks: []room.LocalTrack{{Codec: codec.Opus}}})
	if err != nil {
		fmt.Println(err)
		return
	}
	e := &ear{heard: make(chan struct{}, 1), over: make(chan struct{})}
	if err := rooms.AddTap(ctx, "session of radio", room.DefaultStream, room.Audio, e); err != nil {
		fmt.Println(err)
	}
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for len(e.heard) == 0 {
		if err := radio.WriteSample(room.Audio, []byte("good morning"), 20*time.Millisecond); err != nil {
			fmt.Println(err)
		}
		<-tick.C
	}
	_, _ = rooms.Leave(ctx, "session of radio")
	<-e.over
	_, _ = rooms.Close(ctx), engine.Close()
	// Output:
	// there is opus
	// and it says good morning
	// unpublished
}
