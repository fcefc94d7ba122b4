package room_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/atrium-rtc/atrium/room"
)

// trickle sends the named candidates of one endpoint.
func (h *house) trickle(user, endpoint string, names ...string) {
	h.t.Helper()
	for _, name := range names {
		c := room.ICECandidate{Candidate: name, SDPMid: "0"}
		if err := h.AddICECandidate(context.Background(), id(user), endpoint, "", c); err != nil {
			h.t.Errorf("candidate %q of %q: %v", name, endpoint, err)
		}
	}
}

func TestCandidatesBeforeTheirConnectionAreKeptInOrder(t *testing.T) {
	h := newHouse(t, room.Options{})
	h.join("r", "ann", "bob")
	h.trickle("ann", "ann", "1", "2")
	h.trickle("bob", "ann", "a", "", "bad")
	h.media.negotiate = func(_ context.Context, req room.MediaRequest) error {
		h.trickle(req.User, "ann", "during")
		return nil
	}
	h.publish("ann")
	h.trickle("ann", "ann", "3")
	h.subscribe("bob", "ann")
	h.trickle("bob", "ann", "b")

	got, _ := h.media.last(t, "ann").got()
	wantSame(t, "of the publication", got, []string{"1", "2", "during", "3"})
	got, _ = h.media.last(t, "bob").got()
	wantSame(t, "of the subscription", got, []string{"a", "", "bad", "during", "b"})
	wantError(t, h.AddICECandidate(t.Context(), "x", "ann", "", room.ICECandidate{}), 102, "No participant with id 'x' was found")
}

func TestKeptCandidatesEndWithTheirConnection(t *testing.T) {
	for _, tc := range []struct {
		name string
		end  func(h *house) error
	}{
		{"unsubscribe", func(h *house) error { return h.Unsubscribe(context.Background(), id("bob"), "ann", room.DefaultStream) }},
		{"unpublish", func(h *house) error { return h.Unpublish(context.Background(), id("ann"), room.DefaultStream, nil) }},
		{"failed offer", func(*house) error { return nil }},
	} {
		t.Run(tc.name, func(t *testing.T) {
			h := newHouse(t, room.Options{})
			h.join("r", "ann", "bob")
			h.publish("ann")
			h.media.negotiate = func(context.Context, room.MediaRequest) error {
				h.trickle("bob", "ann", "stale")
				if err := tc.end(h); err != nil {
					t.Error(err)
				}
				return context.Canceled
			}
			if _, err := h.Subscribe(t.Context(), id("bob"), room.SubscribeRequest{Publisher: "ann", Offer: "o"}); err == nil {
				t.Fatal("the subscription was made")
			}
			h.media.negotiate = nil
			if publishing, _ := h.IsPublishing(id("ann")); !publishing {
				h.publish("ann")
			}
			h.trickle("bob", "ann", "fresh")
			h.subscribe("bob", "ann")
			got, _ := h.media.last(t, "bob").got()
			wantSame(t, "candidates", got, []string{"fresh"})
		})
	}
}

func TestCandidatesDuringAReplacementAreForTheNewConnection(t *testing.T) {
	h := newHouse(t, room.Options{})
	h.join("r", "ann", "bob")
	h.publish("ann")
	h.subscribe("bob", "ann")
	first := h.media.last(t, "bob")
	h.media.negotiate = func(context.Context, room.MediaRequest) error {
		h.trickle("bob", "ann", "new")
		return nil
	}
	h.subscribe("bob", "ann")
	got, _ := first.got()
	wantSame(t, "of the replaced one", len(got), 0)
	got, _ = h.media.last(t, "bob").got()
	wantSame(t, "of the new one", got, []string{"new"})
}

func TestCandidatesOfAnOvertakenOfferAreForgotten(t *testing.T) {
	h := newHouse(t, room.Options{})
	h.join("r", "ann", "bob")
	h.publish("ann")
	err := h.slowly(func() error {
		_, err := h.Subscribe(context.Background(), id("bob"), room.SubscribeRequest{Publisher: "ann", Offer: "o"})
		return err
	}, true, func() {
		h.trickle("bob", "ann", "old")
		h.media.negotiate = func(context.Context, room.MediaRequest) error {
			h.trickle("bob", "ann", "new")
			return nil
		}
		h.subscribe("bob", "ann")
	})
	wantError(t, err, 302, "Unable to generate SDP answer when subscribing 'bob' to 'ann'")
	got, _ := h.media.last(t, "bob").got()
	wantSame(t, "candidates", got, []string{"new"})
}

func TestKeptCandidatesHaveLimits(t *testing.T) {
	h := newHouse(t, room.Options{MaxEarlyEndpoints: 2, MaxEarlyCandidates: 3, MaxNameBytes: 10})
	h.join("r", "ann", "bob", "cid", "dan")
	dropped := func(want uint64) {
		t.Helper()
		wantSame(t, "dropped", h.Stats().RemoteCandidatesDropped, want)
	}
	h.trickle("dan", "ann", "1", "2", "3")
	dropped(0)
	h.trickle("dan", "ann", "4")
	dropped(1)
	h.trickle("dan", "bob", strings.Repeat("x", 1023)) // and one byte of SDPMid
	dropped(1)
	h.trickle("dan", "bob", strings.Repeat("x", 1024))
	dropped(2)
	h.trickle("dan", "cid", "one endpoint too many")
	dropped(3)
	h.publish("ann", "cid")
	h.media.negotiate = func(context.Context, room.MediaRequest) error {
		h.trickle("dan", "cid", "expected") // does not count: its connection is being negotiated
		return nil
	}
	h.subscribe("dan", "cid")
	dropped(3)
	h.media.negotiate = nil
	h.subscribe("dan", "ann") // takes its candidates and makes place for another endpoint
	h.trickle("dan", "12345678901", "long name")
	dropped(4)
	h.trickle("dan", "1234567890", "name at the limit")
	dropped(4)
	got, _ := h.media.last(t, "dan").got()
	wantSame(t, "of ann", got, []string{"1", "2", "3"})
}

func TestKeptCandidatesOfOneWhoLeftMakePlace(t *testing.T) {
	h := newHouse(t, room.Options{MaxEarlyEndpoints: 1})
	h.join("r", "ann", "bob")
	for i := range 3 {
		name := fmt.Sprint("visitor", i)
		h.trickle("ann", name, "1")
		h.join("r", name)
		if _, err := h.Leave(t.Context(), id(name)); err != nil {
			t.Fatal(err)
		}
	}
	wantSame(t, "dropped", h.Stats().RemoteCandidatesDropped, uint64(0))
}

func TestServerCandidatesFollowTheAnswer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, room.Options{})
		h.join("r", "ann", "bob")
		h.events.take()
		h.media.negotiate = func(_ context.Context, req room.MediaRequest) error {
			req.Observer.ICECandidate(room.ICECandidate{Candidate: "early"})
			synctest.Wait() // the room has had its chance to pass it on
			return nil
		}
		answered := func(answer string) { h.events.add("%s", answer) }
		if _, err := h.Publish(t.Context(), id("ann"), room.PublishRequest{Offer: "p", Answered: answered}); err != nil {
			t.Fatal(err)
		}
		_, err := h.Subscribe(t.Context(), id("bob"), room.SubscribeRequest{Publisher: "ann", Offer: "s", Answered: answered})
		if err != nil {
			t.Fatal(err)
		}
		h.media.last(t, "ann").req.Observer.ICECandidate(room.ICECandidate{Candidate: "late"})
		synctest.Wait()
		wantSame(t, "events", h.events.take(), []string{
			"answer to p", "r: ann* published -> bob", "r: candidate early of ann -> ann*",
			"answer to s", "r: candidate early of ann -> bob",
			"r: candidate late of ann -> ann*",
		})
	})
}

func TestServerCandidatesOfClosedConnectionsAreIgnored(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, room.Options{})
		h.join("r", "ann", "bob")
		h.publish("ann")
		h.subscribe("bob", "ann")
		replaced := h.media.last(t, "bob").req.Observer
		h.subscribe("bob", "ann")
		unsubscribed := h.media.last(t, "bob").req.Observer
		if err := h.Unsubscribe(t.Context(), id("bob"), "ann", room.DefaultStream); err != nil {
			t.Fatal(err)
		}
		h.events.take()
		for _, o := range []room.MediaObserver{replaced, unsubscribed} {
			o.ICECandidate(room.ICECandidate{Candidate: "stale"})
			o.Failed("stale")
		}
		synctest.Wait()
		wantSame(t, "events", len(h.events.take()), 0)
		wantSame(t, "failures", h.Stats().MediaFailures, uint64(0))
	})
}

func TestServerCandidatesOfAConnectionBeingReplacedAreIgnored(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, room.Options{})
		h.join("r", "ann", "bob")
		h.publish("ann")
		h.subscribe("bob", "ann")
		old := h.media.last(t, "bob").req.Observer
		h.events.take()
		h.media.negotiate = func(context.Context, room.MediaRequest) error {
			old.ICECandidate(room.ICECandidate{Candidate: "of the old one"})
			synctest.Wait()
			return nil
		}
		h.subscribe("bob", "ann")
		wantSame(t, "events", len(h.events.take()), 0)
	})
}

func TestServerCandidatesThatWaitHaveALimit(t *testing.T) {
	h := newHouse(t, room.Options{})
	h.join("r", "ann")
	h.events.take()
	h.media.negotiate = func(_ context.Context, req room.MediaRequest) error {
		for i := range 65 {
			req.Observer.ICECandidate(room.ICECandidate{Candidate: fmt.Sprint(i)})
		}
		return nil
	}
	h.publish("ann")
	wantSame(t, "events", len(h.events.take()), 1+64)
	wantSame(t, "dropped", h.Stats().LocalCandidatesDropped, uint64(1))
}

func TestAReportNeverWaitsForTheRoom(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, room.Options{})
		h.join("r", "ann")
		h.publish("ann")
		observer := h.media.last(t, "ann").req.Observer
		free := h.occupy("ann")
		for range 1000 {
			observer.ICECandidate(room.ICECandidate{})
		}
		observer.Failed("gone")
		free()
		synctest.Wait()
		wantSame(t, "failures", h.Stats().MediaFailures, uint64(1))
	})
}
