package udp

import (
	"bytes"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/netip"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/atrium-rtc/atrium/internal/testnet"
)

const (
	serverIP  = "10.0.0.1"
	mediaPort = 8082
)

var serverAddr = netip.MustParseAddrPort("10.0.0.1:8082")

// bench is a Mux on a simulated host; tests run it in a synctest bubble, where
// synctest.Wait means that every datagram has been dispatched.
type bench struct {
	*testing.T
	net *testnet.Net
	mux *Mux
}

func newBench(t *testing.T, cfg Config) *bench {
	t.Helper()
	n := testnet.New(t, testnet.Options{})
	if cfg.Sockets == nil {
		cfg.Sockets = []net.PacketConn{n.Host(serverIP).ListenPacket(mediaPort)}
	}
	m, err := New(cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = m.Close() })
	return &bench{t, n, m}
}

func (b *bench) conn(ufrag string) *muxedConn {
	b.Helper()
	return getConn(b, b.mux, ufrag, serverAddr)
}

func getConn(tb testing.TB, m *Mux, ufrag string, local netip.AddrPort) *muxedConn {
	tb.Helper()
	conn, err := m.GetConn(ufrag, net.UDPAddrFromAddrPort(local))
	if err != nil {
		tb.Fatal(err)
	}
	c, ok := conn.(*muxedConn)
	if !ok {
		tb.Fatalf("GetConn returned a %T", conn)
	}
	return c
}

// client is a socket of a peer.
func (b *bench) client(ip string) *testnet.Conn {
	b.Helper()
	return b.net.Host(ip).ListenPacket(5000)
}

func (b *bench) send(from *testnet.Conn, payload []byte) {
	b.Helper()
	if _, err := from.WriteToAddrPort(payload, serverAddr); err != nil {
		b.Fatal(err)
	}
	synctest.Wait()
}

// check makes the agent behind c send STUN to a client, as a connectivity
// check or an answer to one.
func (b *bench) check(c *muxedConn, to *testnet.Conn) {
	b.Helper()
	if _, err := c.WriteTo(request(b, "theirs:ours"), to.LocalAddr()); err != nil {
		b.Fatal(err)
	}
	synctest.Wait()
}

// waiting is how many datagrams c's agent could read now.
func waiting(c *muxedConn) int {
	c.inbox.mu.Lock()
	defer c.inbox.mu.Unlock()
	return c.inbox.length
}

func (b *bench) expect(c *muxedConn, want int, why string) {
	b.Helper()
	if got := waiting(c); got != want {
		b.Errorf("%s: %d datagrams wait, want %d", why, got, want)
	}
}

var media = []byte{0x80, 96, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1}

func TestMediaReachesTheAgentThatSpokeToItsSource(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, Config{})
		alice, bob := b.conn("alice"), b.conn("bob")
		a, o := b.client("10.0.0.2"), b.client("10.0.0.3")
		b.send(a, media)
		b.expect(alice, 0, "media before any STUN")
		b.send(a, request(t, "alice:x"))
		b.expect(alice, 1, "a request of a stranger")
		b.send(a, media)
		b.expect(alice, 1, "media before the agent answered")
		b.check(alice, a)
		b.check(bob, o)
		b.send(a, media)
		b.send(o, media)
		b.send(o, media)
		b.expect(alice, 2, "media of a known address")
		b.expect(bob, 2, "media of the other peer")

		buf := make([]byte, 1500)
		if _, from, err := alice.ReadFrom(buf); err != nil || from.String() != "10.0.0.2:5000" {
			t.Errorf("request from %v: %v", from, err)
		}
		n, from, err := alice.ReadFromAddrPort(buf)
		if err != nil || from.String() != "10.0.0.2:5000" || string(buf[:n]) != string(media) {
			t.Errorf("%x from %v: %v", buf[:n], from, err)
		}
		got := b.mux.Stats()
		want := Stats{
			DatagramsIn: 6, OctetsIn: uint64(5*len(media) + len(request(t, "alice:x"))),
			DatagramsOut: 2, OctetsOut: uint64(2 * len(request(t, "theirs:ours"))),
			Dropped:     Dropped{UnknownSource: 2},
			Connections: 2, Addresses: 2,
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
	})
}

func TestOnlySTUNTeachesAnAddress(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, Config{})
		alice, a := b.conn("alice"), b.client("10.0.0.2")
		for _, p := range [][]byte{media, {22, 254, 253, 0}, {0x80, 200, 0, 6}} {
			if _, err := alice.WriteTo(p, a.LocalAddr()); err != nil {
				t.Fatal(err)
			}
		}
		if got := b.mux.Stats().Addresses; got != 0 {
			t.Errorf("%d addresses learned", got)
		}
	})
}

func TestDroppedDatagramsAreCountedByReason(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, Config{QueueLength: 3})
		alice, a := b.conn("alice"), b.client("10.0.0.2")
		b.check(alice, a)
		largest := append(append([]byte(nil), media...), make([]byte, MaxDatagram-len(media))...)
		b.send(a, largest)
		b.send(a, append(largest, 0))
		b.send(a, []byte{64, 0, 0, 0})
		b.send(a, nil)
		b.send(a, request(t, "no colon"))
		b.send(a, request(t, "nobody:x"))
		b.send(b.client("10.0.0.3"), media)
		for range 4 {
			b.send(a, media)
		}
		want := Dropped{UnknownSource: 2, BadSTUN: 1, Unclassified: 2, Oversize: 1, QueueFull: 2}
		if diff := cmp.Diff(want, b.mux.Stats().Dropped); diff != "" {
			t.Error(diff)
		}
		if n, _, err := alice.ReadFrom(make([]byte, 100)); n != 100 || !errors.Is(err, io.ErrShortBuffer) {
			t.Errorf("%d octets into a buffer of 100: %v", n, err)
		}
	})
}

// A flood of strangers who know a username fragment but not its password
// costs a full queue of the one agent, and nothing else.
func TestFloodOfStrangersGrowsNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, Config{})
		alice, bob, a := b.conn("alice"), b.conn("bob"), b.client("10.0.0.2")
		b.check(bob, a)
		forged := request(t, "alice:x")
		stranger := b.net.Host("10.0.9.9").ListenPacket
		for i := range 8000 {
			c := stranger(uint16(10000 + i))
			if _, err := c.WriteToAddrPort(forged, serverAddr); err != nil {
				t.Fatal(err)
			}
			_, _ = c.WriteToAddrPort(media, serverAddr)
			_ = c.Close()
			if i%1000 == 0 {
				synctest.Wait()
			}
		}
		synctest.Wait()
		b.expect(alice, DefaultQueueLength, "the flooded agent")
		b.send(a, media)
		b.expect(bob, 1, "the neighbour")
		s := b.mux.Stats()
		if s.Addresses != 1 || s.Connections != 2 || s.Dropped.UnknownSource != 8000 || s.Dropped.QueueFull != 8000-DefaultQueueLength {
			t.Errorf("%+v", s)
		}
	})
}

// A peer can make our agent send checks to any address, by signalling it as its
// candidate. That must not divert the media of the one who is there.
func TestAddressInUseCannotBeClaimedByAnotherAgent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, Config{})
		victim, thief, v := b.conn("victim"), b.conn("thief"), b.client("10.0.0.2")
		b.check(victim, v)
		b.send(v, media)
		for range 20 {
			b.check(thief, v)
			time.Sleep(time.Second)
			b.send(v, media)
		}
		b.expect(thief, 0, "the thief")
		b.expect(victim, 21, "the victim")
		if got := b.mux.Stats().Contested; got != 20 {
			t.Errorf("%d claims counted, want 20", got)
		}
	})
}

func TestAddressClaimedFirstByAnotherAgentGoesToTheOneWhoIsThere(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, Config{})
		thief, victim, v := b.conn("thief"), b.conn("victim"), b.client("10.0.0.2")
		b.check(thief, v)
		b.send(v, request(t, "victim:x"))
		b.expect(victim, 1, "a request names its agent")
		b.check(victim, v)
		b.send(v, media)
		b.expect(victim, 2, "media after the answer")
		b.expect(thief, 0, "the thief")
	})
}

func TestAddressOfAPeerGoneSilentIsFree(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, Config{})
		gone, next, c := b.conn("gone"), b.conn("next"), b.client("10.0.0.2")
		b.check(gone, c)
		b.send(c, media)
		b.check(next, c) // finds it alive
		time.Sleep(takeoverAfter - time.Millisecond)
		b.check(next, c)
		b.send(c, media)
		b.expect(next, 0, "a moment too early")
		b.check(next, c)
		time.Sleep(takeoverAfter)
		b.check(next, c)
		b.send(c, media)
		b.expect(next, 1, "after the silence")
		_ = gone.Close()
		b.send(c, media)
		b.expect(next, 2, "after the old agent's end")
	})
}

func TestAgentKnowsABoundedNumberOfAddresses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, Config{})
		alice, a := b.conn("alice"), b.client("10.0.0.2")
		b.check(alice, a)
		b.send(a, media)
		for i := range 1000 {
			to := netip.AddrPortFrom(netip.MustParseAddr("10.0.1.1"), uint16(10000+i))
			if _, err := alice.WriteToAddrPort(request(t, "theirs:alice"), to); err != nil {
				t.Fatal(err)
			}
			if i%10 == 0 {
				b.send(a, media) // the path in use speaks now and then
			}
		}
		if got := b.mux.Stats().Addresses; got != maxRemotes {
			t.Errorf("%d addresses, want %d", got, maxRemotes)
		}
		before := waiting(alice)
		b.send(a, media)
		b.expect(alice, before+1, "the path in use was kept")
	})
}

func TestCloseWakesTheReaderAndForgetsItsAddresses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, Config{})
		alice, a := b.conn("alice"), b.client("10.0.0.2")
		b.check(alice, a)
		end := make(chan error)
		go func() {
			_, _, err := alice.ReadFrom(make([]byte, 1500))
			end <- err
		}()
		synctest.Wait()
		if err := errors.Join(alice.Close(), alice.Close()); err != nil {
			t.Error(err)
		}
		if err := <-end; !errors.Is(err, net.ErrClosed) {
			t.Errorf("read: %v", err)
		}
		if _, err := alice.WriteTo(media, a.LocalAddr()); !errors.Is(err, io.ErrClosedPipe) {
			t.Errorf("write: %v", err)
		}
		alice.socket.learn(alice, serverAddr) // a check that was under way
		b.send(a, request(t, "alice:x"))
		if s := b.mux.Stats(); s.Addresses != 0 || s.Connections != 0 || s.Dropped.UnknownSource != 1 {
			t.Errorf("%+v", s)
		}
	})
}

func TestRemoveConnByUfragClosesTheAgentsConnectionsOnly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, Config{})
		old, twin, other, a := b.conn("old"), b.conn("old"), b.conn("other"), b.client("10.0.0.2")
		b.check(old, a)
		b.mux.RemoveConnByUfrag("old")
		b.mux.RemoveConnByUfrag("never seen")
		for _, c := range []*muxedConn{old, twin} {
			if _, _, err := c.ReadFrom(nil); !errors.Is(err, net.ErrClosed) {
				t.Errorf("read: %v", err)
			}
		}
		restarted := b.conn("new")
		b.send(a, request(t, "new:x"))
		b.check(restarted, a)
		b.send(a, media)
		b.expect(restarted, 2, "the same address after a restart")
		b.check(other, b.client("10.0.0.3"))
		if s := b.mux.Stats(); s.Connections != 2 || s.Addresses != 2 {
			t.Errorf("%+v", s)
		}
	})
}

// Candidates of one agent share a socket. Were each to take whatever comes
// next, their goroutines would reorder media.
func TestOneAddressIsReadByOneCandidate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, Config{})
		first, second, a := b.conn("alice"), b.conn("alice"), b.client("10.0.0.2")
		for range 10 {
			b.check(second, a)
			b.check(first, a)
			b.send(a, request(t, "alice:x"))
			b.send(a, media)
		}
		b.expect(second, 20, "the candidate that spoke first")
		b.expect(first, 0, "the other")
		_ = second.Close()
		b.send(a, request(t, "alice:x"))
		b.expect(first, 1, "a request after that candidate's end")
	})
}

func TestCloseEndsEverythingAndMayBeRepeated(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, Config{})
		alice := b.conn("alice")
		if err := b.mux.Close(); err != nil {
			t.Error(err)
		}
		if err := b.mux.Close(); err != nil {
			t.Error(err)
		}
		if _, _, err := alice.ReadFrom(nil); !errors.Is(err, net.ErrClosed) {
			t.Errorf("read: %v", err)
		}
		if _, err := b.mux.GetConn("bob", net.UDPAddrFromAddrPort(serverAddr)); !errors.Is(err, net.ErrClosed) {
			t.Errorf("GetConn: %v", err)
		}
	})
}

func TestAdvertisedAddressesReplaceTheSocketsOwn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		public := netip.MustParseAddrPort("198.51.100.7:30000")
		b := newBench(t, Config{Advertise: []netip.AddrPort{public}})
		addrs := b.mux.GetListenAddresses()
		if len(addrs) != 1 || addrs[0].String() != public.String() {
			t.Fatalf("listen addresses %v", addrs)
		}
		c := getConn(t, b.mux, "alice", public)
		if c.LocalAddr().String() != public.String() {
			t.Errorf("local address %v", c.LocalAddr())
		}
		b.send(b.client("10.0.0.2"), request(t, "alice:x"))
		b.expect(c, 1, "a request to the public address")
	})
}

func TestNewRefusesAnAdvertisedAddressWithoutASocketAndClosesAll(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		host := testnet.New(t, testnet.Options{}).Host(serverIP)
		_, err := New(Config{
			Sockets:   []net.PacketConn{host.ListenPacket(mediaPort)},
			Advertise: []netip.AddrPort{netip.MustParseAddrPort("[2001:db8::1]:8082")},
		})
		if !errors.Is(err, ErrNoSocket) {
			t.Errorf("error %v", err)
		}
		host.ListenPacket(mediaPort) // fails the test if the port is still taken
		if _, err := New(Config{}); !errors.Is(err, ErrNoAddress) {
			t.Errorf("no sockets: %v", err)
		}
	})
}

// failing is a socket whose reads fail a few times before they work.
type failing struct {
	net.PacketConn
	failures int
}

func (f *failing) ReadFrom(b []byte) (int, net.Addr, error) {
	if f.failures > 0 {
		f.failures--
		return 0, nil, errors.New("network is down")
	}
	return f.PacketConn.ReadFrom(b)
}

func TestReaderSurvivesFailuresAndReadsAnyPacketConn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := testnet.New(t, testnet.Options{})
		socket := &failing{n.Host(serverIP).ListenPacket(mediaPort), 5}
		m, err := New(Config{Sockets: []net.PacketConn{socket}})
		if err != nil {
			t.Fatal(err)
		}
		b := &bench{t, n, m}
		t.Cleanup(func() { _ = m.Close() })
		alice, a := b.conn("alice"), b.client("10.0.0.2")
		b.send(a, request(t, "alice:x"))
		b.expect(alice, 0, "while the reader waits")
		time.Sleep(time.Minute)
		b.expect(alice, 1, "afterwards")
		b.check(alice, a)
		if size, from, err := a.ReadFrom(make([]byte, 1500)); err != nil || size == 0 || from.String() != serverAddr.String() {
			t.Errorf("%d octets from %v: %v", size, from, err)
		}
	})
}

func TestReaderEndsWithASocketClosedBySomebodyElse(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		socket := testnet.New(t, testnet.Options{}).Host(serverIP).ListenPacket(mediaPort)
		var log bytes.Buffer
		m, err := New(Config{Sockets: []net.PacketConn{socket}, Logger: slog.New(slog.NewTextHandler(&log, nil))})
		if err != nil {
			t.Fatal(err)
		}
		_ = socket.Close()
		m.readers.Wait()
		if strings.Count(log.String(), "reading from a media socket failed") != 1 {
			t.Errorf("log: %q", log.String())
		}
		_ = m.Close() // its error is the second close's
	})
}
