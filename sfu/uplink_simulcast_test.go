package sfu_test

import (
	"testing"
	"time"

	"github.com/pion/sdp/v3"
	"github.com/pion/webrtc/v4"

	"github.com/atrium-rtc/atrium/internal/rtptest"
	"github.com/atrium-rtc/atrium/internal/testnet"
	"github.com/atrium-rtc/atrium/sfu"
	"github.com/atrium-rtc/atrium/sfu/codec"
)

// ladder gives a stream a camera in three encodings. What it returns is ready to send after
// the next negotiation.
func (t *talker) ladder(stream string) *encoder {
	t.s.t.Helper()
	e := &encoder{s: t.s, keys: [3]bool{true, true, true}, active: [3]bool{true, true, true}}
	v := &voice{t: t, video: true, off: true}
	for i, rung := range rtptest.DefaultRungs() {
		track, err := webrtc.NewTrackLocalStaticRTP(
			webrtc.RTPCodecCapability{MimeType: webrtc.MimeTypeVP8}, stream, stream, webrtc.WithRTPStreamID(rung.RID))
		if err != nil {
			t.s.t.Fatal(err)
		}
		e.tracks = append(e.tracks, track)
		if i > 0 {
			if err := v.transceiver.Sender().AddEncoding(track); err != nil {
				t.s.t.Fatal(err)
			}
			continue
		}
		init := webrtc.RTPTransceiverInit{Direction: webrtc.RTPTransceiverDirectionSendonly}
		if v.transceiver, err = t.pc.AddTransceiverFromTrack(track, init); err != nil {
			t.s.t.Fatal(err)
		}
		t.prefer(v.transceiver, codec.VP8)
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.streams[stream] = append(t.streams[stream], v)
	t.layers[stream] = e.hear
	return e
}

// ready is called after the negotiation.
func (e *encoder) ready(v *voice) {
	sender := v.transceiver.Sender()
	rungs := rtptest.DefaultRungs()
	e.ladder = rtptest.NewLadder(rtptest.LadderConfig{
		Config: rtptest.Config{Codec: codec.VP8, Seed: 9}, Rungs: rungs, MID: v.transceiver.Mid(),
		MIDID: extensionID(sender, sdp.SDESMidURI), RIDID: extensionID(sender, sdp.SDESRTPStreamIDURI),
	})
	for i, encoding := range sender.GetParameters().Encodings {
		go e.readRTCP(sender, rungs[i].RID, i, uint32(encoding.SSRC))
	}
}

// The encodings of a camera are told apart, and rest, beside a screen in another codec; the
// names of the encodings are free again when the camera has gone.
func TestSimulcastBesideAScreenInAnotherCodec(t *testing.T) {
	simulate(t, 49, func(t *testing.T, s *stage) {
		s.net.Host("10.0.1.1").SetUplink(testnet.Link{Delay: 20 * time.Millisecond})
		p := s.talker("10.0.1.1")
		p.add("screen", codec.VP9)
		screen := p.negotiate(nil)["screen"]
		viewer := s.subscribe("10.0.2.1", screen)
		whileSending(p.send, func() {
			for range 2 {
				e := p.ladder("webcam")
				webcam := p.negotiate(nil)["webcam"]
				e.ready(p.streams["webcam"][0])
				sub := s.subscribe("10.0.2.2", webcam)
				sent := make(chan struct{})
				go func() { defer close(sent); e.send(9 * time.Second) }()
				time.Sleep(2 * time.Second)
				for i, encoding := range webcam.Stats().Ingress.Tracks[0].Encodings {
					if encoding.Packets < 40 {
						t.Errorf("encoding %d: %d packets in two seconds", i, encoding.Packets)
					}
				}
				if encoding, _ := sub.newest(); encoding != 2 {
					t.Errorf("encoding %d is shown, want the largest", encoding)
				}
				sub.subscription.SetPreferredLayers(0, sfu.AllLayers)
				<-sent
				e.wantSent("while the smallest is shown", true, false, false)
				if encoding, _ := sub.newest(); encoding != 0 {
					t.Errorf("encoding %d is shown, want the smallest", encoding)
				}
				sub.conforms()
				p.remove("webcam")
				p.negotiate(nil)
				<-sub.subscription.Done()
			}
		})
		if n := viewer.count(); n < 1500 {
			t.Errorf("%d packets of the screen", n)
		}
		if in := screen.Stats().Ingress.Tracks[0]; in.Lost > 0 || in.Restarts > 0 || in.Keyframes > 5 {
			t.Errorf("of the screen came %+v", in)
		}
		if failed := p.observer.failures(); len(failed) > 0 {
			t.Errorf("failures: %v", failed)
		}
	})
}
