package transport

import (
	"context"
	"net"
	"net/netip"
	"testing"
	"time"

	"github.com/pion/dtls/v3"
	"github.com/pion/ice/v4"
	"github.com/pion/interceptor"
	"github.com/pion/rtp"
	"github.com/pion/webrtc/v4"
	"go.uber.org/goleak"

	"github.com/atrium-rtc/atrium/sfu/codec"
)

// patience is for a machine that is stuck; no test waits for time.
const patience = 30 * time.Second

var loopback = netip.MustParseAddr("127.0.0.1")

// rig is a test with real sockets on loopback.
type rig struct {
	testing.TB
	ctx      context.Context
	identity *Identity
}

func newRig(tb testing.TB) *rig {
	tb.Helper()
	before := goleak.IgnoreCurrent()
	tb.Cleanup(func() { goleak.VerifyNone(tb, before) })
	ctx, cancel := context.WithTimeout(tb.Context(), patience)
	tb.Cleanup(cancel)
	return &rig{tb, ctx, identity(tb)}
}

func identity(tb testing.TB) *Identity {
	tb.Helper()
	id, err := NewIdentity()
	if err != nil {
		tb.Fatal(err)
	}
	return id
}

// conn opens a connection that is closed with the test.
func (r *rig) conn(o Options) *Conn {
	r.Helper()
	if o.Identity = r.identity; !o.Server.IsValid() {
		o.Server = loopback
	}
	c, err := New(o)
	if err != nil {
		r.Fatal(err)
	}
	r.Cleanup(func() {
		if err := c.Close(); err != nil {
			r.Error(err)
		}
	})
	return c
}

func (r *rig) offer(c *Conn) string {
	r.Helper()
	offer, err := c.Offer()
	if err != nil {
		r.Fatal(err)
	}
	return offer
}

// start connects to a server that gave this answer.
func (r *rig) start(c *Conn, answer string) *Media {
	r.Helper()
	media, err := c.Accept(answer)
	if err != nil {
		r.Fatalf("%v\n%s", err, answer)
	}
	if err := c.Start(r.ctx); err != nil {
		r.Fatal(err)
	}
	return media
}

// await waits for a channel.
func await[T any](r *rig, c <-chan T, what string) T {
	r.Helper()
	select {
	case v := <-c:
		return v
	case <-r.ctx.Done():
		r.Fatalf("waited in vain for: %s", what)
		panic("unreachable")
	}
}

// serverOptions are what a Pion server may do differently.
type serverOptions struct {
	lite     bool
	role     webrtc.DTLSRole // in the answer; 0 is Pion's choice
	profiles []dtls.SRTPProtectionProfile
}

// server makes a Pion peer connection on loopback, without interceptors.
func (r *rig) server(o serverOptions) *webrtc.PeerConnection {
	r.Helper()
	var settings webrtc.SettingEngine
	settings.SetNetworkTypes([]webrtc.NetworkType{webrtc.NetworkTypeUDP4})
	settings.SetIncludeLoopbackCandidate(true)
	settings.SetIPFilter(net.IP.IsLoopback)
	settings.SetICEMulticastDNSMode(ice.MulticastDNSModeDisabled)
	settings.SetLite(o.lite)
	if o.role != 0 {
		if err := settings.SetAnsweringDTLSRole(o.role); err != nil {
			r.Fatal(err)
		}
	}
	if o.profiles != nil {
		settings.SetSRTPProtectionProfiles(o.profiles...)
	}
	media := &webrtc.MediaEngine{}
	if err := media.RegisterDefaultCodecs(); err != nil {
		r.Fatal(err)
	}
	for _, x := range videoExtensions(true) {
		if err := media.RegisterHeaderExtension(
			webrtc.RTPHeaderExtensionCapability{URI: x.uri}, webrtc.RTPCodecTypeVideo,
		); err != nil {
			r.Fatal(err)
		}
	}
	api := webrtc.NewAPI(webrtc.WithSettingEngine(settings), webrtc.WithMediaEngine(media),
		webrtc.WithInterceptorRegistry(&interceptor.Registry{}))
	pc, err := api.NewPeerConnection(webrtc.Configuration{})
	if err != nil {
		r.Fatal(err)
	}
	r.Cleanup(func() { _ = pc.GracefulClose() })
	return pc
}

// answer makes a server answer an offer, complete with candidates.
func (r *rig) answer(pc *webrtc.PeerConnection, offer string) string {
	r.Helper()
	if err := pc.SetRemoteDescription(webrtc.SessionDescription{Type: webrtc.SDPTypeOffer, SDP: offer}); err != nil {
		r.Fatalf("%v\n%s", err, offer)
	}
	answer, err := pc.CreateAnswer(nil)
	if err != nil {
		r.Fatal(err)
	}
	gathered := webrtc.GatheringCompletePromise(pc)
	if err := pc.SetLocalDescription(answer); err != nil {
		r.Fatal(err)
	}
	await(r, gathered, "the server's candidates")
	return pc.LocalDescription().SDP
}

// track adds a VP8 track that a server sends.
func (r *rig) track(pc *webrtc.PeerConnection) *webrtc.TrackLocalStaticRTP {
	r.Helper()
	track, err := webrtc.NewTrackLocalStaticRTP(
		webrtc.RTPCodecCapability{MimeType: webrtc.MimeTypeVP8}, "video", "stream")
	if err != nil {
		r.Fatal(err)
	}
	if _, err := pc.AddTrack(track); err != nil {
		r.Fatal(err)
	}
	return track
}

// capture is a Handler that passes on copies of what it gets.
type capture struct {
	rtp, rtcp chan []byte
	ticks     chan time.Time
}

func newCapture() *capture {
	return &capture{make(chan []byte, 1000), make(chan []byte, 1000), make(chan time.Time, 1000)}
}

func (c *capture) RTP(b []byte, _ time.Time)  { offerTo(c.rtp, append([]byte(nil), b...)) }
func (c *capture) RTCP(b []byte, _ time.Time) { offerTo(c.rtcp, append([]byte(nil), b...)) }
func (c *capture) Tick(now time.Time)         { offerTo(c.ticks, now) }

func offerTo[T any](c chan T, v T) {
	select {
	case c <- v:
	default:
	}
}

// subscription is a receiving connection and the server that sends to it.
type subscription struct {
	*Conn
	media  *Media
	got    *capture
	server *webrtc.PeerConnection
	track  *webrtc.TrackLocalStaticRTP
}

func (r *rig) subscribe(so serverOptions, o Options) *subscription {
	r.Helper()
	s := &subscription{got: newCapture(), server: r.server(so)}
	o.Handler, o.Video = s.got, []codec.Codec{codec.VP8}
	s.Conn = r.conn(o)
	s.track = r.track(s.server)
	s.media = r.start(s.Conn, r.answer(s.server, r.offer(s.Conn)))
	return s
}

// send sends a VP8 packet from the server.
func (s *subscription) send(r *rig, number uint16) {
	r.Helper()
	if err := s.track.WriteRTP(&rtp.Packet{
		Header:  rtp.Header{Version: 2, SequenceNumber: number, Timestamp: 3000 * uint32(number)},
		Payload: []byte{0x10, byte(number)},
	}); err != nil {
		r.Fatal(err)
	}
}

// sendUntilReceived repeats a packet, as a new one, until one arrives: a server
// may take a moment longer than its client to be ready.
func (s *subscription) sendUntilReceived(r *rig) *rtp.Packet {
	r.Helper()
	again := time.NewTicker(20 * time.Millisecond)
	defer again.Stop()
	for number := uint16(1); ; number++ {
		s.send(r, number)
		select {
		case b := <-s.got.rtp:
			p := &rtp.Packet{}
			if err := p.Unmarshal(b); err != nil {
				r.Fatal(err)
			}
			return p
		case <-again.C:
		case <-r.ctx.Done():
			r.Fatal("nothing arrived")
		}
	}
}

func loopbackPort(n int) netip.AddrPort { return netip.AddrPortFrom(loopback, uint16(n)) }
