package sfu_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/pion/webrtc/v4"

	"github.com/atrium-rtc/atrium/internal/testnet"
	"github.com/atrium-rtc/atrium/sfu"
)

func TestCallDeliversEveryPacketOnACleanNetwork(t *testing.T) {
	simulate(t, 1, func(t *testing.T, s *stage) {
		p := s.publish("10.0.1.1", false)
		sub := s.subscribe("10.0.2.1", p.publication)
		p.send(10 * time.Second)
		time.Sleep(time.Second)

		whole, all := sub.complete()
		if all < 290 || whole != all {
			t.Errorf("%d of %d frames are whole, want all of about 300", whole, all)
		}
		sub.mu.Lock()
		defer sub.mu.Unlock()
		if n := len(sub.audio); n < 490 || n > 501 {
			t.Errorf("%d audio packets, want about 500", n)
		}
		for i := 1; i < len(sub.video); i++ {
			if got, want := sub.video[i].SequenceNumber, sub.video[i-1].SequenceNumber+1; got != want {
				t.Fatalf("video sequence number %d follows %d", got, want-1)
			}
		}
		sub.conforms()
		if a, v := sub.streams[webrtc.RTPCodecTypeAudio], sub.streams[webrtc.RTPCodecTypeVideo]; a != v || a == "" {
			t.Errorf("sound is in stream %q and picture in %q, want the same", a, v)
		}
	})
}

func TestFirstPictureComesWithinHalfASecond(t *testing.T) {
	simulate(t, 2, func(t *testing.T, s *stage) {
		s.net.Host("10.0.1.1").SetUplink(testnet.Link{Delay: 20 * time.Millisecond})
		s.net.Host("10.0.2.1").SetUplink(testnet.Link{Delay: 20 * time.Millisecond})
		p := s.publish("10.0.1.1", false)
		done := make(chan struct{})
		go func() { defer close(done); p.send(5 * time.Second) }()
		time.Sleep(2 * time.Second)
		sub := s.subscribe("10.0.2.1", p.publication)
		time.Sleep(500 * time.Millisecond)
		if len(sub.frames()) == 0 {
			t.Error("no frame within 500 ms of the connection")
		}
		<-done
	})
}

func TestLossIsRepairedOnBothSides(t *testing.T) {
	for _, loss := range []float64{0.02, 0.05} {
		t.Run(fmt.Sprint(loss), func(t *testing.T) {
			simulate(t, 3, func(t *testing.T, s *stage) {
				s.lossy = true
				lossy := testnet.Link{Delay: 25 * time.Millisecond, Loss: loss}
				for _, host := range []string{"10.0.1.1", "10.0.2.1"} {
					s.net.Host(host).SetUplink(lossy)
					s.net.Host(host).SetDownlink(lossy)
				}
				p := s.publish("10.0.1.1", false)
				sub := s.subscribe("10.0.2.1", p.publication)
				p.send(30 * time.Second)
				time.Sleep(2 * time.Second)

				whole, all := sub.complete()
				sub.conforms()
				if all < 800 || float64(whole) < 0.99*float64(all) {
					t.Errorf("%d of %d frames are whole, want 99%%", whole, all)
				}
				in := p.publication.Stats().Ingress.Tracks[1]
				if in.Nacked == 0 || in.Repaired == 0 {
					t.Errorf("asked for %d and repaired %d packets of the publisher, want some", in.Nacked, in.Repaired)
				}
				out := sub.subscription.Stats()[1]
				if out.Retransmitted == 0 {
					t.Error("nothing was retransmitted to the subscriber")
				}
				t.Logf("whole %d/%d, ingress %+v, egress %+v", whole, all, in, out)
			})
		})
	}
}

func TestLoopbackReturnsOwnMedia(t *testing.T) {
	simulate(t, 4, func(t *testing.T, s *stage) {
		p := s.publish("10.0.1.1", true)
		p.send(2 * time.Second)
		kinds := make(map[webrtc.RTPCodecType]bool)
		for range 2 {
			kinds[(<-p.received).Kind()] = true
		}
		if !kinds[webrtc.RTPCodecTypeAudio] || !kinds[webrtc.RTPCodecTypeVideo] {
			t.Errorf("came back: %v, want audio and video", kinds)
		}
	})
}

func TestSubscriberWithoutTheCodecIsTold(t *testing.T) {
	simulate(t, 5, func(t *testing.T, s *stage) {
		p := s.publish("10.0.1.1", false)
		sub := s.newSubscriber("10.0.2.1",
			webrtc.RTPCodecParameters{RTPCodecCapability: webrtc.RTPCodecCapability{
				MimeType: webrtc.MimeTypeOpus, ClockRate: 48000, Channels: 2,
			}, PayloadType: 111},
			webrtc.RTPCodecParameters{RTPCodecCapability: webrtc.RTPCodecCapability{
				MimeType: webrtc.MimeTypeVP9, ClockRate: 90000,
			}, PayloadType: 98})
		_, err := s.engine.Subscribe(context.Background(), p.publication, sfu.SubscribeRequest{
			Offer: s.offerOf(sub.pc), Observer: sub.observer,
		})
		if !errors.Is(err, sfu.ErrCodecMismatch) {
			t.Fatalf("got %v, want ErrCodecMismatch", err)
		}
		if want := "VP8"; !strings.Contains(err.Error(), want) {
			t.Errorf("the error %q does not name %s", err, want)
		}
	})
}

func TestPayloadTypesMayDifferBetweenPublisherAndSubscriber(t *testing.T) {
	simulate(t, 6, func(t *testing.T, s *stage) {
		p := s.publish("10.0.1.1", false)
		sub := s.subscribe("10.0.2.1", p.publication,
			webrtc.RTPCodecParameters{RTPCodecCapability: webrtc.RTPCodecCapability{
				MimeType: webrtc.MimeTypeOpus, ClockRate: 48000, Channels: 2,
			}, PayloadType: 103},
			webrtc.RTPCodecParameters{RTPCodecCapability: webrtc.RTPCodecCapability{
				MimeType: webrtc.MimeTypeVP8, ClockRate: 90000,
			}, PayloadType: 121})
		p.send(2 * time.Second)
		sub.mu.Lock()
		defer sub.mu.Unlock()
		if len(sub.video) == 0 || len(sub.audio) == 0 {
			t.Fatalf("%d video and %d audio packets came", len(sub.video), len(sub.audio))
		}
		if v, a := sub.video[0].PayloadType, sub.audio[0].PayloadType; v != 121 || a != 103 {
			t.Errorf("payload types %d and %d, want the subscriber's 121 and 103", v, a)
		}
	})
}

func TestClosingThePublicationEndsItsSubscriptions(t *testing.T) {
	simulate(t, 7, func(t *testing.T, s *stage) {
		p := s.publish("10.0.1.1", false)
		sub := s.subscribe("10.0.2.1", p.publication)
		p.send(time.Second)
		p.publication.Close()
		<-p.publication.Done()
		<-sub.subscription.Done()
		if f := sub.observer.failures(); len(f) != 0 {
			t.Errorf("a subscription closed by us reported %q", f)
		}
		_, err := s.engine.Subscribe(context.Background(), p.publication, sfu.SubscribeRequest{
			Offer: s.offerOf(s.newSubscriber("10.0.2.2").pc), Observer: &silent{},
		})
		if !errors.Is(err, sfu.ErrClosed) {
			t.Errorf("subscribing to a closed publication: %v, want ErrClosed", err)
		}
	})
}

func TestVanishedClientIsReportedAndCleanedUp(t *testing.T) {
	simulate(t, 8, func(t *testing.T, s *stage) {
		p := s.publish("10.0.1.1", false)
		sub := s.subscribe("10.0.2.1", p.publication)
		p.send(time.Second)
		dead := testnet.Link{Loss: 1}
		s.net.Host("10.0.2.1").SetUplink(dead)
		s.net.Host("10.0.2.1").SetDownlink(dead)
		start := time.Now()
		<-sub.subscription.Done()
		if gone := time.Since(start); gone > 20*time.Second {
			t.Errorf("gone after %v, want at most 20 s", gone)
		}
		if f := sub.observer.failures(); len(f) != 1 {
			t.Errorf("reported %q, want one failure", f)
		}
		if f := p.observer.failures(); len(f) != 0 {
			t.Errorf("the publisher was told %q", f)
		}
	})
}
