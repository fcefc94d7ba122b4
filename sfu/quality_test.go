package sfu_test

import (
	"testing"
	"time"

	"github.com/atrium-rtc/atrium/internal/testnet"
	"github.com/atrium-rtc/atrium/sfu"
)

// qualities returns the sound's and the picture's.
func (sub *subscriber) qualities() (sound, picture sfu.TrackQuality) {
	sub.s.t.Helper()
	list := sub.subscription.Quality()
	if len(list) != 2 || list[0].Kind != sfu.Audio || list[1].Kind != sfu.Video {
		sub.s.t.Fatalf("%+v, want sound and picture", list)
	}
	return list[0], list[1]
}

func TestQualityOfACleanCallIsGood(t *testing.T) {
	simulate(t, 1, func(t *testing.T, s *stage) {
		p := s.publish("10.0.1.1", false)
		sub := s.subscribe("10.0.2.1", p.publication)
		p.send(3 * time.Second)

		sound, picture := sub.qualities()
		if picture.FirstFrame <= 0 || picture.FirstFrame > time.Second {
			t.Errorf("the first frame came after %v", picture.FirstFrame)
		}
		for _, q := range []sfu.TrackQuality{sound, picture} {
			if q.Score <= 4 || q.Cause != sfu.CauseNone || q.Freezes != 0 || q.Loss != 0 || q.Paused {
				t.Errorf("%+v on a clean network", q)
			}
		}
		if at := (sfu.LayerIndex{}); picture.Layer != at || picture.Wanted != at {
			t.Errorf("layer %v of %v, want the only one", picture.Layer, picture.Wanted)
		}
		if none := (sfu.LayerIndex{Spatial: -1, Temporal: -1}); sound.Layer != none || sound.Wanted != none {
			t.Errorf("sound has layer %v of %v", sound.Layer, sound.Wanted)
		}
	})
}

func TestLossOnTheWayToTheSubscriberIsSeen(t *testing.T) {
	simulate(t, 2, func(t *testing.T, s *stage) {
		s.lossy = true
		p := s.publish("10.0.1.1", false)
		near, far := s.subscribe("10.0.2.1", p.publication), s.subscribe("10.0.2.2", p.publication)
		p.send(2 * time.Second)
		s.net.Host("10.0.2.2").SetDownlink(testnet.Link{Delay: 20 * time.Millisecond, Loss: 0.2})
		var causes int // found, in so many seconds
		const seconds = 10
		for range seconds {
			p.send(time.Second)
			if sound, picture := far.qualities(); sound.Cause == sfu.CauseDownlink && picture.Cause == sfu.CauseDownlink {
				causes++
			}
		}
		if causes < seconds-3 {
			t.Errorf("the downlink is the cause in %d of %d seconds", causes, seconds)
		}
		goodSound, goodPicture := near.qualities()
		badSound, badPicture := far.qualities()
		if badSound.Score >= goodSound.Score-0.5 || badPicture.Score >= goodPicture.Score-0.5 {
			t.Errorf("with a fifth lost, sound has %.2f and the picture %.2f; without, %.2f and %.2f",
				badSound.Score, badPicture.Score, goodSound.Score, goodPicture.Score)
		}
		if goodSound.Cause != sfu.CauseNone || goodPicture.Cause != sfu.CauseNone {
			t.Errorf("beside it, the causes %q and %q", goodSound.Cause, goodPicture.Cause)
		}
		if badSound.Loss < 0.1 || badSound.Loss > 0.3 {
			t.Errorf("%.0f %% of the sound lost, want 20", 100*badSound.Loss)
		}
	})
}

func TestWhatASubscriberMeasuresGoesToTheTrackItIsOf(t *testing.T) {
	simulate(t, 3, func(t *testing.T, s *stage) {
		p := s.publish("10.0.1.1", false)
		sub := s.subscribe("10.0.2.1", p.publication)
		p.send(2 * time.Second)
		sub.subscription.Reported(sfu.ReceiverStatistics{FramesDecoded: 60, Samples: 96_000})
		p.send(2 * time.Second)
		sub.subscription.Reported(sfu.ReceiverStatistics{
			FramesDecoded: 110, Freezes: 1, Frozen: 300 * time.Millisecond, Samples: 192_000, Concealed: 9600,
		})
		p.send(2 * time.Second)
		sound, picture := sub.qualities()
		if picture.Freezes != 1 || picture.Frozen != 300*time.Millisecond || picture.Loss != 0 {
			t.Errorf("%+v, want one freeze of 300 ms", picture)
		}
		if sound.Loss != 0.1 || sound.Freezes != 0 {
			t.Errorf("%+v, want a tenth concealed", sound)
		}
	})
}

// A client that measures freezes and nothing else is not taken for one that shows no
// frames.
func TestWhatIsNotMeasuredSpoilsNoScore(t *testing.T) {
	simulate(t, 4, func(t *testing.T, s *stage) {
		p := s.publish("10.0.1.1", false)
		sub := s.subscribe("10.0.2.1", p.publication)
		for range 4 {
			p.send(time.Second)
			sub.subscription.Reported(sfu.ReceiverStatistics{})
		}
		if sound, picture := sub.qualities(); sound.Score < 4 || picture.Score < 4 {
			t.Errorf("scores %.2f and %.2f of a clean call", sound.Score, picture.Score)
		}
	})
}

func TestTheVerdictFollowsTheLinkOfASubscriber(t *testing.T) {
	simulate(t, 4, func(t *testing.T, s *stage) {
		s.lossy = true
		p := s.publish("10.0.1.1", false)
		sub := s.newSubscriber("10.0.2.1")
		told := make(chan sfu.QualityVerdict, 100)
		var err error
		sub.subscription, err = s.engine.Subscribe(t.Context(), p.publication, sfu.SubscribeRequest{
			Offer: s.offerOf(sub.pc), Observer: sub.observer, Verdict: func(v sfu.QualityVerdict) { told <- v },
		})
		if err != nil {
			t.Fatal(err)
		}
		s.accept(sub.pc, sub.subscription.Answer())
		s.connected(sub.pc)
		p.send(5 * time.Second)
		if len(told) != 0 {
			t.Errorf("%+v on a clean network", <-told)
		}
		s.net.Host("10.0.2.1").SetDownlink(testnet.Link{Delay: 20 * time.Millisecond, Loss: 0.3})
		p.send(10 * time.Second)
		s.net.Host("10.0.2.1").SetDownlink(testnet.Link{})
		p.send(20 * time.Second)
		var list []sfu.QualityVerdict
		for len(told) > 0 {
			list = append(list, <-told)
		}
		if len(list) < 2 || len(list) > 6 || list[0].Cause != sfu.CauseDownlink || list[0].Verdict == sfu.VerdictGood ||
			list[0].Score == 0 || list[len(list)-1].Verdict != sfu.VerdictGood {
			t.Errorf("told %+v, want that it was bad because of the downlink, and good again", list)
		}
	})
}
