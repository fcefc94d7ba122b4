package room_test

import (
	"context"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/atrium-rtc/atrium/room"
)

func TestARoomThatHangsIsSilentAndTheOthersAreNot(t *testing.T) {
	for _, waiting := range []int{0, 100} { // with room in its mailbox, and without
		t.Run(fmt.Sprint(waiting), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				h := newHouse(t, room.Options{})
				h.join("q", "ann")
				h.join("r", "bob")
				h.join("s", "cid")
				if silent, rooms := h.Silent(t.Context()); silent != nil || rooms != 3 {
					t.Errorf("silent %q of %d", silent, rooms)
				}

				free := h.occupy("bob")
				for range waiting {
					go func() { _, _ = h.Participants("r") }()
				}
				synctest.Wait()
				ctx, cancel := context.WithTimeout(t.Context(), time.Second)
				defer cancel()
				silent, rooms := h.Silent(ctx)
				if diff := cmp.Diff([]string{"r"}, silent); diff != "" || rooms != 3 {
					t.Errorf("%d rooms: %s", rooms, diff)
				}

				free()
				if silent, _ := h.Silent(t.Context()); silent != nil {
					t.Errorf("silent after the hang: %q", silent)
				}
			})
		})
	}
}

func TestARoomThatEndsWhileItIsAskedIsNotSilent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, room.Options{})
		h.join("r", "ann")
		free := h.occupy("ann")
		go func() { _, _ = h.Leave(context.Background(), id("ann")) }()
		synctest.Wait()
		var silent []string
		asked := make(chan struct{})
		go func() {
			defer close(asked)
			silent, _ = h.Silent(context.Background())
		}()
		synctest.Wait()
		free()
		<-asked
		if silent != nil {
			t.Errorf("silent: %q", silent)
		}
	})
}

func BenchmarkSilent(b *testing.B) {
	h := newHouse(b, room.Options{})
	for i := range 1000 {
		h.join(fmt.Sprint("r", i), fmt.Sprint("u", i))
	}
	for b.Loop() {
		if silent, _ := h.Silent(context.Background()); silent != nil {
			b.Fatal(silent)
		}
	}
}
