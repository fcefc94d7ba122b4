package sfu_test

import (
	"encoding/binary"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/netip"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pion/dtls/v3"
	"github.com/pion/logging"
	"github.com/pion/rtp"
	"github.com/pion/webrtc/v4"

	"github.com/atrium-rtc/atrium/internal/testnet"
	"github.com/atrium-rtc/atrium/sfu"
)

// What OWASP's ASVS 5.0 asks of a media server's DTLS and SRTP, chapter V17.2; docs/security.md has the requirements.

// tryPublish negotiates with an offer, and reports whether the connection stands within 20 s, and what the owner was told.
func (s *stage) tryPublish(ip string, change func(offer string) string) (connected bool, p *sfu.Publication, told []string) {
	s.t.Helper()
	pc, observer := s.client(ip), &silent{}
	if _, err := pc.AddTransceiverFromTrack(vp8Track(s)); err != nil {
		s.t.Fatal(err)
	}
	p, err := s.engine.Publish(s.t.Context(), sfu.PublishRequest{Offer: change(s.offerOf(pc)), Observer: observer})
	if err != nil {
		s.t.Fatal(err)
	}
	s.accept(pc, p.Answer())
	for range 400 {
		if pc.ConnectionState() == webrtc.PeerConnectionStateConnected {
			return true, p, observer.failures()
		}
		time.Sleep(50 * time.Millisecond)
	}
	time.Sleep(20 * time.Second) // until it is given up
	return false, p, observer.failures()
}

func asItIs(offer string) string { return offer }

// 17.2.2: cipher suites without authenticated encryption and forward secrecy are refused, and so are short tags of SRTP.
func TestOnlyStrongSuitesAndProfilesAreNegotiated(t *testing.T) {
	suite := func(id dtls.CipherSuiteID) func(*webrtc.SettingEngine) {
		return func(s *webrtc.SettingEngine) { s.SetDTLSCipherSuites(id) }
	}
	profile := func(p ...dtls.SRTPProtectionProfile) func(*webrtc.SettingEngine) {
		return func(s *webrtc.SettingEngine) { s.SetSRTPProtectionProfiles(p...) }
	}
	for name, tc := range map[string]struct {
		dress func(*webrtc.SettingEngine)
		want  bool
	}{
		"AES-128-GCM":                    {suite(dtls.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256), true},
		"AES-256-GCM":                    {suite(dtls.TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384), true},
		"ChaCha20-Poly1305":              {suite(dtls.TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256), true},
		"AES-256-CBC with SHA-1":         {suite(dtls.TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA), false},
		"AES-128-CCM-8, a short tag":     {suite(dtls.TLS_ECDHE_ECDSA_WITH_AES_128_CCM_8), false},
		"SRTP with AES-128-GCM":          {profile(dtls.SRTP_AEAD_AES_128_GCM), true},
		"SRTP with HMAC-SHA1-80":         {profile(dtls.SRTP_AES128_CM_HMAC_SHA1_80), true},
		"SRTP with HMAC-SHA1-32":         {profile(dtls.SRTP_AES128_CM_HMAC_SHA1_32), false},
		"SRTP without encryption":        {profile(dtls.SRTP_NULL_HMAC_SHA1_80), false},
		"SRTP weak, and strong as well":  {profile(dtls.SRTP_NULL_HMAC_SHA1_80, dtls.SRTP_AEAD_AES_128_GCM), true},
		"SRTP without encryption or tag": {profile(dtls.SRTP_NULL_HMAC_SHA1_32), false},
	} {
		t.Run(name, func(t *testing.T) {
			simulate(t, 41, func(t *testing.T, s *stage) {
				s.dress = tc.dress
				connected, p, told := s.tryPublish("10.0.1.1", asItIs)
				if connected != tc.want || (len(told) == 0) != tc.want {
					t.Errorf("connected: %v, want %v; told %q", connected, tc.want, told)
				}
				if !connected {
					<-p.Done()
				}
			})
		})
	}
}

// 17.2.8: who does not have the certificate that the offer names is nobody, and its connection ends.
func TestACertificateThatIsNotTheOffersEndsTheConnection(t *testing.T) {
	one := regexp.MustCompile(`(?i)(a=fingerprint:sha-256 )([0-9A-F]{2})`)
	for name, change := range map[string]func(string) string{
		"another octet": func(offer string) string {
			return one.ReplaceAllStringFunc(offer, func(line string) string {
				if strings.HasSuffix(line, "00") {
					return line[:len(line)-2] + "01"
				}
				return line[:len(line)-2] + "00"
			})
		},
		"of another hash": func(offer string) string {
			return regexp.MustCompile(`a=fingerprint:sha-256 [0-9A-F:]+`).ReplaceAllString(offer, "a=fingerprint:sha-1 "+strings.TrimSuffix(strings.Repeat("00:", 20), ":"))
		},
	} {
		t.Run(name, func(t *testing.T) {
			simulate(t, 42, func(t *testing.T, s *stage) {
				connected, p, told := s.tryPublish("10.0.1.1", change)
				if connected || len(told) != 1 {
					t.Fatalf("connected: %v, told %q", connected, told)
				}
				<-p.Done()
				if n := s.engine.Stats().Peers; n != 0 {
					t.Errorf("%d peers are left", n)
				}
			})
		})
	}
}

// overheard are the SRTP packets of a publisher that an attacker on its path has seen.
type overheard struct {
	mu      sync.Mutex
	packets [][]byte
}

func (o *overheard) take() [][]byte {
	o.mu.Lock()
	defer o.mu.Unlock()
	return slices.Clone(o.packets)
}

// injection is a publisher, one who watches it, and an attacker who sends from the publisher's own address and port.
type injection struct {
	*stage
	conn      net.PacketConn
	server    net.Addr
	overheard overheard
	pub       *publisher
	sub       *subscriber
}

func (i *injection) inject(b []byte) {
	if _, err := i.conn.WriteTo(b, i.server); err != nil {
		i.t.Error(err)
	}
}

// 17.2.3: without the keys nothing gets into a stream, from wherever it comes: neither forged packets nor old ones, and
// the numbers that they claim do not confuse the real ones.
func TestForgedAndReplayedSRTPReachesNobody(t *testing.T) {
	dice := rand.New(rand.NewPCG(43, 0))
	spoil := func(at func(n int) int) func([]byte) []byte {
		return func(b []byte) []byte {
			b = slices.Clone(b)
			b[at(len(b))] ^= 1 << dice.IntN(8)
			return b
		}
	}
	for name, forge := range map[string]func([]byte) []byte{
		"replayed":                     slices.Clone[[]byte],
		"a bit of the tag":             spoil(func(n int) int { return n - 1 }),
		"a bit of the payload":         spoil(func(n int) int { return 12 + dice.IntN(n-12) }),
		"another sequence number":      spoil(func(int) int { return 3 }),
		"a number far ahead":           func(b []byte) []byte { b = slices.Clone(b); b[2] += 0x60; return b },
		"another source":               func(b []byte) []byte { b = slices.Clone(b); binary.BigEndian.PutUint32(b[8:], dice.Uint32()); return b },
		"cut short":                    func(b []byte) []byte { return b[:12+dice.IntN(len(b)-12)] },
		"plain RTP":                    plain,
		"plain RTCP that says goodbye": func(b []byte) []byte { return append([]byte{0x81, 203, 0, 1}, b[8:12]...) },
	} {
		t.Run(name, func(t *testing.T) {
			simulate(t, 43, func(t *testing.T, s *stage) {
				i := s.overhear()
				i.pub.send(2 * time.Second)
				time.Sleep(100 * time.Millisecond) // the last packet is in
				before := i.pub.publication.Stats()
				for _, b := range i.overheard.take() {
					i.inject(forge(b))
				}
				time.Sleep(time.Second)
				if after := i.pub.publication.Stats(); taken(after) != taken(before) {
					t.Errorf("%d packets were taken that were not the publisher's", taken(after)-taken(before))
				}
				i.pub.send(3 * time.Second)
				time.Sleep(time.Second)
				if whole, all := i.sub.complete(); all < 145 || whole != all {
					t.Errorf("%d of %d frames, want all of about 150", whole, all)
				}
				if f := append(i.pub.observer.failures(), i.sub.observer.failures()...); len(f) != 0 {
					t.Errorf("failed: %q", f)
				}
				_ = i.pub.pc.Close()
				_ = i.conn.Close()
			})
		})
	}
}

func plain(b []byte) []byte {
	pkt := rtp.Packet{Header: rtp.Header{
		Version: 2, PayloadType: b[1] & 0x7f, SequenceNumber: binary.BigEndian.Uint16(b[2:]) + 100, SSRC: binary.BigEndian.Uint32(b[8:]),
	}, Payload: b[12:]}
	out, _ := pkt.Marshal()
	return out
}

// taken counts what was taken from a publisher.
func taken(s sfu.PublicationStats) (n uint64) {
	for _, track := range s.Ingress.Tracks {
		n += track.Packets
	}
	return n
}

// overhear makes a call whose publisher has one socket, and keeps the media that it sends.
func (s *stage) overhear() *injection {
	i := &injection{stage: s, conn: s.net.Host("10.0.1.1").ListenPacket(5000), server: net.UDPAddrFromAddrPort(netip.MustParseAddrPort(serverAddress + ":8082"))}
	own := netip.MustParseAddrPort("10.0.1.1:5000")
	s.net.Observe(packetsFrom(own, &i.overheard))
	mux := webrtc.NewICEUDPMux(logging.NewDefaultLeveledLoggerForScope("", logging.LogLevelDisabled, io.Discard), i.conn)
	s.dress = func(settings *webrtc.SettingEngine) { settings.SetICEUDPMux(mux) }
	i.pub = s.publish("10.0.1.1", false)
	s.dress = nil
	i.sub = s.subscribe("10.0.2.1", i.pub.publication)
	return i
}

// 17.2.5: it takes its own share of the server and no more; who publishes beside it loses nothing.
func TestAFloodOfSRTPFromAMemberHarmsNobodyElse(t *testing.T) {
	simulate(t, 44, func(t *testing.T, s *stage) {
		good := s.publish("10.0.1.1", false)
		control := s.subscribe("10.0.2.1", good.publication)
		bad := s.publish("10.0.1.2", false)
		s.lossy = true
		_ = s.subscribe("10.0.2.2", bad.publication)
		done := make(chan struct{})
		go func() {
			defer close(done)
			for range 2000 { // 2 s, 5 frames of 3 packets each millisecond
				for range 5 {
					bad.sendFrame()
				}
				time.Sleep(time.Millisecond)
			}
		}()
		good.send(4 * time.Second)
		<-done
		time.Sleep(time.Second)
		control.conforms()
		if whole, all := control.complete(); all < 115 || whole != all {
			t.Errorf("the bystander has %d of %d frames, want all of about 120", whole, all)
		}
		if f := append(control.observer.failures(), good.observer.failures()...); len(f) != 0 {
			t.Errorf("the bystanders failed: %q", f)
		}
		t.Log(fmt.Sprint("taken from the flood: ", taken(bad.publication.Stats())))
	})
}

func packetsFrom(own netip.AddrPort, into *overheard) func(testnet.Packet) {
	return func(p testnet.Packet) {
		if p.Event != testnet.Sent || p.From != own || len(p.Payload) < 40 || p.Payload[0]>>6 != 2 || p.Payload[1]&0x7f >= 64 && p.Payload[1]&0x7f < 96 {
			return
		}
		into.mu.Lock()
		defer into.mu.Unlock()
		into.packets = append(into.packets, slices.Clone(p.Payload))
	}
}
