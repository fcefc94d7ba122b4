package sfu_test

import (
	"crypto/rand"
	"net"
	"regexp"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pion/stun/v4"

	"github.com/atrium-rtc/atrium/sfu"
)

// Strangers send what looks like STUN, DTLS, RTP and RTCP at a high rate, from many
// addresses, some of it naming the agents of a call that goes on. Nobody answers them,
// nothing is kept of them, and the call is as before.
func TestFloodOfStrangersHarmsNobody(t *testing.T) {
	const rate, sources = 20_000, 64
	lasting := time.Second
	if nightly() {
		lasting = 20 * time.Second
	}
	s := newScene(t, sfu.Config{})
	names := []string{"nobody:knows", username(t, s.call.Publisher.Publication.Answer()), username(t, s.call.Viewer.Subscription.Answer())}
	f := newFlood(t, s, sources, names)
	f.send(t, rate, 200*time.Millisecond)
	before := heapInUse()
	s.mark()
	counted := s.engine.Stats().Network
	sent, took := f.send(t, rate, lasting)
	after, now := heapInUse(), s.engine.Stats().Network
	s.unharmed()
	dropped := now.Dropped.UnknownSource + now.Dropped.BadSTUN + now.Dropped.Unclassified -
		counted.Dropped.UnknownSource - counted.Dropped.BadSTUN - counted.Dropped.Unclassified
	t.Logf("%d datagrams of strangers, %.0f a second, %d dropped at once; %d answers; heap %+.2f MiB",
		sent, float64(sent)/took.Seconds(), dropped, f.answers.Load(), float64(after-before)/mebibyte)
	if n := f.answers.Load(); n != 0 {
		t.Errorf("%d answers to strangers", n)
	}
	if after-before > 10*mebibyte {
		t.Errorf("the heap grew by %.1f MiB, 10 at most", float64(after-before)/mebibyte)
	}
	if now.Addresses != counted.Addresses {
		t.Errorf("%d addresses are known, before %d", now.Addresses, counted.Addresses)
	}
}

// username is what requests to an agent begin with, of the description of its answer, with
// a guess behind it.
func username(t *testing.T, answer string) string {
	t.Helper()
	found := regexp.MustCompile(`(?m)^a=ice-ufrag:(\S+)`).FindStringSubmatch(answer)
	if found == nil {
		t.Fatalf("no username in %s", answer)
	}
	return found[1] + ":guess"
}

// flood is strangers with sockets of their own.
type flood struct {
	sockets   []*net.UDPConn
	datagrams [][]byte
	answers   atomic.Int64
}

func newFlood(t *testing.T, s *scene, sources int, names []string) *flood {
	t.Helper()
	f := &flood{datagrams: rogue(t, names)}
	for range sources {
		c := dialMedia(t, s.ports)
		f.sockets = append(f.sockets, c)
		go func() {
			for b := make([]byte, 2000); ; {
				if _, err := c.Read(b); err != nil {
					return
				}
				f.answers.Add(1)
			}
		}()
	}
	return f
}

// dialMedia returns a socket that sends to the server's media port.
func dialMedia(t *testing.T, ports *sfu.Ports) *net.UDPConn {
	t.Helper()
	to := net.UDPAddrFromAddrPort(ports.UDP.ListenAddresses()[0])
	c, err := net.DialUDP("udp4", nil, to)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return c
}

// send sends at a rate, in bursts of a millisecond.
func (f *flood) send(t *testing.T, rate int, lasting time.Duration) (sent int, took time.Duration) {
	t.Helper()
	began := time.Now()
	pace := time.NewTicker(time.Millisecond)
	defer pace.Stop()
	for took < lasting {
		<-pace.C
		took = time.Since(began)
		for due := int(took.Seconds() * float64(rate)); sent < due; sent++ {
			_, _ = f.sockets[sent%len(f.sockets)].Write(f.datagrams[sent%len(f.datagrams)])
		}
	}
	return sent, took
}

// rogue are datagrams as strangers send them.
func rogue(t *testing.T, names []string) (list [][]byte) {
	t.Helper()
	for _, name := range names {
		list = append(list, binding(t, stun.NewUsername(name), stun.NewShortTermIntegrity("guess"), stun.Fingerprint))
	}
	list = append(list, binding(t), binding(t, stun.NewSoftware("scanner")), clientHello())
	for _, begin := range [][]byte{
		{22, 254, 253, 0, 0, 0, 0, 0, 0, 0, 0, 255, 255}, // DTLS of a length that it does not have
		{23, 254, 253},
		{21, 254, 253, 0, 0},
		{20},
		{0x80, 96, 0, 1},
		{0x80, 201, 0, 1},
		{0xbf, 206, 255, 255},
		{1, 1, 0, 0, 0x21, 0x12, 0xa4, 0x42},
		{0, 1, 0xff, 0xfc, 0x21, 0x12, 0xa4, 0x42},
		{0x40, 0, 0, 8},
		{},
	} {
		b := make([]byte, 200)
		_, _ = rand.Read(b)
		copy(b, begin)
		list = append(list, b, b[:len(begin)])
	}
	return list
}

func binding(t *testing.T, with ...stun.Setter) []byte {
	t.Helper()
	m, err := stun.Build(append([]stun.Setter{stun.TransactionID, stun.BindingRequest}, with...)...)
	if err != nil {
		t.Fatal(err)
	}
	return m.Raw
}

// clientHello begins a handshake of DTLS 1.2 (RFC 5246 section 7.4.1.2, RFC 6347 section
// 4.2.2), with one cipher suite and no cookie.
func clientHello() []byte {
	body := append([]byte{254, 253}, make([]byte, 32)...)
	_, _ = rand.Read(body[2:])
	body = append(body, 0, 0, 0, 2, 0xc0, 0x2b, 1, 0, 0, 0) // session, cookie, suites, compression, extensions
	message := append([]byte{1, 0, 0, byte(len(body)), 0, 0, 0, 0, 0, 0, 0, byte(len(body))}, body...)
	return append([]byte{22, 254, 253, 0, 0, 0, 0, 0, 0, 0, 0, 0, byte(len(message))}, message...)
}

// STUN with the name of an agent and without its password, from 8,000 addresses: nothing
// is answered, and nothing kept.
func TestBadIntegrityFromManyAddressesIsForgotten(t *testing.T) {
	const sources = 8000
	s := newScene(t, sfu.Config{})
	name := username(t, s.call.Publisher.Publication.Answer())
	forged := binding(t, stun.NewUsername(name), stun.NewShortTermIntegrity("guess"), stun.Fingerprint)
	before := heapInUse()
	s.mark()
	answered, octets := 0, 0
	for range sources / 100 {
		t.Run("a hundred", func(t *testing.T) {
			var all []*net.UDPConn
			for range 100 {
				c := dialMedia(t, s.ports)
				_, _ = c.Write(forged)
				all = append(all, c)
			}
			now := time.Now()
			for _, c := range all {
				_ = c.SetReadDeadline(now.Add(5 * time.Millisecond))
				if n, err := c.Read(make([]byte, 2000)); err == nil {
					answered++
					octets = max(octets, n)
				}
			}
		})
	}
	s.unharmed()
	after := heapInUse()
	t.Logf("%d addresses, %d answers, the longest of %d octets to %d; heap %+.2f MiB", sources, answered, octets, len(forged), float64(after-before)/mebibyte)
	if answered != 0 {
		t.Errorf("%d answers, the longest of %d octets to %d", answered, octets, len(forged))
	}
	if after-before > mebibyte {
		t.Errorf("the heap grew by %.2f MiB, 1 at most", float64(after-before)/mebibyte)
	}
	if n := s.engine.Stats().Network.Addresses; n > 4 {
		t.Errorf("%d addresses are known", n)
	}
}
