package sfu_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/pion/webrtc/v4"

	"github.com/atrium-rtc/atrium/internal/rtptest"
	"github.com/atrium-rtc/atrium/sfu"
	"github.com/atrium-rtc/atrium/sfu/codec"
)

// invite makes an offer for sound and a picture.
func (s *stage) invite(observer sfu.Observer) *sfu.Offering {
	s.t.Helper()
	o, err := s.engine.Offer(context.Background(), sfu.OfferRequest{Kinds: sfu.Audio | sfu.Video, Observer: observer})
	if err != nil {
		s.t.Fatal(err)
	}
	return o
}

// answering is a client that answers an offer with what it sends.
func (s *stage) answering(ip, offer string) (*publisher, string) {
	s.t.Helper()
	p := &publisher{
		s: s, pc: s.client(ip), observer: &silent{}, video: vp8Track(s), audio: opusTrack(s),
		camera: rtptest.NewStream(rtptest.Config{Codec: codec.VP8, Seed: 1}),
		mic:    rtptest.NewStream(rtptest.Config{Codec: codec.Opus, Seed: 2}),
		plis:   make(chan time.Time, 1000),
	}
	if err := p.pc.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeOffer, SDP: offer}); err != nil {
		s.t.Fatalf("offer refused by the client: %v\n%s", err, offer)
	}
	for _, track := range []webrtc.TrackLocal{p.audio, p.video} {
		sender, err := p.pc.AddTrack(track)
		if err != nil {
			s.t.Fatal(err)
		}
		go p.readRTCP(sender)
	}
	answer, err := p.pc.CreateAnswer(nil)
	if err != nil {
		s.t.Fatal(err)
	}
	gathered := webrtc.GatheringCompletePromise(p.pc)
	if err := p.pc.SetLocalDescription(answer); err != nil {
		s.t.Fatal(err)
	}
	<-gathered
	return p, p.pc.LocalDescription().SDP
}

func TestAClientPublishesByAnsweringTheServersOffer(t *testing.T) {
	simulate(t, 81, func(t *testing.T, s *stage) {
		offering := s.invite(&silent{})
		p, answer := s.answering("10.0.1.1", offering.Offer())
		var err error
		if p.publication, err = offering.Complete(context.Background(), answer); err != nil {
			t.Fatal(err)
		}
		s.connected(p.pc)
		sub := s.subscribe("10.0.2.1", p.publication)
		p.send(10 * time.Second)
		time.Sleep(time.Second)
		if whole, all := sub.complete(); all < 290 || whole != all {
			t.Errorf("%d of %d frames are whole, want all of about 300", whole, all)
		}
		sub.conforms()
		if n := len(sub.audio); n < 490 {
			t.Errorf("%d packets of sound, want about 500", n)
		}
		if st := s.engine.Stats(); st.Publications != 1 || st.Peers != 2 || st.Published != 1 || st.Tracks[codec.VP8] != 1 {
			t.Errorf("%d publications of %d connections, %d ever, %d tracks of VP8", st.Publications, st.Peers, st.Published, st.Tracks[codec.VP8])
		}
		if _, err := p.publication.Restart(context.Background(), sfu.ICECredentials{Ufrag: "abcd", Password: strings.Repeat("x", 22)}); !errors.Is(err, sfu.ErrBadOffer) {
			t.Errorf("restart: %v, want ErrBadOffer", err)
		}
	})
}

func TestAnOfferThatNobodyAnswersEndsByItself(t *testing.T) {
	simulate(t, 82, func(t *testing.T, s *stage) {
		observer := &silent{}
		s.invite(observer)
		time.Sleep(29 * time.Second)
		if n := s.engine.Stats().Peers; n != 1 || len(observer.failures()) != 0 {
			t.Errorf("after 29 s %d connections wait, and it is said that %v", n, observer.failures())
		}
		time.Sleep(2 * time.Second)
		st := s.engine.Stats()
		if st.Peers != 0 || len(observer.failures()) != 1 {
			t.Errorf("after 31 s %d connections wait, and it is said that %v", st.Peers, observer.failures())
		}
		wantOutcomes(t, st, sfu.ICEOutcomes{Closed: 1}, sfu.DTLSOutcomes{})
	})
}

func TestAnOfferIsWithdrawn(t *testing.T) {
	simulate(t, 83, func(t *testing.T, s *stage) {
		offering := s.invite(&silent{})
		offering.Close()
		synctest.Wait()
		if _, err := offering.Complete(context.Background(), ""); !errors.Is(err, sfu.ErrClosed) {
			t.Errorf("an answer to it: %v, want ErrClosed", err)
		}
	})
}

func TestAnswersThatAreNoneWithdrawTheOffer(t *testing.T) {
	simulate(t, 84, func(t *testing.T, s *stage) {
		receives := func(answer string) string { return strings.ReplaceAll(answer, "a=sendonly", "a=inactive") }
		for name, test := range map[string]struct {
			change func(string) string
			want   error
		}{
			"no SDP":    {func(string) string { return "hello" }, sfu.ErrBadOffer},
			"no media":  {receives, sfu.ErrNoMedia},
			"no bundle": {func(s string) string { return strings.ReplaceAll(s, "a=group", "x=group") }, sfu.ErrBadOffer},
		} {
			offering := s.invite(&silent{})
			_, answer := s.answering("10.0.1.1", offering.Offer())
			if _, err := offering.Complete(context.Background(), test.change(answer)); !errors.Is(err, test.want) {
				t.Errorf("%s: %v, want %v", name, err, test.want)
			}
			synctest.Wait()
			if n := s.engine.Stats().Peers; n != 0 {
				t.Errorf("%s: %d connections are left", name, n)
			}
		}
		if _, err := s.engine.Offer(context.Background(), sfu.OfferRequest{}); !errors.Is(err, sfu.ErrNoMedia) {
			t.Errorf("an offer of nothing: %v, want ErrNoMedia", err)
		}
	})
}
