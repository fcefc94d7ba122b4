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
	"github.com/atrium-rtc/atrium/sfu/codec"
)

func TestAScreenComesToACameraAndStaysWhenThatGoes(t *testing.T) {
	simulate(t, 41, func(t *testing.T, s *stage) {
		s.net.Host("10.0.1.1").SetUplink(testnet.Link{Delay: 20 * time.Millisecond})
		p := s.talker("10.0.1.1")
		p.add("webcam", codec.Opus)
		p.add("webcam", codec.VP8)
		webcam := p.negotiate(nil)["webcam"]
		sub := s.subscribe("10.0.2.1", webcam)
		p.send(3 * time.Second)
		if whole, all := sub.complete(); all < 80 || whole != all {
			t.Errorf("camera alone: %d of %d frames are whole", whole, all)
		}

		p.add("screen", codec.VP9)
		whileSending(p.send, func() {
			published := p.negotiate(nil)
			if len(published) != 1 || published["screen"] == nil {
				t.Fatalf("published %v, want the screen alone", published)
			}
			screen := published["screen"]
			third := s.subscribe("10.0.2.2", screen)
			time.Sleep(3 * time.Second)
			if n := third.count(); n < 100 {
				t.Errorf("%d packets of the screen", n)
			}
			p.remove("webcam")
			if published := p.negotiate(nil); len(published) != 0 {
				t.Errorf("published %v, want nothing new", published)
			}
			<-webcam.Done()
			<-sub.subscription.Done()
			before := third.count()
			time.Sleep(3 * time.Second)
			if n := third.count() - before; n < 200 {
				t.Errorf("%d packets of the screen in 3 s after the camera went", n)
			}
		})
		sub.conforms()
		if failed := append(p.observer.failures(), sub.observer.failures()...); len(failed) > 0 {
			t.Errorf("failures: %v", failed)
		}
	})
}

// The section of the camera is there from the beginning, without a source that is declared;
// what is sent in it begins three minutes later by replaceTrack.
func TestACameraMayBeginMinutesAfterItsSection(t *testing.T) {
	simulate(t, 42, func(t *testing.T, s *stage) {
		p := s.talker("10.0.1.1")
		p.undeclared = true
		p.add("webcam", codec.Opus)
		camera := p.add("webcam", codec.VP8)
		camera.off = true
		webcam := p.negotiate(nil)["webcam"]
		if err := camera.transceiver.Sender().ReplaceTrack(nil); err != nil { // Pion offers none without a track
			t.Fatal(err)
		}
		if _, video, _ := strings.Cut(p.offer, "m=video"); strings.Contains(video, "a=ssrc:") {
			t.Fatalf("sources are declared:\n%s", p.offer)
		}
		webcam.Mute(sfu.Video) // as the client says
		sub := s.subscribe("10.0.2.1", webcam)
		p.send(3 * time.Minute)
		if sound, picture := sub.qualities(); sound.Score < 4 || picture.Score != 0 || picture.Cause != sfu.CauseNone || picture.Freezes != 0 {
			t.Errorf("without a camera the sound is %+v, the picture %+v", sound, picture)
		}
		if n := sub.count(); n != 0 {
			t.Errorf("%d packets of video from a camera that is off", n)
		}

		if err := camera.transceiver.Sender().ReplaceTrack(camera.track); err != nil {
			t.Fatal(err)
		}
		webcam.Mute(0)
		camera.off = false
		camera.named()
		p.send(5 * time.Second)
		if whole, all := sub.complete(); all < 140 || whole != all {
			t.Errorf("%d of %d frames are whole, want all of about 150", whole, all)
		}
		if n := webcam.Stats().Ingress.Tracks[1].Packets; n < 400 {
			t.Errorf("%d packets of video came in", n)
		}
		if sound, picture := sub.qualities(); sound.Score < 4 || picture.Score < 4 || picture.Freezes != 0 {
			t.Errorf("with a camera the sound is %+v, the picture %+v", sound, picture)
		}
		sub.conforms()
	})
}

func TestAnUplinkRestartsICEWithItsOffers(t *testing.T) {
	for _, tt := range []struct {
		name  string
		moved bool
		more  bool
	}{
		{"on the same network", false, false},
		{"on another network", true, false},
		{"with a stream that begins", true, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			simulate(t, 43, func(t *testing.T, s *stage) {
				s.lossy = true
				p := s.talker("10.0.1.1")
				p.add("webcam", codec.Opus)
				p.add("webcam", codec.VP8)
				webcam := p.negotiate(nil)["webcam"]
				before := valueOf(p.answer, "a=ice-ufrag:")
				sub := s.subscribe("10.0.2.1", webcam)
				p.send(3 * time.Second)
				if tt.more {
					p.add("screen", codec.VP8)
				}
				var published map[string]*sfu.Publication
				whileSending(p.send, func() {
					if tt.moved {
						s.move("10.0.1.1", "10.0.1.2")
					}
					published = p.negotiate(&webrtc.OfferOptions{ICERestart: true})
				})
				if after := valueOf(p.answer, "a=ice-ufrag:"); after == before {
					t.Error("our username fragment is the old one")
				}
				p.send(3 * time.Second)
				n := sub.count()
				p.send(20 * time.Second)
				if n = sub.count() - n; n < 20*30*3 {
					t.Errorf("%d packets of video in 20 s after the restart", n)
				}
				if tt.more {
					if n := published["screen"].Stats().Ingress.Tracks[0].Packets; n < 1800 {
						t.Errorf("%d packets of the screen", n)
					}
				}
				if failed := p.observer.failures(); len(failed) > 0 {
					t.Errorf("given up: %v", failed)
				}
				sub.conforms()
			})
		})
	}
}

// An offer that is refused leaves the connection as it was, and the next one is answered.
func TestRefusedOffersChangeNothing(t *testing.T) {
	simulate(t, 44, func(t *testing.T, s *stage) {
		p := s.talker("10.0.1.1")
		if _, _, err := p.uplink.Negotiate(t.Context(), "v=0", nil); !errors.Is(err, sfu.ErrBadOffer) {
			t.Errorf("no SDP at first: %v", err)
		}
		p.add("webcam", codec.Opus)
		p.add("webcam", codec.VP8)
		webcam := p.negotiate(nil)["webcam"]
		sub := s.subscribe("10.0.2.1", webcam)
		p.send(time.Second)
		other := s.talker("10.0.1.9")
		other.add("webcam", codec.Opus)
		other.add("webcam", codec.VP8)
		foreign := s.offerOf(other.pc)
		for name, tt := range map[string]struct {
			offer string
			list  []sfu.UplinkStream
			want  error
		}{
			"no SDP":                {"v=0", p.listed(), sfu.ErrBadOffer},
			"no sections":           {strings.Split(p.offer, "m=")[0], p.listed(), sfu.ErrNoMedia},
			"of another connection": {foreign, p.listed(), sfu.ErrBadOffer},
			"no such section":       {p.offer, append(p.listed(), sfu.UplinkStream{ID: "x", MIDs: []string{"9"}}), sfu.ErrBadOffer},
			"other sections":        {p.offer, []sfu.UplinkStream{{ID: "webcam", MIDs: []string{"1"}}}, sfu.ErrBadOffer},
			"too short credentials": {strings.ReplaceAll(p.offer, "a=ice-pwd:", "a=ice-pwd:-"), p.listed(), sfu.ErrBadOffer},
		} {
			if _, _, err := p.uplink.Negotiate(t.Context(), tt.offer, tt.list); !errors.Is(err, tt.want) {
				t.Errorf("%s: %v, want %v", name, err, tt.want)
			}
		}
		if err := webcamIsAlone(webcam); err != nil {
			t.Error(err)
		}
		whileSending(p.send, func() {
			p.add("screen", codec.VP8)
			if screen := p.negotiate(nil)["screen"]; screen == nil {
				t.Error("the screen is not published")
			}
		})
		if whole, all := sub.complete(); all < 50 || whole != all {
			t.Errorf("%d of %d frames are whole", whole, all)
		}
		if failed := p.observer.failures(); len(failed) > 0 {
			t.Errorf("failures: %v", failed)
		}
		other.uplink.Close()
		<-other.uplink.Done()
		if _, _, err := other.uplink.Negotiate(t.Context(), foreign, other.listed()); !errors.Is(err, sfu.ErrClosed) {
			t.Errorf("a closed connection: %v, want ErrClosed", err)
		}
	})
}

func webcamIsAlone(p *sfu.Publication) error {
	if _, err := p.Restart(context.Background(), sfu.ICECredentials{}); !errors.Is(err, sfu.ErrBadOffer) {
		return fmt.Errorf("restart of one stream: %w, want ErrBadOffer", err)
	}
	select {
	case <-p.Done():
		return errors.New("the stream is gone")
	default:
	}
	if a := p.Answer(); a != "" {
		return fmt.Errorf("it has an answer of its own: %q", a)
	}
	return nil
}

// Each time a screen comes and goes, on sections that are used again. Nothing grows but
// what Pion remembers of sources.
func TestAHundredNegotiations(t *testing.T) {
	simulate(t, 45, func(t *testing.T, s *stage) {
		p := s.talker("10.0.1.1")
		p.add("webcam", codec.Opus)
		p.add("webcam", codec.VP8)
		webcam := p.negotiate(nil)["webcam"]
		sub := s.subscribe("10.0.2.1", webcam)
		whileSending(p.send, func() {
			for range 50 {
				v := p.share("screen")
				screen := p.negotiate(nil)["screen"]
				time.Sleep(500 * time.Millisecond)
				if n := screen.Stats().Ingress.Tracks[0].Packets; n < 20 {
					t.Fatalf("%d packets of a screen in half a second", n)
				}
				v.stop()
				p.remove("screen")
				p.negotiate(nil)
				<-screen.Done()
			}
		})
		if whole, all := sub.complete(); all < 700 || whole != all {
			t.Errorf("%d of %d frames of the camera are whole", whole, all)
		}
		st := s.engine.Stats()
		if in := st.Ingress.All(); st.Publications != 1 || st.Tracks[codec.VP8] != 1 || in.Packets < 7000 || in.Lost > 0 {
			t.Errorf("publications %d, tracks %v, received %+v", st.Publications, st.Tracks, in)
		}
		if failed := p.observer.failures(); len(failed) > 0 {
			t.Errorf("failures: %v", failed)
		}
		sub.conforms()
	})
}

// What a moderator or the application ends does not touch the rest, and may come again.
func TestClosingOnePublicationLeavesTheOthers(t *testing.T) {
	simulate(t, 46, func(t *testing.T, s *stage) {
		p := s.talker("10.0.1.1")
		p.add("webcam", codec.VP8)
		p.add("screen", codec.VP8)
		published := p.negotiate(nil)
		camera, screen := s.subscribe("10.0.2.1", published["webcam"]), s.subscribe("10.0.2.2", published["screen"])
		p.send(time.Second)
		published["screen"].Close()
		<-published["screen"].Done()
		<-screen.subscription.Done()
		p.send(2 * time.Second) // the client goes on sending, and hears of it by signaling
		if whole, all := camera.complete(); all < 85 || whole != all {
			t.Errorf("%d of %d frames of the camera are whole", whole, all)
		}
		again := p.negotiate(nil)
		if len(again) != 1 || again["screen"] == nil {
			t.Fatalf("published %v, want the screen again", again)
		}
		viewer := s.subscribe("10.0.2.3", again["screen"])
		p.send(2 * time.Second)
		if whole, all := viewer.complete(); all < 50 || whole != all {
			t.Errorf("%d of %d frames of the screen are whole", whole, all)
		}
		p.uplink.Close()
		<-p.uplink.Done()
		<-published["webcam"].Done()
		<-camera.subscription.Done()
		<-viewer.subscription.Done()
		if failed := p.observer.failures(); len(failed) > 0 {
			t.Errorf("an uplink that we closed reported %v", failed)
		}
	})
}

func TestALostUplinkEndsAllItsPublications(t *testing.T) {
	simulate(t, 47, func(t *testing.T, s *stage) {
		p := s.talker("10.0.1.1")
		p.add("webcam", codec.VP8)
		p.add("screen", codec.VP8)
		published := p.negotiate(nil)
		p.send(time.Second)
		s.net.Host("10.0.1.1").SetUplink(testnet.Link{Loss: 1})
		s.net.Host("10.0.1.1").SetDownlink(testnet.Link{Loss: 1})
		<-published["webcam"].Done()
		<-published["screen"].Done()
		<-p.uplink.Done()
		if failed := p.observer.failures(); len(failed) != 1 {
			t.Errorf("failures: %v, want one", failed)
		}
		if _, _, err := p.uplink.Negotiate(t.Context(), p.offer, p.listed()); !errors.Is(err, sfu.ErrClosed) {
			t.Errorf("negotiating on it: %v, want ErrClosed", err)
		}
	})
}

// The numbers that a publisher's estimate goes by are those of its whole connection: of
// sections that are muted or have ended too.
func TestTransportWideFeedbackCoversAllSections(t *testing.T) {
	simulate(t, 48, func(t *testing.T, s *stage) {
		p := s.talker("10.0.1.1")
		p.add("webcam", codec.Opus)
		p.add("webcam", codec.VP8)
		p.add("screen", codec.VP8)
		published := p.negotiate(nil)
		p.numbered()
		p.send(3 * time.Second)
		published["webcam"].Mute(sfu.Video)
		p.send(3 * time.Second)
		published["screen"].Close()
		<-published["screen"].Done()
		p.send(3 * time.Second)
		time.Sleep(time.Second)
		p.mu.Lock()
		defer p.mu.Unlock()
		if int(p.sequence) < 1500 || p.acked < int(p.sequence)-20 || p.missing != 0 {
			t.Errorf("of %d packets %d are reported to have come and %d to be missing", p.sequence, p.acked, p.missing)
		}
	})
}
