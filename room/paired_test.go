package room_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/atrium-rtc/atrium/room"
)

// pair joins with paired connections.
func (h *house) pair(users ...string) {
	h.t.Helper()
	for _, user := range users {
		req := room.JoinRequest{ID: id(user), User: user, Room: "r", AutoCreate: true, Paired: true}
		if _, err := h.Join(context.Background(), req); err != nil {
			h.t.Fatalf("join %q: %v", user, err)
		}
	}
}

// up publishes streams in one offer: "webcam 0 1" for the stream and its sections, of which
// the even ones are sound.
func (h *house) up(user string, streams ...string) error {
	h.t.Helper()
	req := room.StreamsRequest{Answered: func(answer string) { h.events.add("%s: %s", user, answer) }}
	var sections []string
	for _, stream := range streams {
		words := strings.Fields(stream)
		req.Streams = append(req.Streams, room.StreamRequest{ID: words[0], MIDs: words[1:]})
		for _, mid := range words[1:] {
			kind := " audio"
			if (mid[len(mid)-1]-'0')%2 == 1 {
				kind = " video"
			}
			sections = append(sections, mid+kind)
		}
	}
	req.Offer = offerOf(sections...)
	_, err := h.PublishStreams(context.Background(), id(user), req)
	return err
}

// mustUp is up for what is possible.
func (h *house) mustUp(user string, streams ...string) {
	h.t.Helper()
	if err := h.up(user, streams...); err != nil {
		h.t.Fatalf("publish of %q: %v", user, err)
	}
}

func refs(senders ...string) (list []room.StreamRef) {
	for _, sender := range senders {
		user, stream, _ := strings.Cut(sender, "_")
		list = append(list, room.StreamRef{Publisher: user, Stream: stream})
	}
	return list
}

// down asks for more streams and returns what is not received.
func (h *house) down(user string, senders ...string) []string {
	h.t.Helper()
	list, err := h.ReceiveStreams(context.Background(), id(user), room.StreamsToReceive{
		Streams: refs(senders...), Answered: func(failed []room.ReceiveFailure) { h.events.add("%s: %d fail", user, len(failed)) },
	})
	if err != nil {
		h.t.Fatalf("receive by %q: %v", user, err)
	}
	failed := []string{}
	for _, f := range list {
		failed = append(failed, fmt.Sprintf("%s_%s %d", f.Publisher, f.Stream, f.Err.Code))
	}
	return failed
}

// take answers an offer of a receiving connection.
func (h *house) take(user string, number int, answer string) error {
	return h.AnswerOffer(context.Background(), id(user), number, answer, func() { h.events.add("%s: taken", user) })
}

// heard waits until the rooms have nothing more to say, in a bubble, and returns it.
func (h *house) heard() []string {
	synctest.Wait()
	return h.events.take()
}

// paired runs a test in a bubble with ann and bob, who have paired connections, and cy, who
// has not.
func paired(t *testing.T, opts room.Options, test func(t *testing.T, h *house)) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, opts)
		h.events.subscriptions = true
		h.pair("ann", "bob")
		h.join("r", "cy")
		h.heard()
		test(t, h)
		if err := h.Close(t.Context()); err != nil { // its goroutines end in the bubble
			t.Error(err)
		}
	})
}

func TestStreamsBeginEndAndGoOnTogether(t *testing.T) {
	paired(t, room.Options{}, func(t *testing.T, h *house) {
		h.mustUp("ann", "webcam 0 1", "screen 2 3")
		wantSame(t, "heard", h.heard(), []string{
			"ann: answer with webcam,screen",
			"r: ann*+screen published -> bob,cy", "r: ann*+screen published screen -> bob,cy",
		})
		camera := h.media.last(t, "ann")
		h.mustUp("ann", "screen 2 3", "extra 4")
		wantSame(t, "heard", h.heard(), []string{
			"ann: answer with screen,extra",
			"r: ann+screen+extra unpublished -> bob,cy", "r: ann+screen+extra published extra -> bob,cy",
		})
		if camera.isClosed() != (camera.req.Stream == "webcam") {
			t.Errorf("stream %s is closed: %v", camera.req.Stream, camera.isClosed())
		}
		if _, err := h.PublishStreams(t.Context(), id("ann"), room.StreamsRequest{
			Streams: []room.StreamRequest{{ID: "extra"}}, Answered: func(answer string) { h.events.add("ann: %q", answer) },
		}); err != nil {
			t.Error(err)
		}
		if err := h.Unpublish(t.Context(), id("ann"), "extra", func() { h.events.add("ann: accepted") }); err != nil {
			t.Error(err)
		}
		wantSame(t, "heard", h.heard(), []string{
			`ann: ""`, "r: ann+extra unpublished screen -> bob,cy",
			"ann: accepted", "r: ann unpublished extra -> bob,cy",
		})
		if u := h.media.uplink(); u.closed || len(h.media.uplinks) != 1 {
			t.Error("the connection does not go on without streams")
		}
	})
}

// A refused publish changes nothing, whatever is wrong with it.
func TestStreamsThatCannotBe(t *testing.T) {
	paired(t, room.Options{MaxStreams: 3}, func(t *testing.T, h *house) {
		h.mustUp("ann", "webcam 0 1")
		h.heard()
		offer := offerOf("0 audio", "1 video", "2 audio", "3 video", "4 application")
		for _, tc := range []struct {
			name    string
			streams []room.StreamRequest
			offer   string
			code    room.Code
		}{
			{"too many", []room.StreamRequest{{ID: "a"}, {ID: "b"}, {ID: "c"}, {ID: "d"}}, offer, room.CodeMediaGeneric},
			{"no name of a stream", []room.StreamRequest{{ID: "a_b", MIDs: []string{"2"}}}, offer, room.CodeGeneric},
			{"the same twice", []room.StreamRequest{{ID: "screen", MIDs: []string{"2"}}, {ID: "screen", MIDs: []string{"3"}}}, offer, room.CodeMediaGeneric},
			{"unknown section", []room.StreamRequest{{ID: "screen", MIDs: []string{"9"}}}, offer, room.CodeSDP},
			{"no section", []room.StreamRequest{{ID: "screen"}}, offer, room.CodeSDP},
			{"data", []room.StreamRequest{{ID: "screen", MIDs: []string{"4"}}}, offer, room.CodeSDP},
			{"two pictures", []room.StreamRequest{{ID: "screen", MIDs: []string{"1", "3"}}}, offer, room.CodeSDP},
			{"somebody else's section", []room.StreamRequest{{ID: "webcam", MIDs: []string{"0", "1"}}, {ID: "screen", MIDs: []string{"1"}}}, offer, room.CodeSDP},
			{"other sections", []room.StreamRequest{{ID: "webcam", MIDs: []string{"2", "3"}}}, offer, room.CodeMediaGeneric},
			{"new without an offer", []room.StreamRequest{{ID: "webcam"}, {ID: "screen", MIDs: []string{"2"}}}, "", room.CodeSDP},
			{"the media refuses", []room.StreamRequest{{ID: "webcam", MIDs: []string{"0", "1"}}, {ID: "screen", MIDs: []string{"2"}}}, "bad" + offer, room.CodeSDP},
		} {
			h.media.negotiate = func(_ context.Context, req room.MediaRequest) error {
				if strings.HasPrefix(req.Offer, "bad") {
					return errors.New("bad offer")
				}
				return nil
			}
			_, err := h.PublishStreams(t.Context(), id("ann"), room.StreamsRequest{Offer: tc.offer, Streams: tc.streams})
			if refusal := (*room.Error)(nil); !errors.As(err, &refusal) || refusal.Code != tc.code {
				t.Errorf("%s: %v, want code %d", tc.name, err, tc.code)
			}
		}
		wantSame(t, "heard", h.heard(), []string(nil))
		if h.media.last(t, "ann").isClosed() {
			t.Error("the camera has ended")
		}
		_, err := h.PublishStreams(t.Context(), id("cy"), room.StreamsRequest{Offer: offer})
		wantError(t, err, room.CodeMediaGeneric, `Participant 'cy' has no paired connections: join with "connections":"paired"`)
		_, err = h.Publish(t.Context(), id("ann"), room.PublishRequest{Stream: "screen", Offer: offer})
		wantError(t, err, room.CodeMediaGeneric, "Participant 'ann' has paired connections: use publish and subscribe")
		_, err = h.PublishOffer(t.Context(), id("ann"), room.OfferRequest{Stream: "screen"})
		wantCode(t, err, room.CodeMediaGeneric)
		_, err = h.Subscribe(t.Context(), id("bob"), room.SubscribeRequest{Publisher: "ann", Offer: offer})
		wantCode(t, err, room.CodeMediaGeneric)
		_, err = h.RestartICE(t.Context(), id("ann"), "ann", "", room.ICECredentials{Ufrag: "u"})
		wantCode(t, err, room.CodeMediaGeneric)
	})
}

func TestOffersComeOneAtATimeWithAllThatHasChanged(t *testing.T) {
	paired(t, room.Options{}, func(t *testing.T, h *house) {
		h.mustUp("ann", "webcam 0 1", "screen 2")
		h.publish("cy")
		h.heard()
		wantSame(t, "failed", h.down("bob", "ann_webcam", "cy_webcam", "cy_screen", "eve_webcam", "bob_webcam", "ann_webcam"),
			[]string{"cy_screen 105", "eve_webcam 102", "bob_webcam 105"})
		wantSame(t, "heard", h.heard(), []string{
			"bob: 3 fail", "r: bob receives ann", "r: bob receives cy",
			"r: offer 1 (1): ann on 0 -> bob", // the fake offers at once; the rest comes next
		})
		wantSame(t, "failed", h.down("bob", "ann_screen", "cy_webcam"), []string{})
		wantSame(t, "heard", h.heard(), []string{"bob: 0 fail", "r: bob receives ann's screen"})
		if err := h.take("bob", 1, "yes"); err != nil {
			t.Error(err)
		}
		wantSame(t, "heard", h.heard(), []string{"bob: taken", "r: offer 2 (2): ann on 0, cy on 1, ann's screen on 2 -> bob"})
		wantCode(t, h.take("bob", 1, "yes"), room.CodeSDP) // 2 is waiting
		wantCode(t, h.take("bob", 2, "nonsense"), room.CodeSDP)
		if err := errors.Join(h.take("bob", 2, "yes"), h.take("bob", 2, "yes")); err != nil {
			t.Error(err)
		}
		wantSame(t, "heard", h.heard(), []string{"bob: taken", "bob: taken"})
		if err := h.StopReceiving(t.Context(), id("bob"), refs("cy_webcam", "eve_webcam", "ann_nothing"), nil); err != nil {
			t.Error(err)
		}
		wantSame(t, "heard", h.heard(), []string{"r: bob receives cy no more", "r: offer 3 (3): ann on 0, ann's screen on 1 -> bob"})
		h.mustUp("ann", "webcam 0 1")
		wantSame(t, "heard", h.heard(), []string{"ann: answer with webcam", "r: ann* unpublished screen -> bob,cy*"})
		if err := h.take("bob", 3, "yes"); err != nil {
			t.Error(err)
		}
		wantSame(t, "heard", h.heard(), []string{"bob: taken", "r: offer 4 (4): ann on 0 -> bob"})
		wantCode(t, h.take("cy", 1, "yes"), room.CodeMediaGeneric)
		wantCode(t, h.take("ann", 1, "yes"), room.CodeSDP) // nothing was ever offered
	})
}
