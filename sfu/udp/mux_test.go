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

	"github.com/atrium-rtc/atrium/internal/testnet"
)

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
		alice.socket.group.learn(alice, serverAddr, false) // a check that was under way
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
