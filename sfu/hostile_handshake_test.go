package sfu_test

import (
	"bytes"
	"crypto/rand"
	"encoding/binary"
	"net"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pion/ice/v4"
	"github.com/pion/webrtc/v4"

	"github.com/atrium-rtc/atrium/internal/demux"
	"github.com/atrium-rtc/atrium/sfu"
)

// Somebody who can send from the client's own address (on its network, or by a forged
// source) begins handshakes of DTLS in the moment between ICE and the client's own. The
// client's connection comes up all the same, in five seconds at most. From other addresses
// nobody gets as far: see TestFloodOfStrangersHarmsNobody.
// Whoever was there before the client's first message has won against that connection,
// which fails at once, and the next one is made.
func TestHandshakeWithstandsOthersFromTheClientsAddress(t *testing.T) {
	for name, disturb := range map[string]func(own []byte, n int) [][]byte{
		"nobody": func([]byte, int) [][]byte { return nil },
		"one before the first": func(own []byte, n int) [][]byte {
			if n > 0 {
				return nil
			}
			return [][]byte{likeness(own)}
		},
		"a hundred before the first": func(own []byte, n int) [][]byte {
			if n > 0 {
				return nil
			}
			return repeat(100, func() []byte { return likeness(own) })
		},
		"one long before the first": func(own []byte, n int) [][]byte {
			if n > 0 {
				return nil
			}
			return [][]byte{likeness(own), nil} // nil: the client's own is lost
		},
		"one before each of the others": func(own []byte, n int) [][]byte {
			if n == 0 {
				return nil
			}
			return append(repeat(10, clientHello), likeness(own), likeness(withCookie(own)))
		},
		"fragments and alerts before each": func([]byte, int) [][]byte {
			hello := clientHello()
			return [][]byte{
				hello[:len(hello)-20],
				// Fatal: handshake failure.
				{21, 254, 253, 0, 0, 0, 0, 0, 0, 0, 7, 0, 2, 2, 40},
				// One of 256 octets, of which none come.
				{22, 254, 253, 0, 0, 0, 0, 0, 0, 0, 0, 0, 12, 1, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0},
				// Change of cipher.
				{20, 254, 253, 0, 0, 0, 0, 0, 0, 0, 9, 0, 1, 1},
				// Data of an epoch to come.
				{23, 254, 253, 0, 1, 0, 0, 0, 0, 0, 9, 0, 4, 1, 2, 3, 4},
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			s := newSite(t, sfu.ListenConfig{Addresses: []netip.Addr{loopback4}, DisableTCP: true}, false)
			began := time.Now()
			tries := 1
			for ; !s.handshake(disturb, tries); tries++ {
				if time.Since(began) > 5*time.Second {
					t.Fatal("not connected after 5 s")
				}
			}
			t.Logf("connected after %v, the %d. connection", time.Since(began).Round(time.Millisecond), tries)
			if took := time.Since(began); took > 5*time.Second {
				t.Errorf("connected after %v, 5 s at most", took)
			}
			if first := strings.Contains(name, "first"); (tries > 1) != first {
				t.Errorf("%d connections were made", tries)
			}
		})
	}
}

// handshake connects a client, and reports whether it is connected. If it fails, it does
// so at once. Only the first connection is disturbed.
func (s *site) handshake(disturb func(own []byte, n int) [][]byte, try int) bool {
	s.Helper()
	if try > 1 {
		disturb = func([]byte, int) [][]byte { return nil }
	}
	pc := s.clientBeside(disturb)
	if _, err := pc.AddTransceiverFromKind(webrtc.RTPCodecTypeAudio); err != nil {
		s.Fatal(err)
	}
	p, err := s.engine.Publish(s.ctx, sfu.PublishRequest{Offer: s.offer(pc), Observer: &silent{}})
	if err != nil {
		s.Fatal(err)
	}
	answer := webrtc.SessionDescription{Type: webrtc.SDPTypeAnswer, SDP: s.route(p.Answer())}
	before := s.engine.Stats().Handshakes.DTLS.Connected
	if err := pc.SetRemoteDescription(answer); err != nil {
		s.Fatal(err)
	}
	failed := false
	s.eventually("the connection or its end", func() bool {
		select {
		case <-p.Done():
			failed = true
			return true
		default:
			return s.engine.Stats().Handshakes.DTLS.Connected > before
		}
	})
	return !failed
}

func repeat(n int, next func() []byte) (list [][]byte) {
	for range n {
		list = append(list, next())
	}
	return list
}

// likeness is the client's own first message with another random number.
func likeness(own []byte) []byte {
	const random = 13 + 12 + 2 // behind the headers of record and message, and the version
	b := bytes.Clone(own)
	if len(b) >= random+32 {
		_, _ = rand.Read(b[random : random+32])
	}
	return b
}

// withCookie is the client's own first message with a cookie that was guessed.
func withCookie(own []byte) []byte {
	const at = 13 + 12 + 2 + 32 + 1 // of the length of the cookie, behind a session of no length
	if len(own) <= at || own[at] != 0 {
		return own
	}
	b := append(append(bytes.Clone(own[:at]), 4, 1, 2, 3, 4), own[at+1:]...)
	for _, low := range []int{11, 15, 23} { // two octets each: the lengths of record, message and part
		binary.BigEndian.PutUint16(b[low:], binary.BigEndian.Uint16(b[low:])+4)
	}
	b[18] = 1 // the second message
	return b
}

// clientBeside makes a client from whose socket others send as well: what disturb makes of
// the n-th message of its handshake leaves before that.
func (s *site) clientBeside(disturb func(own []byte, n int) [][]byte) *webrtc.PeerConnection {
	s.Helper()
	socket, err := net.ListenUDP("udp4", net.UDPAddrFromAddrPort(netip.AddrPortFrom(loopback4, 0)))
	if err != nil {
		s.Fatal(err)
	}
	mux := ice.NewUDPMuxDefault(ice.UDPMuxParams{UDPConn: &shared{UDPConn: socket, disturb: disturb}})
	s.Cleanup(func() { _ = mux.Close(); _ = socket.Close() })
	var settings webrtc.SettingEngine
	settings.SetNetworkTypes([]webrtc.NetworkType{webrtc.NetworkTypeUDP4})
	settings.SetIncludeLoopbackCandidate(true)
	settings.SetICEMulticastDNSMode(ice.MulticastDNSModeDisabled)
	settings.SetICEUDPMux(mux)
	pc, err := webrtc.NewAPI(webrtc.WithSettingEngine(settings)).NewPeerConnection(webrtc.Configuration{})
	if err != nil {
		s.Fatal(err)
	}
	s.Cleanup(func() { _ = pc.GracefulClose() })
	return pc
}

// shared is a socket that more than one sends from.
type shared struct {
	*net.UDPConn
	disturb func(own []byte, n int) [][]byte

	mu    sync.Mutex
	first []byte
	n     int
}

func (c *shared) disturbers(b []byte) [][]byte {
	if demux.Of(b) != demux.DTLS {
		return nil
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.first == nil {
		c.first = bytes.Clone(b)
	}
	c.n++
	return c.disturb(c.first, c.n-1)
}

// WriteTo is what Pion's mux calls.
func (c *shared) WriteTo(b []byte, to net.Addr) (int, error) {
	for _, other := range c.disturbers(b) {
		if other == nil {
			return len(b), nil // the client begins later
		}
		_, _ = c.UDPConn.WriteTo(other, to)
	}
	return c.UDPConn.WriteTo(b, to)
}

// WriteToUDPAddrPort is what it calls where it can.
func (c *shared) WriteToUDPAddrPort(b []byte, to netip.AddrPort) (int, error) {
	for _, other := range c.disturbers(b) {
		if other == nil {
			return len(b), nil // the client begins later
		}
		_, _ = c.UDPConn.WriteToUDPAddrPort(other, to)
	}
	return c.UDPConn.WriteToUDPAddrPort(b, to)
}
