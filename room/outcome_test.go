package room_test

import (
	"context"
	"errors"
	"maps"
	"testing"
	"testing/synctest"
	"time"

	"github.com/atrium-rtc/atrium/room"
)

// raised leaves the codes that were raised.
func raised(errors map[room.Code]uint64) map[room.Code]uint64 {
	maps.DeleteFunc(errors, func(_ room.Code, n uint64) bool { return n == 0 })
	return errors
}

func TestOutcomesOfNegotiationsSayWhoseFaultItWas(t *testing.T) {
	offer := func(sdp string) func(*house) error {
		return func(h *house) error {
			_, err := h.Publish(context.Background(), id("bob"), room.PublishRequest{Offer: sdp})
			return err
		}
	}
	media := func(err error) func(*house) error {
		return func(h *house) error {
			h.media.negotiate = func(context.Context, room.MediaRequest) error { return err }
			return offer("o")(h)
		}
	}
	unpublished := func(h *house) error {
		return h.slowly(func() error { return offer("o")(h) }, true, func() {
			if err := h.Unpublish(context.Background(), id("bob"), room.DefaultStream, nil); err != nil {
				h.t.Error(err)
			}
		})
	}
	panics := func(h *house) error {
		h.media.negotiate = func(context.Context, room.MediaRequest) error { panic("media") }
		defer func() { _ = recover() }()
		_ = offer("o")(h)
		return nil
	}
	subscribe := func(to string) func(*house) error {
		return func(h *house) error {
			_, err := h.Subscribe(context.Background(), id("bob"), room.SubscribeRequest{Publisher: to, Offer: "o"})
			return err
		}
	}
	for _, tc := range []struct {
		name    string
		request func(*house) error
		want    room.NegotiationOutcome
	}{
		{"a good offer", offer("o"), room.NegotiationOutcome{Role: room.Publisher, Outcome: room.Answered}},
		{"a subscription", subscribe("ann"), room.NegotiationOutcome{Role: room.Subscriber, Outcome: room.Answered}},
		{"nobody of that name", subscribe("eve"), room.NegotiationOutcome{Role: room.Subscriber, Outcome: room.Refused}},
		{"a bad offer", media(&room.Error{Code: room.CodeSDP}), room.NegotiationOutcome{Role: room.Publisher, Outcome: room.Refused}},
		{"a client that has gone", media(context.Canceled), room.NegotiationOutcome{Role: room.Publisher, Outcome: room.Refused}},
		{"withdrawn", unpublished, room.NegotiationOutcome{Role: room.Publisher, Outcome: room.Refused}},
		{"no answer in time", media(context.DeadlineExceeded), room.NegotiationOutcome{Role: room.Publisher, Outcome: room.Failed}},
		{"a fault of the media plane", media(errors.New("no port")), room.NegotiationOutcome{Role: room.Publisher, Outcome: room.Failed}},
		{"no answer at all", offer("no answer"), room.NegotiationOutcome{Role: room.Publisher, Outcome: room.Failed}},
		{"a panic of the media plane", panics, room.NegotiationOutcome{Role: room.Publisher, Outcome: room.Failed}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			h := newHouse(t, room.Options{})
			h.join("r", "ann", "bob")
			h.publish("ann")
			before := h.Stats().Negotiations
			if err := tc.request(h); (err == nil) != (tc.want.Outcome == room.Answered || tc.name == "a panic of the media plane") {
				t.Errorf("the request ended with %v", err)
			}
			after := h.Stats()
			before[tc.want]++
			wantSame(t, "negotiations", after.Negotiations, before)
			answered := after.Negotiations[room.NegotiationOutcome{Role: tc.want.Role, Outcome: room.Answered}]
			wantSame(t, "durations", after.NegotiationSeconds[tc.want.Role].Count, answered)
		})
	}
}

func TestJoinsAndNegotiationsAreTimed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, room.Options{})
		h.join("r", "ann")
		h.media.negotiate = func(context.Context, room.MediaRequest) error { time.Sleep(300 * time.Millisecond); return nil }
		h.publish("ann")
		free := h.occupy("ann")
		joined := make(chan struct{})
		go func() {
			defer close(joined)
			h.join("r", "bob")
		}()
		synctest.Wait()
		wantSame(t, "commands that wait", h.Stats().Commands, 1)
		time.Sleep(20 * time.Millisecond)
		free()
		<-joined
		s := h.Stats()
		wantSame(t, "commands that wait", s.Commands, 0)
		wantSame(t, "joins", s.JoinSeconds.Count, uint64(2))
		wantSame(t, "seconds of joins", s.JoinSeconds.Sum, 0.02)
		wantSame(t, "seconds of negotiations", s.NegotiationSeconds[room.Publisher].Sum, 0.3)
		if err := h.Close(context.Background()); err != nil {
			t.Error(err)
		}
	})
}

// What has not happened yet is 0 and not absent, so that its first time is seen as
// an increase.
func TestStatsHaveEveryLabelFromTheStart(t *testing.T) {
	s := newHouse(t, room.Options{}).Stats()
	wantSame(t, "outcomes", len(s.Negotiations), 2*3)
	wantSame(t, "roles", len(s.NegotiationSeconds), 2)
	for _, code := range []room.Code{0, room.CodeSDP, room.CodeUserExists} {
		if n, ok := s.Errors[code]; n != 0 || !ok {
			t.Errorf("code %d: %d, %t", code, n, ok)
		}
	}
}
