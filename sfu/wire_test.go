package sfu_test

import (
	"context"
	"net/netip"
	"sync"
	"testing"
	"time"

	"github.com/pion/dtls/v3"
	"github.com/pion/ice/v4"
	"github.com/pion/rtp"
	"github.com/pion/webrtc/v4"

	"github.com/atrium-rtc/atrium/internal/testnet"
	"github.com/atrium-rtc/atrium/sfu"
)

// What can be seen on the wire.

// wireSizes remembers the size of the largest datagram that a host sent, by the
// kind of its payload (RFC 7983).
type wireSizes struct {
	mu      sync.Mutex
	largest map[string]int
}

func (s *stage) watch(host string) *wireSizes {
	w := &wireSizes{largest: make(map[string]int)}
	from := netip.MustParseAddr(host)
	s.net.Observe(func(p testnet.Packet) {
		if p.Event != testnet.Sent || p.From.Addr() != from {
			return
		}
		kind := "STUN"
		switch first := p.Payload[0]; {
		case first >= 20 && first <= 63:
			kind = "DTLS"
		case first >= 128 && p.Payload[1] >= 192 && p.Payload[1] <= 223:
			kind = "RTCP"
		case first >= 128:
			kind = "RTP"
		}
		w.mu.Lock()
		defer w.mu.Unlock()
		w.largest[kind] = max(w.largest[kind], len(p.Payload))
	})
	return w
}

func (w *wireSizes) of(kind string) int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.largest[kind]
}

// The authentication tag tells the profile: 16 octets of GCM (RFC 7714 section
// 14.2), 10 of HMAC-SHA1-80 (RFC 5764 section 4.1.2).
func TestGCMIsPreferredAndCounterModeAccepted(t *testing.T) {
	const gcm, counter = dtls.SRTP_AEAD_AES_128_GCM, dtls.SRTP_AES128_CM_HMAC_SHA1_80
	for _, tt := range []struct {
		name    string
		offered []dtls.SRTPProtectionProfile
		tag     int
	}{
		{"both, counter mode first", []dtls.SRTPProtectionProfile{counter, gcm}, 16},
		{"GCM", []dtls.SRTPProtectionProfile{gcm}, 16},
		{"counter mode", []dtls.SRTPProtectionProfile{counter}, 10},
	} {
		t.Run(tt.name, func(t *testing.T) {
			simulate(t, 1, func(t *testing.T, s *stage) {
				sizes := s.watch("10.0.1.1")
				track := opusTrack(s)
				pc := s.clientOffering("10.0.1.1", tt.offered)
				init := webrtc.RTPTransceiverInit{Direction: webrtc.RTPTransceiverDirectionSendonly}
				if _, err := pc.AddTransceiverFromTrack(track, init); err != nil {
					t.Fatal(err)
				}
				p, err := s.engine.Publish(context.Background(), sfu.PublishRequest{Offer: s.offerOf(pc), Observer: &silent{}})
				if err != nil {
					t.Fatal(err)
				}
				s.accept(pc, p.Answer())
				s.connected(pc)
				const header, payload = 12, 80
				if err := track.WriteRTP(&rtp.Packet{Header: rtp.Header{Version: 2}, Payload: make([]byte, payload)}); err != nil {
					t.Fatal(err)
				}
				time.Sleep(time.Second)
				if tag := sizes.of("RTP") - header - payload; tag != tt.tag {
					t.Errorf("the authentication tag has %d octets, want %d", tag, tt.tag)
				}
				if got := p.Stats().Ingress.Tracks[0].Packets; got != 1 {
					t.Errorf("%d packets arrived, want 1", got)
				}
			})
		})
	}
}

// clientOffering is a client with these SRTP profiles and no interceptors.
func (s *stage) clientOffering(ip string, profiles []dtls.SRTPProtectionProfile) *webrtc.PeerConnection {
	s.t.Helper()
	var settings webrtc.SettingEngine
	settings.SetNet(s.net.Host(ip).Net())
	settings.SetICEMulticastDNSMode(ice.MulticastDNSModeDisabled)
	settings.SetSRTPProtectionProfiles(profiles...)
	pc, err := webrtc.NewAPI(webrtc.WithSettingEngine(settings)).NewPeerConnection(webrtc.Configuration{})
	if err != nil {
		s.t.Fatal(err)
	}
	s.connections = append(s.connections, pc)
	return pc
}

// No datagram of ours is above 1200 octets (R16), repairs included, when the
// publisher leaves room for what we add: the original sequence number of RTX (RFC
// 4588 section 4) and the transport-wide number (docs/adr/0007).
func TestNothingAbove1200OctetsLeavesTheServer(t *testing.T) {
	const limit, header, tag, osn, transport = 1200, 12, 16, 2, 8
	simulate(t, 1, func(t *testing.T, s *stage) {
		sizes := s.watch(serverAddress)
		lossy := testnet.Link{Delay: 20 * time.Millisecond, Loss: 0.1}
		p := s.publish("10.0.1.1", false)
		sub := s.subscribe("10.0.2.1", p.publication)
		s.net.Host("10.0.2.1").SetDownlink(lossy)
		s.net.Host("10.0.1.1").SetUplink(lossy)
		payload := make([]byte, limit-header-tag-osn-transport)
		copy(payload, []byte{0x10, 0x00, 0, 0, 0x9d, 0x01, 0x2a, 0x40, 0x01, 0xb4, 0x00}) // a VP8 keyframe of 320x180
		for i := range uint16(500) {
			h := rtp.Header{Version: 2, SequenceNumber: i, Timestamp: 900 * uint32(i), Marker: true}
			if err := p.video.WriteRTP(&rtp.Packet{Header: h, Payload: payload}); err != nil {
				t.Fatal(err)
			}
			time.Sleep(10 * time.Millisecond)
		}
		time.Sleep(time.Second)

		if sub.subscription.Stats()[1].Retransmitted == 0 {
			t.Error("nothing was retransmitted")
		}
		for _, kind := range []string{"STUN", "DTLS", "RTP", "RTCP"} {
			size := sizes.of(kind)
			if size == 0 || size > limit {
				t.Errorf("the largest %s datagram has %d octets, want at most %d", kind, size, limit)
			}
			t.Logf("%s: %d octets at most", kind, size)
		}
		if got := sizes.of("RTP"); got != limit {
			t.Errorf("the largest RTP datagram has %d octets, which leaves %d unused", got, limit-got)
		}
	})
}
