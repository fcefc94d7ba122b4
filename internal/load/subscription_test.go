package load

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/atrium-rtc/atrium/internal/load/result"
	"github.com/atrium-rtc/atrium/internal/load/scenario"
	"github.com/atrium-rtc/atrium/internal/load/transport"
	"github.com/atrium-rtc/atrium/internal/load/watch"
	"github.com/atrium-rtc/atrium/internal/rtptest"
	"github.com/atrium-rtc/atrium/sfu/codec"
)

type silent struct{}

func (silent) WriteRTCP([]byte) error { return nil }

// watching returns a subscription to video that was asked for at a moment.
func watching(t *testing.T, asked time.Time) *subscription {
	t.Helper()
	conn, err := transport.New(transport.Options{Identity: identity(t), Audio: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	media := &transport.Media{Video: &transport.Stream{Codec: codec.VP8, ClockRate: 90_000, PayloadType: 96}}
	return &subscription{
		publisher: "ann", asked: asked, conn: conn, video: true,
		receiver: watch.New(watch.Config{Media: media, Writer: silent{}}, asked),
	}
}

func identity(t *testing.T) *transport.Identity {
	t.Helper()
	id, err := transport.NewIdentity()
	if err != nil {
		t.Fatal(err)
	}
	return id
}

// play lets a second of video arrive.
func play(sub *subscription, from time.Time) time.Time {
	stream := rtptest.NewStream(rtptest.Config{Codec: codec.VP8, SSRC: 7, PayloadType: 96})
	now := from
	for i := range 30 {
		for _, p := range stream.Frame(rtptest.FrameOptions{Keyframe: i == 0}) {
			sub.RTP(rtptest.Marshal(p), now)
		}
		sub.Tick(now)
		now = now.Add(time.Second / 30)
	}
	return now
}

func total(sub *subscription) result.Summary {
	t := newTally()
	t.addSubscription(sub)
	return result.Summary{Freezes: t.sum.Freezes, Frozen: t.sum.Frozen, LongestFreeze: t.sum.LongestFreeze}
}

// The end of a run is a pause too: what was frozen until then was frozen.
func TestFreezeBeforeAPauseStaysOne(t *testing.T) {
	asked := time.Unix(1000, 0)
	sub := watching(t, asked)
	end := play(sub, asked).Add(5 * time.Second)
	sub.Tick(end)
	before := total(sub)
	if before.Freezes != 1 || before.Frozen < 5 {
		t.Fatalf("%+v, want a freeze of five seconds that goes on", before)
	}
	sub.setPaused(scenario.Video, true)
	sub.setPaused(scenario.Video, true) // nothing new
	sub.Tick(end.Add(time.Second))
	if diff := cmp.Diff(before, total(sub)); diff != "" {
		t.Errorf("after the pause began (-want +got):\n%s", diff)
	}
}

func TestPauseAloneIsNoFreeze(t *testing.T) {
	asked := time.Unix(1000, 0)
	sub := watching(t, asked)
	end := play(sub, asked)
	sub.setPaused(scenario.Video, true)
	sub.Tick(end.Add(5 * time.Second))
	if got := total(sub); got.Freezes != 0 {
		t.Errorf("%+v, want none", got)
	}
}

func TestViewerWhoSeesNothingHasAnError(t *testing.T) {
	asked := time.Unix(1000, 0)
	late := asked.Add(patience)
	sub := watching(t, asked)
	if err := sub.black(late.Add(-1)); err != nil {
		t.Errorf("too early: %v", err)
	}
	if err := sub.black(late); !errors.Is(err, errNoMedia) {
		t.Errorf("nothing came: %v", err)
	}
	stream := rtptest.NewStream(rtptest.Config{Codec: codec.VP8, SSRC: 7, PayloadType: 96})
	for _, p := range stream.Frame(rtptest.FrameOptions{}) { // no keyframe
		sub.RTP(rtptest.Marshal(p), asked)
	}
	sub.Tick(late)
	if err := sub.black(late); !errors.Is(err, errNoPicture) {
		t.Errorf("no keyframe came: %v", err)
	}
	sub.setPaused(scenario.Video, true)
	if err := sub.black(late); err != nil {
		t.Errorf("the publisher is muted: %v", err)
	}
	played := watching(t, asked)
	play(played, asked)
	if err := played.black(late); err != nil {
		t.Errorf("it plays: %v", err)
	}
}

// Nobody waits for a picture that its publisher does not send.
func TestWaitingForTheMutedIsNoWaiting(t *testing.T) {
	asked := time.Unix(1000, 0)
	for _, muted := range []bool{false, true} {
		sub := watching(t, asked)
		r := &pauses{}
		r.set("ann", scenario.Video, muted)
		a := newAccount(scenario.Client{})
		a.subscriptionBegan(sub, r)
		play(sub, asked)
		ty := newTally()
		ty.addSubscription(sub)
		want := 1
		if muted {
			want = 0
		}
		if got := len(ty.firstPicture); got != want {
			t.Errorf("muted %v: %d times to the first picture, want %d", muted, got, want)
		}
		if len(ty.firstMedia) != 1 {
			t.Errorf("muted %v: %d times to the first media, want 1: audio was not muted", muted, len(ty.firstMedia))
		}
	}
}
