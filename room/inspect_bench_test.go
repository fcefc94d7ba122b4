package room_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/atrium-rtc/atrium/room"
)

// fill makes a room in which the first publish and everybody receives them.
func (h *house) fill(name string, people, publishers int) {
	h.t.Helper()
	user := func(i int) string { return fmt.Sprintf("%s-%d", name, i) }
	for i := range people {
		h.join(name, user(i))
	}
	for i := range publishers {
		h.publish(user(i))
	}
	for i := range people {
		for j := range publishers {
			if i != j {
				h.subscribe(user(i), user(j))
			}
		}
	}
}

// A webinar of 500: the page shows fifty of them.
func BenchmarkInspectRoomOf500(b *testing.B) {
	h := newHouse(b, room.Options{})
	h.fill("r", 500, 2)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := h.Inspect(context.Background(), "r", room.Selection{Worst: true, Limit: 50}); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkSurveyOf1000Rooms(b *testing.B) {
	h := newHouse(b, room.Options{})
	for i := range 1000 {
		h.fill(fmt.Sprintf("room%d", i), 5, 2)
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := h.Survey(context.Background(), 50); err != nil {
			b.Fatal(err)
		}
	}
}
