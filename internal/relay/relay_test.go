package relay_test

import (
	"bytes"
	"crypto/tls"
	"io"
	"net"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/atrium-rtc/atrium/internal/iceserver"
	"github.com/atrium-rtc/atrium/internal/relay"
)

func (w *world) peer(address string, port uint16) *net.UDPAddr {
	return net.UDPAddrFromAddrPort(netip.AddrPortFrom(netip.MustParseAddr(address), port))
}

// echoed sends to a peer until it answers.
func (w *world) echoed(conn net.PacketConn, peer *net.UDPAddr, text string) {
	w.Helper()
	b := make([]byte, 2000)
	for range 50 {
		if _, err := conn.WriteTo([]byte(text), peer); err != nil {
			w.Fatal(err)
		}
		_ = conn.SetReadDeadline(time.Now().Add(200 * time.Millisecond))
		n, from, err := conn.ReadFrom(b)
		if err != nil {
			continue
		}
		if string(b[:n]) != text || from.String() != peer.String() {
			w.Fatalf("%q from %v, want %q from %v", b[:n], from, text, peer)
		}
		_ = conn.SetReadDeadline(time.Time{})
		return
	}
	w.Fatal("no answer")
}

func TestMediaIsReachedOverEveryTransport(t *testing.T) {
	w := start(t, nil)
	for transport, to := range w.ways() {
		t.Run(string(transport), func(t *testing.T) {
			conn := w.allocate(w.client(transport, to, w.credentials("alice")))
			if got := netip.MustParseAddrPort(conn.LocalAddr().String()).Addr(); got != netip.MustParseAddr(public4) {
				t.Errorf("the relayed address is %v", got)
			}
			// pion/turn keeps a message of up to 4 octets over TCP until the next one; media has none.
			for _, size := range []int{5, 7, 100, 1400} {
				w.echoed(conn, w.peer(public4, w.media), strings.Repeat("x", size))
			}
			if got := w.relay.Stats().Allocations[transport]; got != 1 {
				t.Errorf("%d allocations over %s", got, transport)
			}
		})
	}
	now := w.relay.Stats()
	if now.FromClients.Packets < 12 || now.ToClients.Bytes < 3*1512 {
		t.Errorf("%+v", now)
	}
}

func TestIPv6MediaIsReached(t *testing.T) {
	w := start(t, nil)
	w.echoed(w.allocate(w.client(relay.UDP, w.udp6, w.credentials("alice"))), w.peer(public6, w.media), "six")
}

func TestNoOtherPortOfThisServerIsReached(t *testing.T) {
	w := start(t, nil)
	other := w.listenPacket("udp4", "127.0.0.1:0")
	defer other.Close()
	port := other.LocalAddr().(*net.UDPAddr).AddrPort().Port()
	conn := w.allocate(w.client(relay.UDP, w.udp, w.credentials("alice")))
	if _, err := conn.WriteTo([]byte("in"), w.peer(public4, port)); err != nil {
		t.Fatal(err)
	}
	w.echoed(conn, w.peer(public4, w.media), "after") // so the one before was handled
	if got := w.relay.Stats().Refused[relay.RefusedPort]; got == 0 {
		t.Error("nothing was refused")
	}
	_ = other.SetReadDeadline(time.Now().Add(50 * time.Millisecond))
	if n, _, err := other.ReadFrom(make([]byte, 10)); err == nil {
		t.Errorf("%d octets came to another port", n)
	}
}

func TestNobodyReachesAClientThatDidNotSpeakToThem(t *testing.T) {
	w := start(t, nil)
	conn := w.allocate(w.client(relay.UDP, w.udp, w.credentials("alice")))
	w.echoed(conn, w.peer(public4, w.media), "mine")
	stranger := w.listenPacket("udp4", "127.0.0.1:0")
	defer stranger.Close()
	to := netip.MustParseAddrPort(conn.LocalAddr().String()).Port()
	if _, err := stranger.WriteTo([]byte("theirs"), w.peer("127.0.0.1", to)); err != nil {
		t.Fatal(err)
	}
	w.echoed(conn, w.peer(public4, w.media), "still mine") // fails if theirs came first
}

func TestCredentialsMustBeOurs(t *testing.T) {
	w := start(t, nil)
	good := w.credentials("alice")
	old, oldPassword := iceserver.Issuer{Secret: secret}.Credentials("alice", time.Now().Add(-time.Minute))
	for name, test := range map[string]struct {
		user
		cause relay.Refusal
	}{
		"another password": {user{good.name, "guess"}, relay.RefusedCredentials},
		"no expiry":        {user{"alice", iceserver.Password(secret, "alice")}, relay.RefusedCredentials},
		"another secret":   {user{good.name, iceserver.Password("south", good.name)}, relay.RefusedCredentials},
		"a longer life":    {user{"9" + good.name, good.password}, relay.RefusedCredentials},
		"expired":          {user{old, oldPassword}, relay.RefusedExpired},
	} {
		t.Run(name, func(t *testing.T) {
			before := w.relay.Stats().Refused[test.cause]
			if conn, err := w.client(relay.UDP, w.udp, test.user).Allocate(); err == nil {
				_ = conn.Close()
				t.Fatal("allocated")
			}
			if w.relay.Stats().Refused[test.cause] == before {
				t.Errorf("not counted as %s: %v", test.cause, w.relay.Stats().Refused)
			}
		})
	}
	if got := w.relay.Stats().Allocations[relay.UDP]; got != 0 {
		t.Errorf("%d allocations", got)
	}
}

// A browser cannot be given other credentials in the middle of a call.
func TestAnAllocationOutlivesItsCredentials(t *testing.T) {
	w := start(t, nil)
	conn := w.allocate(w.client(relay.UDP, w.udp, w.credentials("alice")))
	w.clock.ahead.Store(int64(2 * time.Hour))
	w.echoed(conn, w.peer(public4, w.media), "later") // its permission is asked for now
}

func TestLimitsAndWhatIsGivenBack(t *testing.T) {
	for name, test := range map[string]struct {
		limits  relay.Limits
		another string // user who is refused too
		cause   relay.Refusal
	}{
		"of a user":     {relay.Limits{AllocationsPerUser: 2}, "alice", relay.RefusedUser},
		"of an address": {relay.Limits{AllocationsPerAddress: 2}, "bob", relay.RefusedAddress},
		"of all":        {relay.Limits{Allocations: 2}, "bob", relay.RefusedFull},
	} {
		t.Run(name, func(t *testing.T) {
			w := start(t, func(cfg *relay.Config) { cfg.Limits = test.limits })
			first := w.allocate(w.client(relay.UDP, w.udp, w.credentials("alice")))
			w.allocate(w.client(relay.UDP, w.udp, w.credentials("alice")))
			if conn, err := w.client(relay.UDP, w.udp, w.credentials(test.another)).Allocate(); err == nil {
				_ = conn.Close()
				t.Fatal("the third was allocated")
			} else if !strings.Contains(err.Error(), "486") {
				t.Errorf("refused with %v, want 486", err)
			}
			if w.relay.Stats().Refused[test.cause] == 0 {
				t.Error(w.relay.Stats().Refused)
			}
			if err := first.Close(); err != nil {
				t.Fatal(err)
			}
			until(t, "the first is gone", func() bool { return w.relay.Stats().Allocations[relay.UDP] == 1 })
			w.allocate(w.client(relay.UDP, w.udp, w.credentials(test.another)))
		})
	}
}

func TestRequestsOfOneAddressArePaced(t *testing.T) {
	w := start(t, func(cfg *relay.Config) { cfg.Limits.RequestsPerAddress = 3 })
	conn := w.listenPacket("udp4", "127.0.0.1:0")
	defer conn.Close()
	binding := append([]byte{0, 1, 0, 0, 0x21, 0x12, 0xA4, 0x42}, make([]byte, 12)...)
	for range 20 {
		if _, err := conn.WriteTo(binding, w.udp); err != nil {
			t.Fatal(err)
		}
	}
	until(t, "most were refused", func() bool { return w.relay.Stats().Refused[relay.RefusedPace] >= 14 }) // two seconds may begin meanwhile
}

func TestSilentAndTalkativeStrangersAreCutOff(t *testing.T) {
	w := start(t, nil)
	for name, sent := range map[string][]byte{
		"HTTP":          []byte("GET / HTTP/1.1\r\nHost: x\r\n\r\n"),
		"a long frame":  {0, 1, 0xff, 0xfc, 0x21, 0x12, 0xA4, 0x42},
		"nothing valid": bytes.Repeat([]byte{0xff}, 64),
	} {
		for transport, to := range map[relay.Transport]net.Addr{relay.TCP: w.tcp, relay.TLS: w.tls} {
			t.Run(name+" over "+string(transport), func(t *testing.T) {
				conn, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", to.String())
				if err != nil {
					t.Fatal(err)
				}
				defer conn.Close()
				_, _ = conn.Write(sent)
				_ = conn.SetReadDeadline(time.Now().Add(5 * time.Second))
				if _, err := io.Copy(io.Discard, conn); err != nil && strings.Contains(err.Error(), "timeout") {
					t.Error("still connected")
				}
			})
		}
	}
	until(t, "no connection is kept", func() bool { return w.relay.Stats().Connections == 0 })
}

func TestConnectionsAreBoundedByAddress(t *testing.T) {
	w := start(t, func(cfg *relay.Config) { cfg.Limits.AllocationsPerAddress = 3 })
	for range 5 {
		conn, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", w.tcp.String())
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
	}
	until(t, "two were refused", func() bool { return w.relay.Stats().Refused[relay.RefusedAddress] == 2 })
	if got := w.relay.Stats().Connections; got != 3 {
		t.Errorf("%d connections", got)
	}
}

func TestTheCertificateMayChange(t *testing.T) {
	var current atomic.Pointer[tls.Certificate]
	first, second := certificate(t, "first"), certificate(t, "second")
	current.Store(&first)
	w := start(t, func(cfg *relay.Config) {
		cfg.Certificates = &tls.Config{
			NextProtos:     []string{"h2"},
			GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) { return current.Load(), nil },
		}
	})
	shown := func() string {
		dialer := tls.Dialer{Config: &tls.Config{InsecureSkipVerify: true, NextProtos: []string{"stun.turn"}}} //nolint:gosec // self-signed
		conn, err := dialer.DialContext(t.Context(), "tcp", w.tls.String())
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		state := conn.(*tls.Conn).ConnectionState()
		if state.NegotiatedProtocol != "stun.turn" {
			t.Errorf("the protocol is %q", state.NegotiatedProtocol)
		}
		return state.PeerCertificates[0].Subject.CommonName
	}
	if got := shown(); got != "first" {
		t.Error(got)
	}
	current.Store(&second)
	if got := shown(); got != "second" {
		t.Error(got)
	}
}

func TestCloseEndsWhatClientsHave(t *testing.T) {
	w := start(t, nil)
	conn := w.allocate(w.client(relay.TCP, w.tcp, w.credentials("alice")))
	w.echoed(conn, w.peer(public4, w.media), "before")
	if err := w.relay.Close(); err != nil {
		t.Fatal(err)
	}
	until(t, "nothing is left", func() bool {
		now := w.relay.Stats()
		return now.Connections == 0 && now.Allocations[relay.TCP] == 0
	})
}

func TestTCPIsNotRelayed(t *testing.T) {
	w := start(t, nil)
	if _, err := w.client(relay.TCP, w.tcp, w.credentials("alice")).AllocateTCP(); err == nil {
		t.Error("allocated")
	}
	if w.relay.Stats().Refused[relay.RefusedRelay] == 0 {
		t.Error(w.relay.Stats().Refused)
	}
}

func TestRelayedPortsAreOfTheRange(t *testing.T) {
	free := start(t, nil).echo() // a port that is taken, and its neighbors
	w := start(t, func(cfg *relay.Config) { cfg.Ports = relay.Ports{First: free, Last: free + 20} })
	for range 3 {
		got := netip.MustParseAddrPort(w.allocate(w.client(relay.UDP, w.udp, w.credentials("alice"))).LocalAddr().String()).Port()
		if got < free || got > free+20 {
			t.Errorf("port %d", got)
		}
	}
}

func TestAPanicInADecisionRefusesAndGoesOn(t *testing.T) {
	var broken atomic.Bool
	w := start(t, func(cfg *relay.Config) {
		addresses := cfg.Media.Addresses
		cfg.Media.Addresses = func() []netip.AddrPort {
			if broken.Load() {
				panic("for the test")
			}
			return addresses()
		}
	})
	c := w.client(relay.UDP, w.udp, w.credentials("alice"))
	conn := w.allocate(c)
	broken.Store(true)
	if err := c.CreatePermission(w.peer(public4, w.media)); err == nil {
		t.Error("permitted")
	}
	broken.Store(false)
	w.echoed(conn, w.peer(public4, w.media), "after")
}
