package relay_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"math/big"
	"net"
	"net/netip"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pion/turn/v5"
	"go.uber.org/goleak"

	"github.com/atrium-rtc/atrium/internal/iceserver"
	"github.com/atrium-rtc/atrium/internal/relay"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	realm  = "atrium"
	secret = "north"
	// What clients are told as addresses of media. Nobody has them; behind them is an
	// echo on loopback.
	public4 = "198.51.100.7"
	public6 = "2001:db8::7"
)

// world is a relay with an echo as its media.
type world struct {
	testing.TB
	relay *relay.Server
	media uint16 // port
	udp   net.Addr
	udp6  net.Addr
	tcp   net.Addr
	tls   net.Addr
	clock *clock
}

// clock shows the time of the test, advanced by hand.
type clock struct{ ahead atomic.Int64 }

func (c *clock) now() time.Time { return time.Now().Add(time.Duration(c.ahead.Load())) }

// start runs a relay on loopback until the test is over.
func start(t testing.TB, change func(*relay.Config)) *world {
	t.Helper()
	w := &world{TB: t, clock: &clock{}}
	w.media = w.echo()
	cfg := relay.Config{
		Realm: realm, Secret: secret, Certificates: &tls.Config{Certificates: []tls.Certificate{certificate(t, "first")}},
		Media: relay.Media{
			Addresses: func() []netip.AddrPort {
				return []netip.AddrPort{
					netip.AddrPortFrom(netip.MustParseAddr(public4), w.media), netip.AddrPortFrom(netip.MustParseAddr(public6), w.media),
				}
			},
			Local: func(a netip.AddrPort) netip.AddrPort {
				if a.Addr().Is4() {
					return netip.AddrPortFrom(netip.AddrFrom4([4]byte{127, 0, 0, 1}), a.Port())
				}
				return netip.AddrPortFrom(netip.IPv6Loopback(), a.Port())
			},
		},
		Now: w.clock.now,
	}
	v4, v6 := w.listenPacket("udp4", "127.0.0.1:0"), w.listenPacket("udp6", "[::1]:0")
	plain, secure := w.listen(), w.listen()
	w.udp, w.udp6, w.tcp, w.tls = v4.LocalAddr(), v6.LocalAddr(), plain.Addr(), secure.Addr()
	cfg.UDP, cfg.TCP, cfg.TLS = []net.PacketConn{v4, v6}, []net.Listener{plain}, []net.Listener{secure}
	if change != nil {
		change(&cfg)
	}
	var err error
	if w.relay, err = relay.Start(cfg); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := w.relay.Close(); err != nil {
			t.Error(err)
		}
	})
	return w
}

func (w *world) listenPacket(network, address string) net.PacketConn {
	w.Helper()
	conn, err := (&net.ListenConfig{}).ListenPacket(w.Context(), network, address)
	if err != nil {
		w.Fatal(err)
	}
	return conn
}

func (w *world) listen() net.Listener {
	w.Helper()
	l, err := (&net.ListenConfig{}).Listen(w.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		w.Fatal(err)
	}
	return l
}

// echo answers what comes to a port of 127.0.0.1 and of ::1.
func (w *world) echo() uint16 {
	w.Helper()
	first := w.listenPacket("udp4", "127.0.0.1:0")
	a := first.LocalAddr().(*net.UDPAddr).AddrPort() //nolint:forcetypeassert // udp4
	second := w.listenPacket("udp6", net.JoinHostPort("::1", strconv.Itoa(int(a.Port()))))
	for _, conn := range []net.PacketConn{first, second} {
		w.Cleanup(func() { _ = conn.Close() })
		go func() {
			b := make([]byte, 2000)
			for {
				n, from, err := conn.ReadFrom(b)
				if err != nil {
					return
				}
				_, _ = conn.WriteTo(b[:n], from)
			}
		}()
	}
	return a.Port()
}

// user is who a client says it is.
type user struct{ name, password string }

// credentials are good for an hour.
func (w *world) credentials(name string) user {
	username, password := iceserver.Issuer{Secret: secret, Lifetime: time.Hour}.Credentials(name, w.clock.now())
	return user{username, password}
}

// dial connects a client over a transport; UDP by the family of to.
func (w *world) dial(transport relay.Transport, to net.Addr) net.PacketConn {
	w.Helper()
	switch transport {
	case relay.TCP:
		conn, err := (&net.Dialer{}).DialContext(w.Context(), "tcp", to.String())
		if err != nil {
			w.Fatal(err)
		}
		return turn.NewSTUNConn(conn)
	case relay.TLS:
		dialer := tls.Dialer{Config: &tls.Config{InsecureSkipVerify: true}} //nolint:gosec // the relay's is self-signed
		conn, err := dialer.DialContext(w.Context(), "tcp", to.String())
		if err != nil {
			w.Fatal(err)
		}
		return turn.NewSTUNConn(conn)
	default:
		if to.(*net.UDPAddr).IP.To4() == nil { //nolint:forcetypeassert // it is
			return w.listenPacket("udp6", "[::1]:0")
		}
		return w.listenPacket("udp4", "127.0.0.1:0")
	}
}

// client is pion's TURN client, with u's credentials.
func (w *world) client(transport relay.Transport, to net.Addr, u user) *turn.Client {
	w.Helper()
	conn := w.dial(transport, to)
	c, err := turn.NewClient(&turn.ClientConfig{
		TURNServerAddr: to.String(), Conn: conn, Username: u.name, Password: u.password, Realm: realm, RTO: 50 * time.Millisecond,
	})
	if err != nil {
		w.Fatal(err)
	}
	if err := c.Listen(); err != nil {
		w.Fatal(err)
	}
	w.Cleanup(func() {
		c.Close()
		_ = conn.Close()
	})
	return c
}

// allocate makes an allocation that lasts as long as the test.
func (w *world) allocate(c *turn.Client) net.PacketConn {
	w.Helper()
	conn, err := c.Allocate()
	if err != nil {
		w.Fatal(err)
	}
	w.Cleanup(func() { _ = conn.Close() })
	return conn
}

func (w *world) ways() map[relay.Transport]net.Addr {
	return map[relay.Transport]net.Addr{relay.UDP: w.udp, relay.TCP: w.tcp, relay.TLS: w.tls}
}

// until waits for a condition.
func until(t *testing.T, what string, met func() bool) {
	t.Helper()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for end := time.After(10 * time.Second); !met(); {
		select {
		case <-tick.C:
		case <-end:
			t.Fatal("never: " + what)
		}
	}
}

func certificate(tb testing.TB, name string) tls.Certificate {
	tb.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		tb.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name}, NotAfter: time.Now().Add(time.Hour), DNSNames: []string{"localhost"},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		tb.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}
