package sfu_test

import (
	"context"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pion/rtp"
	"github.com/pion/webrtc/v4"

	"github.com/atrium-rtc/atrium/internal/sfutest"
	"github.com/atrium-rtc/atrium/sfu"
)

// way is how clients reach the server in a test.
type way struct {
	name     string
	protocol webrtc.ICEProtocol // of the selected candidates of the client
	kind     webrtc.ICECandidateType
	client   func(*site) *webrtc.PeerConnection
}

func ways() []way {
	relayed := func(i int) func(*site) *webrtc.PeerConnection {
		return func(s *site) *webrtc.PeerConnection {
			pc := s.newClient(webrtc.NetworkTypeUDP4)
			configuration := pc.GetConfiguration()
			configuration.ICEServers = []webrtc.ICEServer{{
				URLs: s.turn.URLs[i : i+1], Username: s.turn.Username, Credential: s.turn.Credential,
			}}
			configuration.ICETransportPolicy = webrtc.ICETransportPolicyRelay
			if err := pc.SetConfiguration(configuration); err != nil {
				s.Fatal(err)
			}
			return pc
		}
	}
	return []way{
		{"over UDP", webrtc.ICEProtocolUDP, webrtc.ICECandidateTypeHost, func(s *site) *webrtc.PeerConnection { return s.newClient(webrtc.NetworkTypeUDP4) }},
		{"over ICE-TCP", webrtc.ICEProtocolTCP, webrtc.ICECandidateTypeHost, func(s *site) *webrtc.PeerConnection { return s.newClient(webrtc.NetworkTypeTCP4) }},
		{"by TURN over UDP", webrtc.ICEProtocolUDP, webrtc.ICECandidateTypeRelay, relayed(0)},
		{"by TURN over TCP", webrtc.ICEProtocolUDP, webrtc.ICECandidateTypeRelay, relayed(1)},
	}
}

// A restart leaves nothing of the path before it, so media after it came by a new one.
func TestICERestartsOnEveryWayToTheServer(t *testing.T) {
	for _, w := range ways() {
		for name, lite := range map[string]bool{"": false, ", ICE-lite": true} {
			t.Run(w.name+name, func(t *testing.T) {
				s := newSite(t, sfu.ListenConfig{Addresses: []netip.Addr{loopback4}}, lite)
				s.turn = sfutest.Relay(t, s.ports)
				s.client = func() *webrtc.PeerConnection { return w.client(s) }
				publisher, track, publication, observer := s.publish()
				viewer, subscription, packets := s.view(publication)
				s.speak(track)
				flows := func(when string) {
					t.Helper()
					from := packets.Load()
					s.eventually("media "+when, func() bool { return packets.Load() >= from+20 })
					s.goes(publisher.GetSenders()[0].Transport(), w)
					s.goes(viewer.GetReceivers()[0].Transport(), w)
				}
				flows("at first")
				for range 2 {
					s.restart(publisher, publication.Restart, publication)
					flows("after the publisher's restart")
					s.restart(viewer, subscription.Restart, subscription)
					flows("after the viewer's restart")
				}
				if failed := observer.failures(); len(failed) > 0 {
					t.Errorf("given up: %v", failed)
				}
			})
		}
	}
}

// view connects a listener and counts what it gets.
func (s *site) view(publication *sfu.Publication) (*webrtc.PeerConnection, *sfu.Subscription, *atomic.Int64) {
	s.Helper()
	pc, packets := s.client(), &atomic.Int64{}
	init := webrtc.RTPTransceiverInit{Direction: webrtc.RTPTransceiverDirectionRecvonly}
	if _, err := pc.AddTransceiverFromKind(webrtc.RTPCodecTypeAudio, init); err != nil {
		s.Fatal(err)
	}
	pc.OnTrack(func(t *webrtc.TrackRemote, _ *webrtc.RTPReceiver) {
		for {
			if _, _, err := t.ReadRTP(); err != nil {
				return
			}
			packets.Add(1)
		}
	})
	subscription, err := s.engine.Subscribe(s.ctx, publication, sfu.SubscribeRequest{Offer: s.offer(pc), Observer: &silent{}})
	if err != nil {
		s.Fatal(err)
	}
	s.connect(pc, subscription.Answer())
	return pc, subscription, packets
}

// speak sends sound until the test ends.
func (s *site) speak(track *webrtc.TrackLocalStaticRTP) {
	done, stop := make(chan struct{}), make(chan struct{})
	s.Cleanup(func() { close(stop); <-done })
	go func() {
		defer close(done)
		tick := time.NewTicker(10 * time.Millisecond)
		defer tick.Stop()
		for seq := uint16(0); ; seq++ {
			select {
			case <-tick.C:
			case <-stop:
				return
			}
			header := rtp.Header{Version: 2, SequenceNumber: seq, Timestamp: 960 * uint32(seq)}
			_ = track.WriteRTP(&rtp.Packet{Header: header, Payload: make([]byte, 80)}) // fails while there is no path
		}
	}()
}

// restart begins ICE anew, as signaling does it.
func (s *site) restart(pc *webrtc.PeerConnection, begin func(context.Context, sfu.ICECredentials) (string, error), of trickled) {
	s.Helper()
	offer, err := pc.CreateOffer(&webrtc.OfferOptions{ICERestart: true})
	if err != nil {
		s.Fatal(err)
	}
	gathered := webrtc.GatheringCompletePromise(pc)
	if err := pc.SetLocalDescription(offer); err != nil {
		s.Fatal(err)
	}
	s.await(gathered, "candidates")
	text := pc.LocalDescription().SDP
	answer, err := begin(s.ctx, sfu.ICECredentials{Ufrag: valueOf(text, "a=ice-ufrag:"), Password: valueOf(text, "a=ice-pwd:")})
	if err != nil {
		s.Fatal(err)
	}
	if err := pc.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeAnswer, SDP: s.route(answer)}); err != nil {
		s.Fatal(err)
	}
	for line := range strings.Lines(text) {
		if c, ok := strings.CutPrefix(strings.TrimSpace(line), "a=candidate:"); ok {
			if err := of.AddICECandidate(sfu.Candidate{Candidate: "candidate:" + c, SDPMid: "0"}); err != nil {
				s.Error(err)
			}
		}
	}
}

// goes fails unless a client's selected candidate is of the way.
func (s *site) goes(transport *webrtc.DTLSTransport, w way) {
	s.Helper()
	var pair *webrtc.ICECandidatePair
	s.eventually("a candidate pair is selected", func() bool { // media may go before that
		pair, _ = transport.ICETransport().GetSelectedCandidatePair()
		return pair != nil
	})
	if pair.Local.Protocol != w.protocol || pair.Local.Typ != w.kind {
		s.Errorf("the client uses %v, want %v %v", pair.Local, w.protocol, w.kind)
	}
}
