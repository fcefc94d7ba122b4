package sfu_test

import (
	"context"
	"net"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pion/dtls/v3"
	"github.com/pion/ice/v4"
	"github.com/pion/rtp"
	"github.com/pion/webrtc/v4"
	"go.uber.org/goleak"

	"github.com/atrium-rtc/atrium/internal/iceserver"
	"github.com/atrium-rtc/atrium/sfu"
	"github.com/atrium-rtc/atrium/sfu/udp"
)

// How an Engine on real sockets is reached. Everything stays on loopback; the
// deadline is for a machine that is stuck, no test waits for time.
const reachTimeout = 30 * time.Second

var (
	loopback4 = netip.MustParseAddr("127.0.0.1")
	loopback6 = netip.MustParseAddr("::1")
)

// site is an Engine on real sockets with clients of its own kind.
type site struct {
	testing.TB
	ctx    context.Context
	ports  *sfu.Ports
	engine *sfu.Engine
	client func() *webrtc.PeerConnection
	turn   iceserver.Server // zero for none
	// profiles are the client's SRTP protection profiles, nil for Pion's choice.
	profiles []dtls.SRTPProtectionProfile
	// route is what the network between client and server does to the candidates
	// of an answer.
	route func(answer string) string
}

func newSite(t testing.TB, listen sfu.ListenConfig, lite bool) *site {
	t.Helper()
	return newSiteOf(t, listen, sfu.Config{ICELite: lite})
}

func newSiteOf(t testing.TB, listen sfu.ListenConfig, cfg sfu.Config) *site {
	t.Helper()
	before := goleak.IgnoreCurrent()
	t.Cleanup(func() { goleak.VerifyNone(t, before) })
	ctx, cancel := context.WithTimeout(t.Context(), reachTimeout)
	t.Cleanup(cancel)
	ports, err := sfu.Listen(ctx, listen)
	if err != nil {
		t.Fatal(err)
	}
	cfg.Ports, cfg.Shards = ports, 1
	engine, err := sfu.New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := engine.Close(); err != nil {
			t.Errorf("close engine: %v", err)
		}
	})
	s := &site{TB: t, ctx: ctx, ports: ports, engine: engine, route: loopbackOnly}
	s.client = func() *webrtc.PeerConnection { return s.newClient(webrtc.NetworkTypeUDP4) }
	return s
}

// newClient makes a client that uses only these networks. Pion does not gather
// ::1 by itself, so a client with IPv6 has a mux on it.
func (s *site) newClient(networks ...webrtc.NetworkType) *webrtc.PeerConnection {
	s.Helper()
	var settings webrtc.SettingEngine
	settings.SetNetworkTypes(networks)
	settings.SetIncludeLoopbackCandidate(true)
	settings.SetIPFilter(func(ip net.IP) bool { return ip.IsLoopback() })
	settings.SetICEMulticastDNSMode(ice.MulticastDNSModeDisabled)
	settings.SetSRTPProtectionProfiles(s.profiles...)
	settings.SetRelayAcceptanceMinWait(0)
	if slices.Contains(networks, webrtc.NetworkTypeUDP6) {
		sockets, err := udp.Listen(udp.ListenConfig{Addresses: []netip.Addr{loopback6}})
		if err != nil {
			s.Fatal(err)
		}
		mux, err := udp.New(udp.Config{Sockets: sockets})
		if err != nil {
			s.Fatal(err)
		}
		s.Cleanup(func() { _ = mux.Close() })
		settings.SetICEUDPMux(mux)
	}
	pc, err := webrtc.NewAPI(webrtc.WithSettingEngine(settings)).NewPeerConnection(webrtc.Configuration{})
	if err != nil {
		s.Fatal(err)
	}
	s.Cleanup(func() { _ = pc.GracefulClose() })
	return pc
}

// offer returns the client's offer, complete with candidates.
func (s *site) offer(pc *webrtc.PeerConnection) string {
	s.Helper()
	offer, err := pc.CreateOffer(nil)
	if err != nil {
		s.Fatal(err)
	}
	gathered := webrtc.GatheringCompletePromise(pc)
	if err := pc.SetLocalDescription(offer); err != nil {
		s.Fatal(err)
	}
	s.await(gathered, "candidates")
	return pc.LocalDescription().SDP
}

// await waits for a channel.
func (s *site) await(c <-chan struct{}, what string) {
	s.Helper()
	select {
	case <-c:
	case <-s.ctx.Done():
		s.Fatalf("waited in vain for: %s", what)
	}
}

// eventually waits until something holds.
func (s *site) eventually(what string, holds func() bool) {
	s.Helper()
	look := time.NewTicker(time.Millisecond)
	defer look.Stop()
	for !holds() {
		select {
		case <-look.C:
		case <-s.ctx.Done():
			s.Fatalf("waited in vain for: %s", what)
		}
	}
}

// connect gives the client its answer and waits until the connection stands.
func (s *site) connect(pc *webrtc.PeerConnection, answer string) {
	s.Helper()
	connected := make(chan struct{})
	var once sync.Once
	pc.OnConnectionStateChange(func(state webrtc.PeerConnectionState) {
		if state == webrtc.PeerConnectionStateConnected {
			once.Do(func() { close(connected) })
		}
	})
	answer = s.route(answer)
	if err := pc.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeAnswer, SDP: answer}); err != nil {
		s.Fatal(err)
	}
	s.await(connected, "the connection")
}

// loopbackOnly leaves out the candidates that are not loopback.
func loopbackOnly(answer string) string {
	var lines []string
	for line := range strings.Lines(answer) {
		if strings.HasPrefix(line, "a=candidate:") && !strings.Contains(line, " 127.0.0.1 ") && !strings.Contains(line, " ::1 ") {
			continue
		}
		lines = append(lines, line)
	}
	return strings.Join(lines, "")
}

// publish connects a publisher of sound.
func (s *site) publish() (*webrtc.PeerConnection, *webrtc.TrackLocalStaticRTP, *sfu.Publication, *silent) {
	s.Helper()
	pc := s.client()
	track, err := webrtc.NewTrackLocalStaticRTP(webrtc.RTPCodecCapability{MimeType: webrtc.MimeTypeOpus}, "audio", "microphone")
	if err != nil {
		s.Fatal(err)
	}
	init := webrtc.RTPTransceiverInit{Direction: webrtc.RTPTransceiverDirectionSendonly}
	if _, err := pc.AddTransceiverFromTrack(track, init); err != nil {
		s.Fatal(err)
	}
	observer := &silent{}
	publication, err := s.engine.Publish(s.ctx, sfu.PublishRequest{Offer: s.offer(pc), Observer: observer})
	if err != nil {
		s.Fatal(err)
	}
	s.connect(pc, publication.Answer())
	return pc, track, publication, observer
}

// call connects a publisher and a subscriber, and sends until a few packets
// have arrived. It returns the pair of addresses that the publisher uses.
func (s *site) call() *webrtc.ICECandidatePair {
	s.Helper()
	publisher, track, publication, _ := s.publish()
	subscriber, arrived := s.listener()
	subscription, err := s.engine.Subscribe(s.ctx, publication, sfu.SubscribeRequest{
		Offer: s.offer(subscriber), Observer: &silent{},
	})
	if err != nil {
		s.Fatal(err)
	}
	s.connect(subscriber, subscription.Answer())
	s.sendUntil(track, arrived)
	pair, err := publisher.GetSenders()[0].Transport().ICETransport().GetSelectedCandidatePair()
	if err != nil || pair == nil {
		s.Fatalf("no candidate pair: %v", err)
	}
	return pair
}

// listener makes a client that receives sound, and tells when a few packets have
// arrived.
func (s *site) listener() (*webrtc.PeerConnection, <-chan struct{}) {
	s.Helper()
	pc := s.client()
	init := webrtc.RTPTransceiverInit{Direction: webrtc.RTPTransceiverDirectionRecvonly}
	if _, err := pc.AddTransceiverFromKind(webrtc.RTPCodecTypeAudio, init); err != nil {
		s.Fatal(err)
	}
	arrived := make(chan struct{})
	pc.OnTrack(func(t *webrtc.TrackRemote, _ *webrtc.RTPReceiver) {
		for n := 1; ; n++ {
			if _, _, err := t.ReadRTP(); err != nil {
				return
			}
			if n == 5 {
				close(arrived)
			}
		}
	})
	return pc, arrived
}

// sendUntil sends sound until a channel is closed.
func (s *site) sendUntil(track *webrtc.TrackLocalStaticRTP, done <-chan struct{}) {
	s.Helper()
	ticker := time.NewTicker(5 * time.Millisecond)
	defer ticker.Stop()
	for seq := uint16(0); ; seq++ {
		select {
		case <-done:
			return
		case <-s.ctx.Done():
			s.Fatalf("no media after %d packets", seq)
		case <-ticker.C:
		}
		header := rtp.Header{Version: 2, SequenceNumber: seq, Timestamp: 960 * uint32(seq)}
		if err := track.WriteRTP(&rtp.Packet{Header: header, Payload: make([]byte, 80)}); err != nil {
			s.Fatal(err)
		}
	}
}

// requireIPv6 skips where the machine has no ::1.
func requireIPv6(t *testing.T) {
	t.Helper()
	c, err := net.ListenUDP("udp6", net.UDPAddrFromAddrPort(netip.AddrPortFrom(loopback6, 0)))
	if err != nil {
		t.Skipf("this machine has no IPv6 loopback address: %v", err)
	}
	_ = c.Close()
}
