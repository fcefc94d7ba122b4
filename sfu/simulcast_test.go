package sfu_test

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/pion/rtcp"
	"github.com/pion/rtp"
	"github.com/pion/sdp/v3"
	"github.com/pion/webrtc/v4"

	"github.com/atrium-rtc/atrium/internal/rtptest"
	"github.com/atrium-rtc/atrium/sfu"
	"github.com/atrium-rtc/atrium/sfu/codec"
	"github.com/atrium-rtc/atrium/sfu/packet"
)

// encoder is a Pion client that sends three encodings of one camera.
type encoder struct {
	s           *stage
	publication *sfu.Publication
	tracks      []*webrtc.TrackLocalStaticRTP
	ladder      *rtptest.Ladder

	mu     sync.Mutex
	keys   [3]bool // keyframes that are asked for
	asked  [3][]time.Time
	active [3]bool
	told   [][]sfu.SubscribedLayer
}

// encode negotiates simulcast and waits until the connection stands.
func (s *stage) encode(ip string) *encoder {
	s.t.Helper()
	pc := s.client(ip)
	e := &encoder{s: s, keys: [3]bool{true, true, true}, active: [3]bool{true, true, true}}
	rungs := rtptest.DefaultRungs()
	var sender *webrtc.RTPSender
	for i, rung := range rungs {
		track, err := webrtc.NewTrackLocalStaticRTP(
			webrtc.RTPCodecCapability{MimeType: webrtc.MimeTypeVP8}, "video", "camera", webrtc.WithRTPStreamID(rung.RID))
		if err != nil {
			s.t.Fatal(err)
		}
		e.tracks = append(e.tracks, track)
		if i == 0 {
			init := webrtc.RTPTransceiverInit{Direction: webrtc.RTPTransceiverDirectionSendonly}
			tr, err := pc.AddTransceiverFromTrack(track, init)
			if err != nil {
				s.t.Fatal(err)
			}
			sender = tr.Sender()
		} else if err := sender.AddEncoding(track); err != nil {
			s.t.Fatal(err)
		}
	}
	var err error
	e.publication, err = s.engine.Publish(context.Background(), sfu.PublishRequest{
		Offer: s.offerOf(pc), Observer: &silent{}, Layers: e.hear,
	})
	if err != nil {
		s.t.Fatal(err)
	}
	s.accept(pc, e.publication.Answer())
	s.connected(pc)
	e.ladder = rtptest.NewLadder(rtptest.LadderConfig{
		Config: rtptest.Config{Codec: codec.VP8, Seed: 9}, Rungs: rungs,
		MID: pc.GetTransceivers()[0].Mid(), MIDID: extensionID(sender, sdp.SDESMidURI), RIDID: extensionID(sender, sdp.SDESRTPStreamIDURI),
	})
	encodings := sender.GetParameters().Encodings
	for i := range rungs {
		go e.readRTCP(sender, rungs[i].RID, i, uint32(encodings[i].SSRC))
	}
	return e
}

func extensionID(sender *webrtc.RTPSender, uri string) uint8 {
	for _, e := range sender.GetParameters().HeaderExtensions {
		if e.URI == uri {
			return uint8(e.ID)
		}
	}
	return 0
}

func (e *encoder) hear(layers []sfu.SubscribedLayer) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.told = append(e.told, layers)
	for i, l := range layers {
		e.keys[i] = e.keys[i] || l.Active && !e.active[i]
		e.active[i] = l.Active
	}
}

func (e *encoder) readRTCP(sender *webrtc.RTPSender, rid string, i int, ssrc uint32) {
	for {
		pkts, _, err := sender.ReadSimulcastRTCP(rid)
		if err != nil {
			return
		}
		for _, pkt := range pkts {
			pli, ok := pkt.(*rtcp.PictureLossIndication)
			if !ok || pli.MediaSSRC != ssrc {
				continue
			}
			e.mu.Lock()
			e.keys[i] = true
			e.asked[i] = append(e.asked[i], time.Now())
			e.mu.Unlock()
		}
	}
}

// send sends 30 pictures a second for d.
func (e *encoder) send(d time.Duration) {
	for end := time.Now().Add(d); time.Now().Before(end); time.Sleep(time.Second / 30) {
		e.mu.Lock()
		keys, active := e.keys, e.active
		for i := range active {
			e.keys[i] = e.keys[i] && !active[i]
		}
		e.mu.Unlock()
		for i, s := range e.ladder.Streams {
			if !active[i] {
				s.Skip(time.Second / 30)
				continue
			}
			for _, p := range s.Frame(rtptest.FrameOptions{Keyframe: keys[i], Octets: 600 << i}) {
				e.write(i, p)
			}
		}
	}
}

func (e *encoder) write(i int, p *rtp.Packet) {
	if err := e.tracks[i].WriteRTP(p); err != nil {
		e.s.t.Errorf("encoding %d: %v", i, err)
	}
}

func (e *encoder) wantSent(when string, want ...bool) {
	e.s.t.Helper()
	e.mu.Lock()
	defer e.mu.Unlock()
	if !slices.Equal(e.active[:], want) {
		e.s.t.Errorf("%s: encodings %v are sent, want %v; told %v", when, e.active, want, e.told)
	}
}

// newest returns the encoding of the last packet of video, and how many packets
// came.
func (sub *subscriber) newest() (encoding uint8, count int) {
	sub.mu.Lock()
	defer sub.mu.Unlock()
	if len(sub.video) == 0 {
		return 255, 0
	}
	stamp, _ := rtptest.ReadStamp(sub.video[len(sub.video)-1].Payload)
	return stamp.Encoding, len(sub.video)
}

func TestViewerMovesBetweenTheEncodingsOfAPionClient(t *testing.T) {
	simulate(t, 7, func(t *testing.T, s *stage) {
		e := s.encode("10.0.0.2")
		done := make(chan struct{})
		go func() { defer close(done); e.send(20 * time.Second) }()
		time.Sleep(time.Second)
		sub := s.subscribe("10.0.0.3", e.publication)
		for _, want := range []uint8{2, 0, 1, 2, 0} {
			layer := want
			if want == 2 {
				layer = sfu.AllLayers
			}
			sub.subscription.SetPreferredLayers(layer, sfu.AllLayers)
			time.Sleep(900 * time.Millisecond)
			if got, n := sub.newest(); got != want {
				t.Errorf("0.9 s after asking for encoding %d, %d is shown, after %d packets", want, got, n)
			}
			time.Sleep(time.Second)
		}
		<-done
		sub.conforms()
	})
}

// Nobody looks at the large encodings: the publisher is told to stop them, and
// to start them again when somebody does.
func TestEncodingsThatNobodyReceivesRest(t *testing.T) {
	simulate(t, 8, func(t *testing.T, s *stage) {
		e := s.encode("10.0.0.2")
		go e.send(40 * time.Second)
		sub := s.subscribe("10.0.0.3", e.publication)
		time.Sleep(7 * time.Second)
		e.wantSent("while everything is wanted", true, false, true)
		sub.subscription.SetPreferredLayers(0, sfu.AllLayers)
		time.Sleep(7 * time.Second)
		e.wantSent("while the smallest is shown", true, false, false)
		sub.subscription.SetPreferredLayers(sfu.AllLayers, sfu.AllLayers)
		time.Sleep(time.Second)
		if got, _ := sub.newest(); got != 2 {
			t.Errorf("a second after it was asked for again, encoding %d is shown", got)
		}
		time.Sleep(7 * time.Second)
		e.wantSent("after it was asked for again", true, false, true)
		sub.conforms()
		time.Sleep(20 * time.Second)
	})
}

// All at once, in 60 connections: 180 sources that no offer declares.
func TestMassJoinLosesNoEncoding(t *testing.T) {
	simulate(t, 9, func(t *testing.T, s *stage) {
		const publishers = 60
		encoders := make([]*encoder, publishers)
		for i := range encoders {
			encoders[i] = s.encode(fmt.Sprintf("10.0.1.%d", i+1))
		}
		var all sync.WaitGroup
		for _, e := range encoders {
			all.Go(func() { e.send(time.Second) })
		}
		all.Wait()
		synctest.Wait()
		for i, e := range encoders {
			for layer := range packet.Layer(3) {
				if n := e.publication.Stats().Ingress.Tracks[0].Encodings[layer].Packets; n < 20 {
					t.Errorf("publisher %d, encoding %d: %d packets in a second", i, layer, n)
				}
			}
			if n := e.publication.Stats().Ingress.Unrouted; n != 0 {
				t.Errorf("publisher %d: %d packets of nobody", i, n)
			}
		}
	})
}
