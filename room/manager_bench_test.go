package room_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/atrium-rtc/atrium/room"
)

// crowd is a room of n with a handler that does nothing.
func crowd(b *testing.B, n int) *room.Manager {
	b.Helper()
	m := room.NewManager(silence{}, room.Options{})
	m.Handle(room.NopHandler{})
	b.Cleanup(func() {
		if err := m.Close(context.Background()); err != nil {
			b.Error(err)
		}
	})
	for i := range n {
		user := fmt.Sprint("user", i)
		req := room.JoinRequest{ID: id(user), User: user, Room: "r", AutoCreate: true}
		if _, err := m.Join(context.Background(), req); err != nil {
			b.Fatal(err)
		}
	}
	return m
}

func BenchmarkJoinAndLeave(b *testing.B) {
	for _, n := range []int{0, 50} {
		b.Run(fmt.Sprintf("others=%d", n), func(b *testing.B) {
			m, ctx := crowd(b, n), context.Background()
			req := room.JoinRequest{ID: "guest", User: "guest", Room: "r", AutoCreate: true}
			b.ReportAllocs()
			for b.Loop() {
				if _, err := m.Join(ctx, req); err != nil {
					b.Fatal(err)
				}
				if _, err := m.Leave(ctx, req.ID); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkSendMessageToFifty(b *testing.B) {
	m, ctx := crowd(b, 50), context.Background()
	msg := room.Message{User: "user7", Room: "r", Text: "good morning"}
	b.ReportAllocs()
	for b.Loop() {
		if err := m.SendMessage(ctx, id("user7"), msg); err != nil {
			b.Fatal(err)
		}
	}
}
