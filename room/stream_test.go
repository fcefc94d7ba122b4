package room_test

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/atrium-rtc/atrium/room"
	"github.com/atrium-rtc/atrium/sfu/speaker"
)

func TestOneParticipantPublishesACameraAndAScreen(t *testing.T) {
	h := newHouse(t, room.Options{})
	h.events.subscriptions = true
	h.join("r", "ann", "bob")
	h.publish("ann")
	h.stream("ann", room.ScreenStream)
	h.subscribe("bob", "ann")
	h.watch("bob", "ann", room.ScreenStream)
	if err := h.Unpublish(t.Context(), id("ann"), room.ScreenStream, nil); err != nil {
		t.Fatal(err)
	}
	wantSame(t, "events", h.events.take(), []string{
		"r: ann joined -> ",
		"r: bob joined -> ann",
		"r: ann* published -> bob",
		"r: ann*+screen published screen -> bob",
		"r: bob receives ann",
		"r: bob receives ann's screen",
		"r: ann* unpublished screen -> bob",
	})
	wantSame(t, "open connections", h.media.open(), 2)
	if _, err := h.Leave(t.Context(), id("ann")); err != nil {
		t.Fatal(err)
	}
	wantSame(t, "open connections", h.media.open(), 0)
}

func TestMediaIsToldWhichStreamAConnectionIsFor(t *testing.T) {
	h := newHouse(t, room.Options{})
	h.join("r", "ann", "bob")
	sessions := map[string][]string{}
	h.media.negotiate = func(_ context.Context, req room.MediaRequest) error {
		sessions[req.User+" "+req.Stream] = append(sessions[req.User+" "+req.Stream], req.Session)
		return nil
	}
	h.publish("ann", "bob")
	h.stream("ann", room.ScreenStream)
	h.watch("bob", "ann", room.ScreenStream)
	// A participant has one downlink, whatever it publishes or receives.
	wantSame(t, "sessions", sessions, map[string][]string{
		"ann webcam": {`"r" "ann"`}, "ann screen": {`"r" "ann"`},
		"bob webcam": {`"r" "bob"`}, "bob screen": {`"r" "bob"`},
	})
}

func TestStreamsAreRefusedWithASentence(t *testing.T) {
	h := newHouse(t, room.Options{MaxStreams: 2})
	h.join("r", "ann", "bob")
	h.publish("ann")
	h.stream("ann", room.ScreenStream)
	publish := func(stream string) error {
		_, err := h.Publish(t.Context(), id("ann"), room.PublishRequest{Stream: stream, Offer: "o"})
		return err
	}
	wantError(t, publish(""), 301, "Participant 'ann' is already publishing media, unpublish it first")
	wantError(t, publish("screen"), 301, "Participant 'ann' is already publishing 'screen', unpublish it first")
	wantError(t, publish("third"), 301, "Participant 'ann' may publish at most 2 streams")
	for _, bad := range []string{"a_b", "a b", "é", strings.Repeat("a", 65)} {
		wantError(t, publish(bad), 999, "The id of a stream is 1 to 64 letters, digits and hyphens")
	}
	_, err := h.Subscribe(t.Context(), id("bob"), room.SubscribeRequest{Publisher: "ann", Stream: "third", Offer: "o"})
	wantError(t, err, 105, "User 'ann' is not streaming 'third' in room 'r'")
	_, err = h.Subscribe(t.Context(), id("ann"), room.SubscribeRequest{Publisher: "ann", Stream: "screen", Offer: "o"})
	wantError(t, err, 105, "Can loopback only when publishing media")
	wantError(t, h.Unpublish(t.Context(), id("bob"), "screen", nil), 105, "Participant 'bob' is not streaming 'screen'")
	wantError(t, h.SetPreferredLayers(t.Context(), id("bob"), "ann", "screen", room.Layers{}), 105,
		"Participant 'bob' does not receive 'screen' of user 'ann'")
}

func TestWhatIsAskedOfOneStreamIsDoneToThatOne(t *testing.T) {
	h := newHouse(t, room.Options{})
	h.join("r", "ann", "bob")
	h.publish("ann")
	camera := h.media.last(t, "ann")
	h.stream("ann", room.ScreenStream)
	screen := h.media.last(t, "ann")
	h.subscribe("bob", "ann")
	h.watch("bob", "ann", room.ScreenStream)
	watched := h.media.last(t, "bob")
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(h.MutePublished(id("ann"), "screen", room.Audio))
	must(h.MuteSubscribed(id("bob"), "ann", "screen", room.Video))
	must(h.SetPreferredLayers(t.Context(), id("bob"), "ann", "screen", room.Layers{Spatial: 1}))
	must(h.SetVideoPreference(t.Context(), id("bob"), "ann", "screen", room.VideoPreference{Priority: room.PriorityPinned}))
	must(h.ReportStatistics(t.Context(), id("bob"), "ann", "screen", room.ReceiverStatistics{Freezes: 1}))
	if answer, err := h.RestartICE(t.Context(), id("ann"), "ann", "screen", room.ICECredentials{Ufrag: "u"}); err != nil || answer != "answer to u" {
		t.Errorf("restart: %q, %v", answer, err)
	}
	_, mutes := screen.got()
	wantSame(t, "mutes of the screen", mutes, []room.MediaKind{room.Audio})
	_, mutes = camera.got()
	wantSame(t, "mutes of the camera", len(mutes), 0)
	_, mutes = watched.got()
	wantSame(t, "mutes of what bob watches", mutes, []room.MediaKind{room.Video})
	wantSame(t, "calls", []int{len(screen.restarts), len(camera.restarts), len(watched.layers), len(watched.videos), len(watched.reported)}, []int{1, 0, 1, 1, 1})
	who, err := h.Participant(id("ann"))
	must(err)
	wantSame(t, "streams", who.Streams, []room.StreamInfo{{ID: "webcam"}, {ID: "screen", Muted: room.Audio}})
	got, err := h.Quality(t.Context(), id("bob"))
	must(err)
	wantSame(t, "qualities", got, []room.StreamQuality{{Publisher: "ann", Stream: "webcam"}, {Publisher: "ann", Stream: "screen"}})
}

func TestASnapshotOfStreamsDoesNotChangeLater(t *testing.T) {
	h := newHouse(t, room.Options{})
	h.join("r", "ann")
	h.publish("ann")
	before, err := h.Participant(id("ann"))
	if err != nil {
		t.Fatal(err)
	}
	if err := h.MutePublished(id("ann"), "", room.All); err != nil {
		t.Fatal(err)
	}
	h.stream("ann", room.ScreenStream)
	wantSame(t, "the snapshot", before.Streams, []room.StreamInfo{{ID: "webcam"}})
}

func TestCandidatesFindTheirStream(t *testing.T) {
	h := newHouse(t, room.Options{})
	h.join("r", "ann", "bob")
	trickle := func(user, stream, name string) {
		t.Helper()
		if err := h.AddICECandidate(t.Context(), id(user), "ann", stream, room.ICECandidate{Candidate: name}); err != nil {
			t.Error(err)
		}
	}
	trickle("ann", "screen", "early, named")
	trickle("ann", "", "early")
	h.media.negotiate = func(_ context.Context, req room.MediaRequest) error {
		if req.Stream == "screen" {
			trickle(req.User, "", "for both")
			trickle(req.User, "webcam", "for the camera")
		}
		return nil
	}
	h.publish("ann")
	camera := h.media.last(t, "ann")
	h.stream("ann", "screen")
	trickle("ann", "", "late, for both")
	trickle("ann", "screen", "late")
	got, _ := camera.got()
	wantSame(t, "of the camera", got, []string{"early", "for both", "for the camera", "late, for both"})
	got, _ = h.media.last(t, "ann").got()
	wantSame(t, "of the screen", got, []string{"early, named", "for both", "late, for both", "late"})

	h.subscribe("bob", "ann")
	watched := h.media.last(t, "bob")
	h.watch("bob", "ann", "screen")
	trickle("bob", "", "for both")
	trickle("bob", "screen", "of the screen")
	trickle("bob", "a_b", "of nothing")
	got, _ = watched.got()
	wantSame(t, "of the camera that bob receives", got, []string{"for both", "for the camera", "for both"})
	wantSame(t, "dropped", h.Stats().RemoteCandidatesDropped, uint64(1))
}

// While two connections of an endpoint are negotiated, candidates that name neither
// are for both.
func TestUnnamedCandidatesWaitForAllConnections(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, room.Options{})
		h.join("r", "ann")
		answer := map[string]chan error{"webcam": make(chan error), "screen": make(chan error), "third": make(chan error)}
		h.media.negotiate = func(_ context.Context, req room.MediaRequest) error { return <-answer[req.Stream] }
		for stream := range answer {
			go func() {
				_, _ = h.Publish(context.Background(), id("ann"), room.PublishRequest{Stream: stream, Offer: "o"})
			}()
		}
		synctest.Wait()
		h.trickle("ann", "ann", "c")
		answer["third"] <- context.DeadlineExceeded
		synctest.Wait()
		for _, stream := range []string{"webcam", "screen"} {
			answer[stream] <- nil
			synctest.Wait()
			got, _ := h.media.last(t, "ann").got()
			wantSame(t, "candidates of the "+stream, got, []string{"c"})
		}
		if err := h.Unpublish(t.Context(), id("ann"), "screen", nil); err != nil {
			t.Fatal(err)
		}
		go func() { answer["screen"] <- nil }()
		h.stream("ann", "screen")
		got, _ := h.media.last(t, "ann").got()
		wantSame(t, "candidates of the next screen", len(got), 0)
	})
}

func TestTheEventsOfAConnectionNameItsStream(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, room.Options{})
		h.join("r", "ann", "bob")
		h.publish("ann")
		h.stream("ann", "screen")
		screen := h.media.last(t, "ann")
		h.watch("bob", "ann", "screen")
		watched := h.media.last(t, "bob")
		h.events.subscriptions = true
		h.events.take()
		for _, say := range []func(){
			func() { screen.req.Observer.ICECandidate(room.ICECandidate{Candidate: "c"}) },
			func() { watched.req.Observer.ICECandidate(room.ICECandidate{Candidate: "d"}) },
			func() { screen.req.Observer.SubscribedLayers([]room.SubscribedLayer{{RID: "h"}}) },
			func() { watched.req.Observer.Delivery(room.DeliveryState{Paused: true, Estimate: 5}) },
			func() { watched.req.Observer.Delivery(room.DeliveryState{Estimate: 6}) },
			func() { watched.req.Observer.Failed("gone") },
			func() { screen.req.Observer.Failed("gone") },
		} {
			say()
			synctest.Wait()
		}
		wantSame(t, "events", h.events.take(), []string{
			"r: candidate c of ann's screen -> ann*+screen",
			"r: candidate d of ann's screen -> bob",
			"r: layers screen [{h false}] -> ann*+screen",
			"r: video of ann's screen paused by bandwidth at 5 -> bob",
			"r: video of ann's screen resumed at 6 -> bob",
			"r: bob receives ann's screen no more",
			"r: error of ann's screen: CONNECTION_LOST: gone(errCode=303) -> bob",
			"r: ann* unpublished screen -> bob",
			"r: error of ann's screen: CONNECTION_LOST: gone(errCode=303) -> ann*",
		})
		screen.Close() // as a connection that is lost closes by itself
		watched.Close()
	})
}

func TestAReplacedSubscriptionIsNoNews(t *testing.T) {
	h := newHouse(t, room.Options{})
	h.events.subscriptions = true
	h.join("r", "ann", "bob")
	h.publish("ann")
	h.events.take()
	h.subscribe("bob", "ann")
	h.subscribe("bob", "ann")
	if err := h.Unsubscribe(t.Context(), id("bob"), "ann", ""); err != nil {
		t.Fatal(err)
	}
	if err := h.Unsubscribe(t.Context(), id("bob"), "ann", ""); err != nil {
		t.Fatal(err)
	}
	wantSame(t, "events", h.events.take(), []string{"r: bob receives ann", "r: bob receives ann no more"})
}

// A stream that ends takes those along that are subscribing to it, and no others.
func TestUnpublishingEndsNegotiationsOfThatStreamOnly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, room.Options{})
		h.join("r", "ann", "bob")
		h.publish("ann")
		h.stream("ann", "screen")
		h.media.negotiate = func(ctx context.Context, _ room.MediaRequest) error {
			select {
			case <-ctx.Done():
				return context.Cause(ctx)
			case <-time.After(time.Second):
				return nil
			}
		}
		ended := map[string]chan error{"webcam": make(chan error, 1), "screen": make(chan error, 1)}
		for stream, end := range ended {
			go func() {
				_, err := h.Subscribe(context.Background(), id("bob"), room.SubscribeRequest{Publisher: "ann", Stream: stream, Offer: "o"})
				end <- err
			}()
		}
		synctest.Wait()
		if err := h.Unpublish(t.Context(), id("ann"), "screen", nil); err != nil {
			t.Fatal(err)
		}
		wantError(t, <-ended["screen"], 105, "User 'ann' is not streaming 'screen' in room 'r'")
		if err := <-ended["webcam"]; err != nil {
			t.Error(err)
		}
		publishers, err := h.PublishersOf(id("bob"))
		if err != nil {
			t.Fatal(err)
		}
		wantSame(t, "publishers of bob", users(publishers), []string{"ann*"})
	})
}

func TestAScreenTakesNobodysFloor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newHouse(t, room.Options{})
		loud := speaker.Snapshot{Level: -10, Speaking: true, Immediate: 12, Medium: 5, Long: 10}
		h.join("r", "ann", "bob")
		h.stream("ann", room.ScreenStream)
		h.media.last(t, "ann").speaks(loud)
		h.publish("bob")
		h.media.last(t, "bob").speaks(speaker.Snapshot{Level: speaker.Silence})
		h.events.take()
		time.Sleep(5 * time.Second)
		wantSame(t, "events while a screen plays", len(h.events.take()), 0)
		// Another camera is as good as the webcam, and the louder one counts.
		h.publish("ann")
		h.media.last(t, "ann").speaks(speaker.Snapshot{Level: speaker.Silence})
		h.stream("ann", "second-camera")
		h.media.last(t, "ann").speaks(speaker.Snapshot{Level: -20, Speaking: true, Immediate: 12, Medium: 5, Long: 10})
		h.events.take()
		time.Sleep(5 * time.Second)
		lines := h.events.take()
		wantSame(t, "last event", lines[len(lines)-1], "r: [{ann -20}] speak, ann above all -> ann+screen*+second-camera,bob*")
	})
}

func TestTheMainSpeakerIsSoughtAmongThoseWhoPublishTheStream(t *testing.T) {
	h := newHouse(t, room.Options{})
	h.join("r", "ann", "bob")
	h.publish("ann")
	h.stream("bob", room.ScreenStream)
	for stream, want := range map[string]string{"": "ann", room.ScreenStream: "bob"} {
		if who, err := h.MainSpeaker(t.Context(), "r", stream); err != nil || who.User != want {
			t.Errorf("stream %q: %q, %v, want %q", stream, who.User, err, want)
		}
	}
	_, err := h.MainSpeaker(t.Context(), "r", "third")
	wantError(t, err, 105, "Nobody in room 'r' is streaming media")
}

func TestAnInspectionHasARowForEachStream(t *testing.T) {
	h := newHouse(t, room.Options{})
	h.join("r", "ann", "bob", "cid")
	h.publish("ann")
	h.stream("ann", room.ScreenStream)
	h.subscribe("bob", "ann")
	h.watch("bob", "ann", room.ScreenStream)
	h.watch("cid", "ann", room.ScreenStream)
	var rows []string
	for _, p := range h.inspect("r", room.Selection{}).People {
		for _, s := range p.Publishes {
			rows = append(rows, p.User+" publishes "+s.Stream+" to "+strings.Repeat("I", s.Receivers))
		}
		for _, s := range p.Receives {
			rows = append(rows, p.User+" receives "+s.Publisher+" "+s.Stream)
		}
	}
	wantSame(t, "rows", rows, []string{
		"ann publishes webcam to I", "ann publishes screen to II",
		"bob receives ann webcam", "bob receives ann screen",
		"cid receives ann screen",
	})
}
