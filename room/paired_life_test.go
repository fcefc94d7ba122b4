package room_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/atrium-rtc/atrium/room"
)

// Who has paired connections and who has not meet in one room, both ways.
func TestOldAndPairedParticipantsReceiveEachOther(t *testing.T) {
	paired(t, room.Options{}, func(t *testing.T, h *house) {
		h.mustUp("ann", "webcam 0 1")
		h.publish("cy")
		h.subscribe("cy", "ann")
		wantSame(t, "failed", h.down("ann", "cy_webcam"), []string{})
		wantSame(t, "heard", h.heard(), []string{
			"ann: answer with webcam", "r: ann* published -> bob,cy", "r: cy* published -> ann*,bob",
			"r: cy* receives ann", "ann: 0 fail", "r: ann* receives cy", "r: offer 1 (1): cy on 0 -> ann*",
		})
		if _, err := h.Leave(t.Context(), id("cy")); err != nil {
			t.Error(err)
		}
		if err := h.take("ann", 1, "yes"); err != nil {
			t.Error(err)
		}
		wantSame(t, "heard", h.heard(), []string{
			"r: cy* left (left) -> ann*,bob", "ann: taken", "r: offer 2 (2):  -> ann*",
		})
		s := h.Stats()
		if s.Publications != 1 || s.Subscriptions != 0 {
			t.Errorf("%d publications, %d subscriptions", s.Publications, s.Subscriptions)
		}
	})
}

// A lost connection takes everything on it along and nothing else; another one is made with
// the next request.
func TestALostConnectionOfAPair(t *testing.T) {
	paired(t, room.Options{}, func(t *testing.T, h *house) {
		h.mustUp("ann", "webcam 0 1", "screen 2")
		h.mustUp("bob", "webcam 0")
		h.down("ann", "bob_webcam")
		h.down("bob", "ann_webcam", "ann_screen")
		h.heard()
		up, down := h.media.uplinks[0], h.media.downlinks[0]
		up.req.Observer.Failed("ICE failed")
		wantSame(t, "heard", h.heard(), []string{
			"r: ann+screen unpublished -> bob*,cy", "r: ann unpublished screen -> bob*,cy",
			"r: error of the publisher: CONNECTION_LOST: ICE failed(errCode=303) -> ann",
		})
		down.req.Observer.Failed("ICE failed")
		wantSame(t, "heard", h.heard(), []string{
			"r: ann receives bob no more", "r: error of the subscriber: CONNECTION_LOST: ICE failed(errCode=303) -> ann",
		})
		if !up.closed || !down.closed {
			t.Error("a lost connection is open")
		}
		h.mustUp("ann", "webcam 0 1")
		h.down("ann", "bob_webcam")
		if len(h.media.uplinks) != 3 || len(h.media.downlinks) != 3 {
			t.Errorf("%d and %d connections were made", len(h.media.uplinks), len(h.media.downlinks))
		}
		up.req.Observer.Failed("again") // stale
		h.heard()
		fresh := room.StreamsRequest{Fresh: true, Offer: offerOf("0 audio"), Streams: []room.StreamRequest{{ID: "webcam", MIDs: []string{"0"}}}}
		if _, err := h.PublishStreams(t.Context(), id("ann"), fresh); err != nil {
			t.Error(err)
		}
		if _, err := h.ReceiveStreams(t.Context(), id("ann"), room.StreamsToReceive{Fresh: true}); err != nil {
			t.Error(err)
		}
		wantSame(t, "heard", h.heard(), []string{
			"r: ann unpublished -> bob*,cy", "r: ann* published -> bob*,cy", "r: ann* receives bob no more",
		})
	})
}

func TestWhatEndsWhileAnOfferIsAnswered(t *testing.T) {
	leave := func(h *house) error { _, err := h.Leave(context.Background(), id("ann")); return err }
	for _, tc := range []struct {
		name string
		do   func(h *house) error
		code room.Code
	}{
		{"the participant leaves", leave, room.CodeUserClosed},
		{"the room is closed", func(h *house) error { _, err := h.CloseRoom(context.Background(), "r"); return err }, room.CodeRoomClosed},
		{"the connection fails", func(h *house) error { h.media.uplink().req.Observer.Failed("ICE"); return nil }, 0},
		{"another offer comes", func(h *house) error {
			err := h.up("ann", "webcam 0 1")
			if !errors.Is(err, &room.Error{Code: room.CodeMediaGeneric}) {
				return errors.New("it is not refused")
			}
			return nil
		}, 0},
		{"the application publishes the same stream", func(h *house) error {
			_, err := h.PublishLocal(context.Background(), id("ann"), room.LocalRequest{Stream: "screen"})
			if !errors.Is(err, &room.Error{Code: room.CodeMediaGeneric}) {
				return errors.New("it is not refused")
			}
			return nil
		}, 0},
		{"the grants change", func(h *house) error { return h.Moderate("r").SetGrants(context.Background(), "ann", room.Grants{}) }, 0},
	} {
		t.Run(tc.name, func(t *testing.T) {
			paired(t, room.Options{}, func(t *testing.T, h *house) {
				began, goOn := make(chan struct{}), make(chan struct{})
				h.media.negotiate = func(context.Context, room.MediaRequest) error {
					close(began)
					<-goOn
					h.media.negotiate = nil
					return nil
				}
				ended := make(chan error, 1)
				go func() { ended <- h.up("ann", "webcam 0 1", "screen 2") }()
				<-began
				if err := tc.do(h); err != nil {
					t.Error(err)
				}
				close(goOn)
				err := <-ended
				if refusal := (*room.Error)(nil); errors.As(err, &refusal) != (tc.code != 0) || refusal != nil && refusal.Code != tc.code {
					t.Errorf("%v, want code %d", err, tc.code)
				}
				synctest.Wait()
				switch heard := strings.Join(h.heard(), "\n"); {
				case tc.name == "the connection fails" && !strings.Contains(heard, "error of the publisher"),
					tc.name == "the grants change" && !strings.Contains(heard, "unpublished screen"):
					t.Errorf("heard\n%s", heard)
				}
			})
		})
	}
}

func TestAnAnswerThatDoesNotTakeAStreamEndsIt(t *testing.T) {
	paired(t, room.Options{}, func(t *testing.T, h *house) {
		h.mustUp("ann", "webcam 0 1")
		h.publish("cy")
		h.down("bob", "cy_webcam", "ann_webcam")
		h.heard()
		if err := errors.Join(h.take("bob", 1, "yes"), h.take("bob", 2, "without ann")); err != nil {
			t.Error(err)
		}
		wantSame(t, "heard", h.heard(), []string{
			"bob: taken", "r: offer 2 (2): cy on 0, ann on 1 -> bob", "bob: taken", "r: bob receives ann no more",
			"r: no ann (302 the publisher sends VP9) -> bob", "r: offer 3 (3): cy on 0 -> bob",
		})
	})
}

func TestWhatIsSwitchedOffIsSeenAndNotSent(t *testing.T) {
	paired(t, room.Options{}, func(t *testing.T, h *house) {
		off := room.Video
		req := room.StreamsRequest{Offer: offerOf("0 audio", "1 video"), Streams: []room.StreamRequest{{ID: "webcam", MIDs: []string{"0", "1"}, Off: &off}}}
		if _, err := h.PublishStreams(t.Context(), id("ann"), req); err != nil {
			t.Fatal(err)
		}
		camera := h.media.last(t, "ann")
		stream := func() room.StreamInfo {
			who, err := h.Participant(id("ann"))
			if err != nil || len(who.Streams) != 1 || !who.Paired {
				t.Fatalf("%+v %v", who, err)
			}
			return who.Streams[0]
		}
		wantSame(t, "stream", stream(), room.StreamInfo{ID: "webcam", Off: room.Video})
		if err := h.Moderate("r").Mute(t.Context(), "ann", "", room.Audio); err != nil {
			t.Error(err)
		}
		if err := errors.Join(h.SetOff(t.Context(), id("ann"), "", 0), h.SetOff(t.Context(), id("ann"), "", 0)); err != nil {
			t.Error(err)
		}
		wantSame(t, "stream", stream(), room.StreamInfo{ID: "webcam", Muted: room.Audio})
		req.Streams[0].Off = nil // as it was
		if _, err := h.PublishStreams(t.Context(), id("ann"), req); err != nil {
			t.Error(err)
		}
		off = room.All
		req.Streams[0].Off = &off
		if _, err := h.PublishStreams(t.Context(), id("ann"), req); err != nil {
			t.Error(err)
		}
		wantSame(t, "stream", stream(), room.StreamInfo{ID: "webcam", Muted: room.Audio, Off: room.All})
		wantSame(t, "heard", h.heard(), []string{
			"r: ann* published -> bob,cy",
			`r: ann* changed (8) by "" -> bob,cy`, `r: ann* changed (16) by "" -> bob,cy`, `r: ann* changed (16) by "" -> bob,cy`,
		})
		_, mutes := camera.got()
		wantSame(t, "told the media", mutes, []room.MediaKind{room.Video, room.All, room.Audio, room.All})
		wantCode(t, h.SetOff(t.Context(), id("bob"), "", room.All), room.CodeUserNotStreaming)
		wantCode(t, h.SetOff(t.Context(), id("ann"), "", 4), room.CodeMuteFailed)
	})
}

func TestPermissionsLimitsAndModeratorsOfPairs(t *testing.T) {
	opts := room.Options{MaxSubscriptions: 2}
	opts.Policy.Publish = func(_ context.Context, _ room.ParticipantInfo, req *room.PublishRequest) error {
		if req.Stream == "forbidden" {
			return errors.New("not this one")
		}
		return nil
	}
	opts.Policy.Subscribe = func(_ context.Context, _ room.ParticipantInfo, req *room.SubscribeRequest) error {
		if req.Stream == "secret" {
			return errors.New("not that one")
		}
		return nil
	}
	paired(t, opts, func(t *testing.T, h *house) {
		wantCode(t, h.up("ann", "webcam 0 1", "forbidden 2"), room.CodeNotPermitted)
		h.mustUp("ann", "webcam 0 1", "screen 2", "secret 3", "more 4")
		wantSame(t, "failed", h.down("bob", "ann_webcam", "ann_secret", "ann_screen", "ann_more"), []string{"ann_secret 403", "ann_more 303"})
		h.heard()
		if err := h.Moderate("r").Unpublish(t.Context(), "ann", "screen"); err != nil {
			t.Error(err)
		}
		wantSame(t, "heard", h.heard(), []string{
			"r: ann*+secret+more unpublished screen -> bob,cy",
			"r: error of ann's screen: NOT_PERMITTED: ended by a moderator(errCode=403) -> ann*+secret+more",
		})
		listener := room.DefaultGrants()
		listener.Permissions &^= room.MayPublishVideo
		if err := h.Moderate("r").SetGrants(t.Context(), "ann", listener); err != nil {
			t.Error(err)
		}
		wantCode(t, h.up("ann", "more 4", "webcam 0 1"), room.CodeNotPermitted)
		h.mustUp("ann", "more 4", "webcam 2")
		h.heard()
		deaf := room.DefaultGrants()
		deaf.Permissions &^= room.MaySubscribe
		h.down("bob", "ann_more")
		h.heard()
		if err := h.Moderate("r").SetGrants(t.Context(), "bob", deaf); err != nil {
			t.Error(err)
		}
		wantSame(t, "heard", h.heard(), []string{
			"r: bob receives ann's more no more", "r: error of ann's more: NOT_PERMITTED: ended by a moderator(errCode=403) -> bob",
			`r: bob changed (4) by "" -> ann+more*,cy`,
		})
		_, err := h.ReceiveStreams(t.Context(), id("bob"), room.StreamsToReceive{Streams: refs("ann_more")})
		wantCode(t, err, room.CodeNotPermitted)
		if err := h.Evict(t.Context(), id("ann")); err != nil {
			t.Error(err)
		}
		if u := h.media.uplink(); !u.closed {
			t.Error("the connection of the evicted is open")
		}
	})
}

func TestPublishersAreCountedWhoAreAboutToPublish(t *testing.T) {
	paired(t, room.Options{Settings: room.Settings{MaxPublishers: 1}}, func(t *testing.T, h *house) {
		began, goOn := make(chan struct{}), make(chan struct{})
		h.media.negotiate = func(context.Context, room.MediaRequest) error {
			close(began)
			<-goOn
			return nil
		}
		ended := make(chan error, 1)
		go func() { ended <- h.up("ann", "webcam 0 1") }()
		<-began
		wantCode(t, h.up("bob", "webcam 0 1"), room.CodeMediaGeneric)
		close(goOn)
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
}

// A client that comes back hears again what it needs, and can ask for the rest.
func TestWhoComesBackHearsWhatItNeeds(t *testing.T) {
	paired(t, room.Options{}, func(t *testing.T, h *house) {
		h.mustUp("ann", "webcam 0 1")
		h.publish("cy")
		h.down("ann", "cy_webcam")
		h.media.made[0].req.Observer.SubscribedLayers([]room.SubscribedLayer{{RID: "l", Active: true}})
		h.media.last(t, "ann").req.Observer.Delivery(room.DeliveryState{Paused: true, Estimate: 7})
		h.heard()
		again := []string{
			"r: offer 1 (1): cy on 0 -> ann*", "r: layers [{l true}] -> ann*", "r: video of cy paused by bandwidth at 7 -> ann*",
		}
		if err := h.Resume(t.Context(), id("ann")); err != nil {
			t.Error(err)
		}
		wantSame(t, "heard", h.heard(), again)
		if err := errors.Join(h.take("ann", 1, "yes"), h.Resume(t.Context(), id("ann")), h.Resume(t.Context(), id("cy"))); err != nil {
			t.Error(err)
		}
		wantSame(t, "heard", h.heard(), append([]string{"ann: taken"}, again[1:]...))
		now, err := h.Snapshot(t.Context(), id("ann"))
		if err != nil {
			t.Fatal(err)
		}
		wantSame(t, "others", users(append(now.Others, now.Me)), []string{"bob", "cy*", "ann*"})
		wantSame(t, "receives", now.Receives, refs("cy_webcam"))
		if err := h.RestartReceiving(t.Context(), id("ann"), func() { h.events.add("ann: accepted") }); err != nil {
			t.Error(err)
		}
		wantSame(t, "heard", h.heard(), []string{"ann: accepted", "r: offer 2 (2): cy on 0 -> ann*"})
	})
}

func TestCandidatesOfPairs(t *testing.T) {
	paired(t, room.Options{}, func(t *testing.T, h *house) {
		add := func(user string, role room.Role, c string) error {
			return h.AddLineCandidate(t.Context(), id(user), role, room.ICECandidate{Candidate: c})
		}
		if err := add("ann", room.Publisher, "early"); err != nil {
			t.Error(err)
		}
		h.mustUp("ann", "webcam 0 1")
		h.down("ann")
		if err := errors.Join(add("ann", room.Publisher, "up"), add("ann", room.Subscriber, "down")); err != nil {
			t.Error(err)
		}
		wantSame(t, "up", h.media.uplink().candidates, []string{"up"})
		wantSame(t, "down", h.media.downlink().candidates, []string{"down"})
		if n := h.Stats().RemoteCandidatesDropped; n != 1 {
			t.Errorf("%d dropped", n)
		}
		wantCode(t, add("cy", room.Publisher, "x"), room.CodeMediaGeneric)
	})
}

// FuzzSections checks that an offer cannot make more of itself than it is.
func FuzzSections(f *testing.F) {
	f.Add(offerOf("0 audio", "1 video"), "0")
	f.Add("m=audio 0\na=mid:0\nm=video 9\r\na=mid:0\r\na=inactive", "0")
	f.Add("a=mid:x\nm=\nm=video", "x")
	f.Fuzz(func(t *testing.T, offer, mid string) {
		h := newHouse(t, room.Options{})
		h.pair("ann")
		req := room.StreamsRequest{Offer: offer, Streams: []room.StreamRequest{{ID: "webcam", MIDs: []string{mid}}}}
		if _, err := h.PublishStreams(context.Background(), id("ann"), req); err == nil && !strings.Contains(offer, "a=mid:"+mid) {
			t.Errorf("published on section %q of %q", mid, offer)
		}
	})
}
