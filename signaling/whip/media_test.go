package whip_test

import (
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pion/ice/v4"
	"github.com/pion/webrtc/v4"

	"github.com/atrium-rtc/atrium/internal/rtptest"
	"github.com/atrium-rtc/atrium/internal/sfutest"
	"github.com/atrium-rtc/atrium/room"
	"github.com/atrium-rtc/atrium/sfu"
	"github.com/atrium-rtc/atrium/sfu/codec"
)

// withSFU puts the built-in media server behind the rooms.
func withSFU(t *testing.T) func(*setup) { return withPorts(t, nil) }

// withPorts is withSFU on ports that are open already; nil opens some.
func withPorts(t *testing.T, ports *sfu.Ports) func(*setup) {
	t.Helper()
	engine := sfutest.Start(t, sfu.ListenConfig{DisableTCP: true}, sfu.Config{Shards: 1, Ports: ports})
	return func(s *setup) { s.media = room.SFU(engine, nil) }
}

// peer is a Pion client that trickles: its offers and fragments are as those of a
// browser that does not wait for its candidates.
type peer struct {
	f       *fixture
	pc      *webrtc.PeerConnection
	url     string
	tag     string
	packets atomic.Int64 // received
}

// newPeer makes one on one kind of network, perhaps with a relay.
func newPeer(f *fixture, network webrtc.NetworkType, configuration webrtc.Configuration) *peer {
	f.t.Helper()
	var settings webrtc.SettingEngine
	settings.SetRelayAcceptanceMinWait(0)
	settings.SetIncludeLoopbackCandidate(true)
	settings.SetInterfaceFilter(func(name string) bool { return name == "lo" })
	settings.SetNetworkTypes([]webrtc.NetworkType{network})
	settings.SetICEMulticastDNSMode(ice.MulticastDNSModeDisabled)
	pc, err := webrtc.NewAPI(webrtc.WithSettingEngine(settings)).NewPeerConnection(configuration)
	if err != nil {
		f.t.Fatal(err)
	}
	p := &peer{f: f, pc: pc}
	f.t.Cleanup(func() { _ = pc.GracefulClose() })
	pc.OnTrack(func(track *webrtc.TrackRemote, _ *webrtc.RTPReceiver) {
		for {
			if _, _, err := track.ReadRTP(); err != nil {
				return
			}
			p.packets.Add(1)
		}
	})
	return p
}

// offer makes an offer; gathered has its candidates.
func (p *peer) offer(options *webrtc.OfferOptions) (bare, gathered string) {
	p.f.t.Helper()
	offer, err := p.pc.CreateOffer(options)
	if err != nil {
		p.f.t.Fatal(err)
	}
	done := webrtc.GatheringCompletePromise(p.pc)
	if err := p.pc.SetLocalDescription(offer); err != nil {
		p.f.t.Fatal(err)
	}
	<-done
	return offer.SDP, p.pc.LocalDescription().SDP
}

// connect begins a session and trickles the candidates.
func (p *peer) connect(path string) {
	p.f.t.Helper()
	bare, gathered := p.offer(nil)
	r := p.f.post(path, bare)
	r.want(p.f.t, http.StatusCreated)
	p.url, p.tag = r.Header.Get("Location"), r.Header.Get("ETag")
	p.accept(r.body)
	p.f.patch(p.url, p.tag, iceOf(gathered)).want(p.f.t, http.StatusNoContent)
	eventually(p.f.t, "connected", func() bool { return p.pc.ConnectionState() == webrtc.PeerConnectionStateConnected })
}

func (p *peer) accept(answer string) {
	p.f.t.Helper()
	if err := p.pc.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeAnswer, SDP: answer}); err != nil {
		p.f.t.Fatalf("%v\n%s", err, answer)
	}
}

// restart begins ICE anew by PATCH, and puts the server's fragment into the answer
// as a WHIP client does.
func (p *peer) restart() {
	p.f.t.Helper()
	before := p.pc.CurrentRemoteDescription().SDP
	_, gathered := p.offer(&webrtc.OfferOptions{ICERestart: true})
	r := p.f.patch(p.url, "*", iceOf(gathered))
	r.want(p.f.t, http.StatusOK)
	var answer, candidates strings.Builder
	for line := range strings.Lines(r.body) {
		if strings.HasPrefix(line, "a=candidate:") {
			candidates.WriteString(line)
		}
	}
	for line := range strings.Lines(before) {
		switch {
		case strings.HasPrefix(line, "a=ice-ufrag:"):
			answer.WriteString("a=ice-ufrag:" + attribute(r.body, "a=ice-ufrag:") + "\r\n" + candidates.String())
		case strings.HasPrefix(line, "a=ice-pwd:"):
			answer.WriteString("a=ice-pwd:" + attribute(r.body, "a=ice-pwd:") + "\r\n")
		case !strings.HasPrefix(line, "a=candidate:"):
			answer.WriteString(line)
		}
	}
	p.accept(answer.String())
	if next := r.Header.Get("ETag"); next == p.tag {
		p.f.t.Error("the ETag is the old one")
	}
	p.tag = r.Header.Get("ETag")
}

// iceOf is a client's fragment.
func iceOf(sdp string) string {
	var out strings.Builder
	out.WriteString("a=ice-ufrag:" + attribute(sdp, "a=ice-ufrag:") + "\r\na=ice-pwd:" + attribute(sdp, "a=ice-pwd:") + "\r\n" +
		"m=audio 9 RTP/AVP 0\r\na=mid:0\r\n")
	for line := range strings.Lines(sdp) {
		if strings.HasPrefix(line, "a=candidate:") {
			out.WriteString(line)
		}
	}
	return out.String() + "a=end-of-candidates\r\n"
}

func attribute(sdp, prefix string) string {
	for line := range strings.Lines(sdp) {
		if value, ok := strings.CutPrefix(line, prefix); ok {
			return strings.TrimSpace(value)
		}
	}
	return ""
}

// speak sends sound and picture until the test ends.
func (p *peer) speak() {
	p.f.t.Helper()
	stop := make(chan struct{})
	done := make(chan struct{})
	p.f.t.Cleanup(func() { close(stop); <-done })
	type source struct {
		track  *webrtc.TrackLocalStaticRTP
		stream *rtptest.Stream
	}
	var sources []source
	for mime, c := range map[string]codec.Codec{webrtc.MimeTypeVP8: codec.VP8, webrtc.MimeTypeOpus: codec.Opus} {
		track, err := webrtc.NewTrackLocalStaticRTP(webrtc.RTPCodecCapability{MimeType: mime}, mime, "camera")
		if err != nil {
			p.f.t.Fatal(err)
		}
		if _, err := p.pc.AddTransceiverFromTrack(track, webrtc.RTPTransceiverInit{Direction: webrtc.RTPTransceiverDirectionSendonly}); err != nil {
			p.f.t.Fatal(err)
		}
		sources = append(sources, source{track, rtptest.NewStream(rtptest.Config{Codec: c, Seed: 1})})
	}
	go func() {
		defer close(done)
		tick := time.NewTicker(20 * time.Millisecond)
		defer tick.Stop()
		for n := 0; ; n++ {
			select {
			case <-tick.C:
			case <-stop:
				return
			}
			for _, s := range sources {
				for _, pkt := range s.stream.Frame(rtptest.FrameOptions{Keyframe: n%10 == 0, Octets: 500}) {
					_ = s.track.WriteRTP(pkt.Clone()) // fails while there is no path
				}
			}
		}
	}()
}

func TestWHIPAndWHEPCarryMediaAndICERestarts(t *testing.T) {
	for _, way := range []string{"over UDP", "over ICE-TCP", "by TURN"} {
		t.Run(way, func(t *testing.T) {
			ports := sfutest.Listen(t, sfu.ListenConfig{})
			f := start(t, withPorts(t, ports))
			network, configuration := webrtc.NetworkTypeUDP4, webrtc.Configuration{}
			switch way {
			case "over ICE-TCP":
				network = webrtc.NetworkTypeTCP4
			case "by TURN":
				given := sfutest.Relay(t, ports)
				configuration.ICETransportPolicy = webrtc.ICETransportPolicyRelay
				configuration.ICEServers = []webrtc.ICEServer{{URLs: given.URLs, Username: given.Username, Credential: given.Credential}}
			}
			mediaGoesOnAfterRestarts(f, newPeer(f, network, configuration), newPeer(f, network, configuration))
		})
	}
}

// mediaGoesOnAfterRestarts publishes, plays, restarts ICE on either side, and ends.
func mediaGoesOnAfterRestarts(f *fixture, camera, viewer *peer) {
	t := f.t
	camera.speak()
	camera.connect("/whip/r?user=cam")
	for _, kind := range []webrtc.RTPCodecType{webrtc.RTPCodecTypeAudio, webrtc.RTPCodecTypeVideo} {
		if _, err := viewer.pc.AddTransceiverFromKind(kind, webrtc.RTPTransceiverInit{Direction: webrtc.RTPTransceiverDirectionRecvonly}); err != nil {
			t.Fatal(err)
		}
	}
	viewer.connect("/whep/r?layer=0&max-width=640")
	flows := func(when string) {
		t.Helper()
		from := viewer.packets.Load()
		eventually(t, when, func() bool { return viewer.packets.Load() > from+100 })
	}
	flows("media")
	camera.restart()
	flows("media after the publisher's restart")
	viewer.restart()
	flows("media after the player's restart")
	f.send(http.MethodDelete, camera.url, "").want(t, http.StatusOK)
	eventually(t, "the player's session has ended", func() bool {
		return f.patch(viewer.url, "*", "a=end-of-candidates\r\n").StatusCode == http.StatusNotFound
	})
	eventually(t, "its connection is closed", func() bool {
		s := viewer.pc.ConnectionState()
		return s == webrtc.PeerConnectionStateClosed || s == webrtc.PeerConnectionStateFailed || s == webrtc.PeerConnectionStateDisconnected
	})
}

func TestAnOfferIsToldWhatIsWrongWithIt(t *testing.T) {
	f := start(t, withSFU(t))
	noMedia := "v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\na=group:BUNDLE 0\r\nm=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\na=mid:0\r\n"
	for _, tt := range []struct{ sdp, says string }{
		{noMedia, "no usable audio or video section"},
		{strings.Replace(noMedia, "a=group:BUNDLE 0\r\n", "", 1), "not bundled"},
	} {
		r := f.post("/whip/r?user=u", tt.sdp)
		r.want(t, http.StatusUnprocessableEntity)
		if !strings.Contains(r.body, tt.says) {
			t.Errorf("%s", r.body)
		}
	}
}
