package relay

import (
	"bytes"
	"errors"
	"io"
	"net"
	"net/netip"
	"os"
	"testing"
	"testing/synctest"
	"time"
)

// pipe returns a stream and the client's end.
func pipe(t *testing.T) (*stream, net.Conn) {
	t.Helper()
	ours, client := net.Pipe()
	s := newStream(ours, func() {})
	t.Cleanup(func() { _ = client.Close(); _ = s.Close() })
	return s, client
}

func TestMessagesComeOneByOneHoweverTheyWereSent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		stunFrame := append([]byte{0, 1, 0, 4, 0x21, 0x12, 0xA4, 0x42}, bytes.Repeat([]byte{7}, 16)...)
		data := []byte{0x40, 1, 0, 5, 'h', 'e', 'l', 'l', 'o', 0, 0, 0}
		sent := append(append(append([]byte(nil), stunFrame...), data...), stunFrame...)
		for _, step := range []int{1, 3, 25, len(sent)} {
			s, client := pipe(t)
			go func() {
				for rest := sent; len(rest) > 0; rest = rest[min(step, len(rest)):] {
					_, _ = client.Write(rest[:min(step, len(rest))])
				}
			}()
			b := make([]byte, 1600)
			for i, want := range [][]byte{stunFrame, data, stunFrame} {
				n, err := s.Read(b)
				if err != nil || !bytes.Equal(b[:n], want) {
					t.Fatalf("message %d in steps of %d: % x, %v", i, step, b[:n], err)
				}
			}
		}
	})
}

func TestAConnectionMustProveItselfInTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, client := pipe(t)
		begin := time.Now()
		ended := make(chan struct{})
		go func() { // a byte now and then does not help
			defer close(ended)
			for {
				if _, err := client.Write([]byte{0}); err != nil {
					return
				}
				time.Sleep(time.Second)
			}
		}()
		defer func() { _ = client.Close(); <-ended }()
		_, err := s.Read(make([]byte, 1600))
		if took := time.Since(begin); !errors.Is(err, os.ErrDeadlineExceeded) || took != patience {
			t.Errorf("%v after %v", err, took)
		}
	})
}

func TestAProvenConnectionMayBeSilentForAnHour(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, client := pipe(t)
		frame := []byte{0x40, 1, 0, 4, 1, 2, 3, 4}
		s.prove()
		go func() {
			time.Sleep(idle - time.Second)
			_, _ = client.Write(frame)
		}()
		if _, err := s.Read(make([]byte, 1600)); err != nil {
			t.Fatal(err)
		}
		begin := time.Now()
		if _, err := s.Read(make([]byte, 1600)); !errors.Is(err, os.ErrDeadlineExceeded) || time.Since(begin) != idle {
			t.Errorf("%v after %v", err, time.Since(begin))
		}
	})
}

func TestAClientThatDoesNotReadIsCutOff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, client := pipe(t)
		s.prove()
		if _, err := s.Write([]byte("media")); !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Error(err)
		}
		if _, err := client.Read(make([]byte, 1)); !errors.Is(err, io.EOF) {
			t.Error("the connection is still open:", err)
		}
	})
}

func FuzzFrameSize(f *testing.F) {
	for _, seed := range [][]byte{{0, 1, 0, 4}, {0x40, 0, 0, 5}, {0x7f, 0xff, 0xff, 0xff}, {0, 1, 0xff, 0xfc}, {0x80, 0, 0, 0}} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, header []byte) {
		if len(header) < 4 {
			return
		}
		size, err := frameSize(header[:4])
		if err == nil && (size < 4 || size > maxFrame || size%4 != 0) {
			t.Errorf("% x: %d octets", header[:4], size)
		}
	})
}

func TestThePaceOfANetwork(t *testing.T) {
	var p pace
	now := time.Unix(1000, 0)
	one, two := networkOf(netip.MustParseAddr("2001:4860::1")), networkOf(netip.MustParseAddr("2001:4860:0:1::1"))
	if networkOf(netip.MustParseAddr("2001:4860::2")) != one || one == two {
		t.Fatal("a /64 is one network")
	}
	for range 2 {
		if !p.admit(one, 2, now) {
			t.Error("refused too early")
		}
	}
	switch {
	case p.admit(one, 2, now.Add(999*time.Millisecond)):
		t.Error("the third of a second")
	case !p.admit(two, 2, now):
		t.Error("another network pays for the first")
	case !p.admit(one, 2, now.Add(time.Second)):
		t.Error("the next second begins anew")
	case !p.admit(one, 0, now):
		t.Error("0 is no limit")
	}
	for i := range maxNetworks {
		p.admit(networkOf(netip.AddrFrom4([4]byte{8, byte(i >> 16), byte(i >> 8), byte(i)})), 2, now.Add(time.Second))
	}
	if p.admit(two, 2, now.Add(time.Second)) || !p.admit(one, 2, now.Add(time.Second)) {
		t.Error("more networks are remembered than there may be, or a known one was forgotten")
	}
}

// Packets that are relayed cost no memory here; pion/turn's share is its own.
func TestARelayedPacketAllocatesNothing(t *testing.T) {
	if raceEnabled {
		t.Skip("the race detector allocates")
	}
	conn, err := listenUDP("udp4", 0)
	if err != nil {
		t.Fatal(err)
	}
	r := &relayed{UDPConn: conn, release: func(*relayed) {}}
	defer r.Close()
	own := netip.AddrPortFrom(netip.MustParseAddr("127.0.0.1"), addrPortOf(conn.LocalAddr()).Port())
	public := netip.MustParseAddrPort("198.51.100.7:4000")
	r.target = func(netip.AddrPort) (netip.AddrPort, bool) { return own, true }
	r.known.Store(&targets{})
	var to net.Addr = net.UDPAddrFromAddrPort(public)
	b := make([]byte, 1200)
	once := func() {
		if _, err := r.WriteTo(b, to); err != nil {
			t.Fatal(err)
		}
		if _, from, err := r.ReadFrom(b); err != nil || from.String() == "" {
			t.Fatal(err)
		}
	}
	once()
	if got := testing.AllocsPerRun(100, func() {
		_, _ = r.WriteTo(b, to)
		_, _, _ = r.ReadFrom(b)
	}); got != 0 {
		t.Errorf("%v allocations", got)
	}
}

func TestAnAllocationRemembersSoManyPeers(t *testing.T) {
	conn, err := listenUDP("udp4", 0)
	if err != nil {
		t.Fatal(err)
	}
	r := &relayed{UDPConn: conn, release: func(*relayed) {}}
	defer r.Close()
	r.known.Store(&targets{})
	for port := range uint16(3 * maxTargets) {
		a := netip.AddrPortFrom(netip.MustParseAddr("8.8.8.8"), port+1)
		r.remember(a, a)
		if n := len(r.known.Load().to); n > maxTargets {
			t.Fatalf("%d peers", n)
		}
	}
}
