package room_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"github.com/atrium-rtc/atrium/room"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// house is a Manager on fake media with everything that happens written down.
type house struct {
	*room.Manager
	t      testing.TB
	media  *fakeMedia
	events *recorder
}

func newHouse(t testing.TB, opts room.Options) *house {
	t.Helper()
	h := &house{t: t, media: &fakeMedia{}, events: &recorder{}}
	h.Manager = room.NewManager(h.media, opts)
	h.Handle(h.events)
	t.Cleanup(func() {
		if err := h.Close(context.Background()); err != nil {
			t.Errorf("Close: %v", err)
		}
		if n := h.media.open(); n != 0 {
			t.Errorf("%d connections are open after Close", n)
		}
		s := h.Stats()
		if s.Rooms+s.Participants+s.Publications+s.Subscriptions != 0 || s.RoomsCreated != s.RoomsEnded {
			t.Errorf("stats after Close: %+v", s)
		}
	})
	return h
}

// id is the participant id that the tests give to a user.
func id(user string) room.ParticipantID { return room.ParticipantID("id-" + user) }

func (h *house) join(roomName string, users ...string) {
	h.t.Helper()
	for _, user := range users {
		req := room.JoinRequest{ID: id(user), User: user, Room: roomName, AutoCreate: true}
		if _, err := h.Join(context.Background(), req); err != nil {
			h.t.Fatalf("join %q: %v", user, err)
		}
	}
}

func (h *house) publish(users ...string) {
	h.t.Helper()
	for _, user := range users {
		if _, err := h.Publish(context.Background(), id(user), room.PublishRequest{Offer: "offer of " + user}); err != nil {
			h.t.Fatalf("publish %q: %v", user, err)
		}
	}
}

// stream publishes another stream than the webcam.
func (h *house) stream(user, stream string) {
	h.t.Helper()
	req := room.PublishRequest{Stream: stream, Offer: stream + " of " + user}
	if _, err := h.Publish(context.Background(), id(user), req); err != nil {
		h.t.Fatalf("publish %q of %q: %v", stream, user, err)
	}
}

// watch subscribes to another stream than the webcam.
func (h *house) watch(user, publisher, stream string) {
	h.t.Helper()
	req := room.SubscribeRequest{Publisher: publisher, Stream: stream, Offer: "offer of " + user}
	if _, err := h.Subscribe(context.Background(), id(user), req); err != nil {
		h.t.Fatalf("subscribe %q to %q of %q: %v", user, stream, publisher, err)
	}
}

func (h *house) subscribe(user, publisher string) {
	h.t.Helper()
	req := room.SubscribeRequest{Publisher: publisher, Offer: "offer of " + user}
	if _, err := h.Subscribe(context.Background(), id(user), req); err != nil {
		h.t.Fatalf("subscribe %q to %q: %v", user, publisher, err)
	}
}

// occupy keeps room "r", which user is in, busy until free is called; in a
// bubble.
func (h *house) occupy(user string) (free func()) {
	h.t.Helper()
	busy := make(chan struct{})
	go func() {
		msg := room.Message{User: user, Room: "r", Accepted: func() { <-busy }}
		if err := h.SendMessage(context.Background(), id(user), msg); err != nil {
			h.t.Error(err)
		}
	}()
	synctest.Wait()
	return func() { close(busy) }
}

func users(list []room.ParticipantInfo) []string {
	names := make([]string, 0, len(list))
	for _, p := range list {
		name := p.User
		if p.Publishing != (len(p.Streams) > 0) {
			name += " publishes or not"
		}
		for _, s := range p.Streams {
			name += marked(s.ID)
		}
		names = append(names, name)
	}
	return names
}

// marked is the mark of somebody who publishes: a star for the webcam.
func marked(stream string) string {
	if stream == room.DefaultStream {
		return "*"
	}
	return "+" + stream
}

// streamOf is how the recorder names a stream.
func streamOf(user, stream string) string {
	if stream == room.DefaultStream {
		return user
	}
	return user + "'s " + stream
}

// wantError checks code and sentence.
func wantError(t testing.TB, err error, code room.Code, sentence string) {
	t.Helper()
	var refusal *room.Error
	if !errors.As(err, &refusal) {
		t.Errorf("error is %v, want code %d", err, code)
		return
	}
	if refusal.Code != code || refusal.Msg != sentence {
		t.Errorf("error is %d %q,\n            want %d %q", refusal.Code, refusal.Msg, code, sentence)
	}
}

func wantSame(t testing.TB, what string, got, want any) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", what, diff)
	}
}

// recorder writes events down as lines. A participant has a star for its webcam, and
// other streams are named.
type recorder struct {
	subscriptions   bool // are written down too
	room.NopHandler      // what is not written down

	mu    sync.Mutex
	lines []string
}

var _ room.EventHandler = (*recorder)(nil)

func (r *recorder) add(format string, args ...any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.lines = append(r.lines, fmt.Sprintf(format, args...))
}

// take returns the lines since the last take.
func (r *recorder) take() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	lines := r.lines
	r.lines = nil
	return lines
}

func one(p room.ParticipantInfo) string { return users([]room.ParticipantInfo{p})[0] }

func to(list []room.ParticipantInfo) string { return strings.Join(users(list), ",") }

func (r *recorder) OnJoined(e room.JoinedEvent) {
	r.add("%s: %s joined -> %s", e.Participant.Room, one(e.Participant), to(e.Others))
}

func (r *recorder) OnLeft(e room.LeftEvent) {
	r.add("%s: %s left (%s) -> %s", e.Participant.Room, one(e.Participant), e.Reason, to(e.Remaining))
}

func (r *recorder) OnPublished(e room.PublishedEvent) {
	r.add("%s: %s published%s -> %s", e.Participant.Room, one(e.Participant), unlessUsual(e.Stream), to(e.Others))
}

func (r *recorder) OnUnpublished(e room.UnpublishedEvent) {
	r.add("%s: %s unpublished%s -> %s", e.Participant.Room, one(e.Participant), unlessUsual(e.Stream), to(e.Others))
}

func (r *recorder) OnMessage(e room.MessageEvent) {
	r.add("%s: %s says %q -> %s", e.From.Room, one(e.From), e.Text, to(e.To))
}

func (r *recorder) OnEvicted(e room.EvictedEvent) {
	r.add("%s: %s evicted", e.Participant.Room, one(e.Participant))
}

func (r *recorder) OnRoomClosed(e room.RoomClosedEvent) {
	r.add("%s: closed -> %s", e.Room, to(e.Participants))
}

func (r *recorder) OnICECandidate(e room.ICECandidateEvent) {
	r.add("%s: candidate %s of %s -> %s", e.To.Room, e.Candidate.Candidate, streamOf(e.Endpoint, e.Stream), one(e.To))
}

func (r *recorder) OnSubscribedLayers(e room.SubscribedLayersEvent) {
	r.add("%s: layers%s %v -> %s", e.To.Room, unlessUsual(e.Stream), e.Layers, one(e.To))
}

func (r *recorder) OnVideoPaused(e room.VideoPausedEvent) {
	r.add("%s: video of %s paused by %s at %d -> %s", e.To.Room, streamOf(e.Publisher, e.Stream), e.Reason, e.Estimate, one(e.To))
}

func (r *recorder) OnVideoResumed(e room.VideoResumedEvent) {
	r.add("%s: video of %s resumed at %d -> %s", e.To.Room, streamOf(e.Publisher, e.Stream), e.Estimate, one(e.To))
}

func (r *recorder) OnSpeakers(e room.SpeakersEvent) {
	r.add("%s: %v speak, %s above all -> %s", e.Room, e.Speakers, e.Dominant, to(e.To))
}

func (r *recorder) OnSubscriberOffer(e room.SubscriberOfferEvent) {
	var streams []string
	for _, s := range e.Streams {
		streams = append(streams, streamOf(s.Publisher, s.Stream)+" on "+strings.Join(s.MIDs, "+"))
	}
	r.add("%s: %s (%d): %s -> %s", e.To.Room, e.SDP, e.Number, strings.Join(streams, ", "), one(e.To))
}

func (r *recorder) OnSubscriptionEnded(e room.SubscriptionEndedEvent) {
	r.add("%s: no %s (%d %s) -> %s", e.To.Room, streamOf(e.Publisher, e.Stream), e.Err.Code, e.Err.Msg, one(e.To))
}

func (r *recorder) OnMediaError(e room.MediaErrorEvent) {
	if e.Connection != "" {
		r.add("%s: error of the %s: %s -> %s", e.To.Room, e.Connection, e.Text, one(e.To))
		return
	}
	r.add("%s: error of %s: %s -> %s", e.To.Room, streamOf(e.Endpoint, e.Stream), e.Text, one(e.To))
}

func (r *recorder) OnSubscribed(e room.SubscribedEvent) {
	if r.subscriptions {
		r.add("%s: %s receives %s", e.Participant.Room, one(e.Participant), streamOf(e.Publisher, e.Stream))
	}
}

func (r *recorder) OnUnsubscribed(e room.UnsubscribedEvent) {
	if r.subscriptions {
		r.add("%s: %s receives %s no more", e.Participant.Room, one(e.Participant), streamOf(e.Publisher, e.Stream))
	}
}

// unlessUsual is the word for a stream in a line.
func unlessUsual(stream string) string {
	if stream == room.DefaultStream {
		return ""
	}
	return " " + stream
}

func (r *recorder) OnRoomChanged(e room.RoomChangedEvent) {
	r.add("%s: changed by %q -> %s", e.Room, e.By, to(e.To))
}

func (r *recorder) OnParticipantChanged(e room.ParticipantChangedEvent) {
	r.add("%s: %s changed (%d) by %q -> %s", e.Participant.Room, one(e.Participant), e.Changed, e.By, to(e.Others))
}

func (r *recorder) OnWaiting(e room.WaitingEvent) {
	r.add("%s: %s waits -> %s", e.Waiting.Room, e.Waiting.User, to(e.Moderators))
}

func (r *recorder) OnWaitingEnded(e room.WaitingEndedEvent) {
	r.add("%s: %s waits no longer (%s) %q -> %s", e.Waiting.Room, e.Waiting.User, e.Outcome, e.Reason, to(e.Moderators))
}

func (r *recorder) OnUnmuteAsked(e room.UnmuteAskedEvent) {
	r.add("%s: %s is asked by %q to unmute kinds %d of %s", e.To.Room, one(e.To), e.By, e.Kinds, e.Stream)
}
