package room_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/pion/webrtc/v4"

	"github.com/atrium-rtc/atrium/room"
)

// proposing is a fake that makes offers too.
type proposing struct{ *fakeMedia }

type fakeOffering struct {
	media *fakeMedia
	req   room.MediaRequest
}

func (p proposing) Offer(ctx context.Context, req room.MediaRequest, kinds room.MediaKind) (room.Offering, error) {
	if p.negotiate != nil {
		if err := p.negotiate(ctx, req); err != nil {
			return nil, err
		}
	}
	return &fakeOffering{media: p.fakeMedia, req: req}, nil
}

func (o *fakeOffering) Offer() string { return "offer to " + o.req.User }
func (o *fakeOffering) Close()        {}
func (o *fakeOffering) Complete(ctx context.Context, answer string) (room.Publication, error) {
	if answer == "bad" {
		return nil, errors.New("bad answer")
	}
	o.req.Offer = answer
	return o.media.connect(ctx, o.req, nil)
}

// newInviting is newHouse with a media server that makes offers.
func newInviting(t *testing.T) *house {
	t.Helper()
	h := &house{t: t, media: &fakeMedia{}, events: &recorder{}}
	h.Manager = room.NewManager(proposing{h.media}, room.Options{})
	h.Handle(h.events)
	t.Cleanup(func() {
		if err := h.Close(context.Background()); err != nil {
			t.Error(err)
		}
		if n := h.media.open(); n != 0 {
			t.Errorf("%d connections are open after Close", n)
		}
	})
	h.join("r", "ann", "bob")
	h.events.take()
	return h
}

func (h *house) invite(user, stream string) {
	h.t.Helper()
	offer, err := h.PublishOffer(h.t.Context(), id(user), room.OfferRequest{Stream: stream})
	if err != nil || offer != "offer to "+user {
		h.t.Fatalf("offer %q, %v", offer, err)
	}
}

func (h *house) answer(user, stream, answer string) error {
	_, err := h.Publish(h.t.Context(), id(user), room.PublishRequest{
		Stream: stream, Answer: answer, Answered: func(string) { h.events.add("answered") },
	})
	return err
}

func TestAnAnswerToTheServersOfferPublishes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newInviting(t)
		h.invite("ann", "cam2")
		if err := h.AddICECandidate(t.Context(), id("ann"), "ann", "cam2", room.ICECandidate{Candidate: "early"}); err != nil {
			t.Error(err)
		}
		time.Sleep(29 * time.Second)
		wantSame(t, "before the answer", h.events.take(), []string(nil))
		if err := h.answer("ann", "cam2", "mine"); err != nil {
			t.Fatal(err)
		}
		wantSame(t, "after the answer", h.events.take(), []string{"answered", "r: ann+cam2 published cam2 -> bob"})
		early, _ := h.media.last(t, "ann").got()
		wantSame(t, "candidates", early, []string{"early"})
		wantCode(t, h.answer("ann", "cam2", "again"), room.CodeSDP)
		st := h.Stats()
		wantSame(t, "publications", st.Publications, 1)
	})
}

func TestAnOfferThatNobodyAnswersGivesItsPlaceBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newInviting(t)
		h.invite("ann", "")
		_, err := h.Publish(t.Context(), id("ann"), room.PublishRequest{Offer: "own"})
		wantCode(t, err, room.CodeMediaGeneric) // the place is taken
		time.Sleep(31 * time.Second)
		wantCode(t, h.answer("ann", "", "late"), room.CodeSDP)
		h.publish("ann")
		wantSame(t, "heard", h.events.take(), []string{"r: ann* published -> bob"})
	})
}

func TestAnOfferIsWithdrawnByUnpublishAndByLeaving(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newInviting(t)
		h.invite("ann", "")
		if err := h.Unpublish(t.Context(), id("ann"), "", nil); err != nil {
			t.Error(err)
		}
		wantCode(t, h.answer("ann", "", "late"), room.CodeSDP)
		h.invite("ann", "")
		if _, err := h.Leave(t.Context(), id("ann")); err != nil {
			t.Error(err)
		}
		wantCode(t, h.answer("ann", "", "late"), room.CodeUserNotFound)
		wantSame(t, "heard", h.events.take(), []string{"r: ann left (left) -> bob"})
	})
}

func TestABadAnswerIsToldAndGivesThePlaceBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newInviting(t)
		h.invite("ann", "")
		wantCode(t, h.answer("ann", "", "bad"), room.CodeSDP)
		h.publish("ann")
	})
}

func TestAnOfferIsGivenUpWithItsCaller(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := newInviting(t)
		h.media.negotiate = func(ctx context.Context, _ room.MediaRequest) error { <-ctx.Done(); return ctx.Err() }
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, err := h.PublishOffer(ctx, id("ann"), room.OfferRequest{}); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%v, want that the time is over", err)
		}
		synctest.Wait()
		h.media.negotiate = nil
		h.publish("ann")
	})
}

func TestOnlyWhoMayPublishGetsAnOffer(t *testing.T) {
	h := newHouse(t, room.Options{})
	h.join("r", "ann")
	_, err := h.PublishOffer(t.Context(), id("ann"), room.OfferRequest{})
	wantCode(t, err, room.CodeSDP) // the fake makes none
	_, err = h.PublishOffer(t.Context(), id("zoe"), room.OfferRequest{})
	wantCode(t, err, room.CodeUserNotFound)
	grants := room.DefaultGrants()
	grants.Permissions &^= room.MayPublishVideo
	if _, err := h.Join(t.Context(), room.JoinRequest{ID: "b", User: "bob", Room: "r", Grants: &grants}); err != nil {
		t.Fatal(err)
	}
	_, err = h.PublishOffer(t.Context(), "b", room.OfferRequest{})
	wantCode(t, err, room.CodeNotPermitted)
	_, err = h.PublishOffer(t.Context(), "b", room.OfferRequest{Kinds: room.Audio})
	wantCode(t, err, room.CodeSDP)
}

// A real client answers the server's offer, and a tap hears what it sends.
func TestAClientThatAnswersTheServersOfferIsHeard(t *testing.T) {
	ctx, m, _ := inside(t)
	speaker := join(ctx, t, m, "publisher")
	offer, err := m.PublishOffer(ctx, speaker, room.OfferRequest{Kinds: room.Audio})
	if err != nil {
		t.Fatal(err)
	}
	pc := newConnection(t)
	defer func() { _ = pc.Close() }()
	mic, err := webrtc.NewTrackLocalStaticRTP(webrtc.RTPCodecCapability{MimeType: webrtc.MimeTypeOpus}, "audio", "mic")
	if err != nil {
		t.Fatal(err)
	}
	if err := pc.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeOffer, SDP: offer}); err != nil {
		t.Fatal(err)
	}
	if _, err := pc.AddTrack(mic); err != nil {
		t.Fatal(err)
	}
	answer, err := pc.CreateAnswer(nil)
	if err != nil {
		t.Fatal(err)
	}
	gathered := webrtc.GatheringCompletePromise(pc)
	if err := pc.SetLocalDescription(answer); err != nil {
		t.Fatal(err)
	}
	<-gathered
	if own, err := m.Publish(ctx, speaker, room.PublishRequest{Answer: pc.LocalDescription().SDP}); err != nil || own != "" {
		t.Fatalf("answer %q, %v", own, err)
	}
	w := newWiretap()
	if err := m.AddTap(ctx, speaker, "", room.All, w); err != nil {
		t.Fatal(err)
	}
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for n := byte(0); ; n++ {
		select {
		case <-tick.C:
			if _, err := mic.Write([]byte{0x80, 0x80, 0, n, 0, 0, n, 0, 0, 0, 0, 0, 0xfc, n}); err != nil {
				t.Fatal(err)
			}
		case p := <-w.packets:
			if len(p.Raw) != 14 {
				t.Errorf("heard %x", p.Raw)
			}
			return
		case <-ctx.Done():
			t.Fatal("nothing was heard")
		}
	}
}
