package testnet_test

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"os"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/atrium-rtc/atrium/internal/testnet"
)

const (
	alice = "10.0.0.1"
	bob   = "10.0.0.2"
	port  = 4000
)

var toBob = netip.MustParseAddrPort("10.0.0.2:4000")

// rtp is a packet of size octets that the network takes for RTP.
func rtp(size int) []byte {
	b := make([]byte, size)
	b[0], b[1] = 0x80, 96
	return b
}

// arrivals reads packets until the socket is closed, and sends the times since
// start, with each packet's third octet.
type arrival struct {
	After time.Duration
	Mark  byte
}

func collect(c net.PacketConn, start time.Time) func() []arrival {
	var all []arrival
	done := make(chan struct{})
	go func() {
		defer close(done)
		b := make([]byte, 2000)
		for {
			if _, _, err := c.ReadFrom(b); err != nil {
				return
			}
			all = append(all, arrival{time.Since(start), b[2]})
		}
	}()
	return func() []arrival {
		_ = c.Close()
		<-done
		return all
	}
}

func write(t *testing.T, c *testnet.Conn, b []byte) {
	t.Helper()
	if _, err := c.WriteToAddrPort(b, toBob); err != nil {
		t.Fatal(err)
	}
}

func TestDelayIsTheSumOfBothLinksExactly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := testnet.New(t, testnet.Options{})
		a, b := n.Host(alice), n.Host(bob)
		a.SetUplink(testnet.Link{Delay: 30 * time.Millisecond})
		b.SetDownlink(testnet.Link{Delay: 12345 * time.Microsecond})
		from, stop := a.ListenPacket(port), collect(b.ListenPacket(port), time.Now())
		write(t, from, rtp(100))
		time.Sleep(time.Second)
		write(t, from, rtp(100))
		time.Sleep(time.Second)
		const path = 42345 * time.Microsecond
		if diff := cmp.Diff([]arrival{{path, 0}, {time.Second + path, 0}}, stop()); diff != "" {
			t.Error(diff)
		}
	})
}

func TestPerfectLinkDeliversAtOnceWithTheSendersAddress(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := testnet.New(t, testnet.Options{})
		from, to := n.Host(alice).ListenPacket(port), n.Host(bob).ListenPacket(port)
		write(t, from, []byte("hello"))
		b := make([]byte, 10)
		size, source, err := to.ReadFrom(b)
		if err != nil || string(b[:size]) != "hello" || source.String() != "10.0.0.1:4000" {
			t.Errorf("read %q from %v: %v", b[:size], source, err)
		}
	})
}

func TestJitterDelaysWithinItsBoundAndKeepsOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := testnet.New(t, testnet.Options{Seed: 1})
		a, b := n.Host(alice), n.Host(bob)
		a.SetUplink(testnet.Link{Delay: 10 * time.Millisecond, Jitter: 40 * time.Millisecond})
		start := time.Now()
		from, stop := a.ListenPacket(port), collect(b.ListenPacket(port), start)
		for i := range 200 {
			p := rtp(100)
			p[2] = byte(i)
			write(t, from, p)
			time.Sleep(20 * time.Millisecond)
		}
		time.Sleep(time.Second)
		got := stop()
		if len(got) != 200 {
			t.Fatalf("%d of 200 arrived", len(got))
		}
		varied := false
		for i, g := range got {
			sent := time.Duration(i) * 20 * time.Millisecond
			if d := g.After - sent; d < 10*time.Millisecond || d > 50*time.Millisecond {
				t.Errorf("packet %d took %v", i, d)
			}
			if g.Mark != byte(i) {
				t.Errorf("packet %d arrived as number %d", g.Mark, i)
			}
			varied = varied || g.After-sent != got[0].After
		}
		if !varied {
			t.Error("every packet took the same time")
		}
	})
}

func TestReorderLetsLaterPacketsPass(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := testnet.New(t, testnet.Options{Seed: 1})
		a, b := n.Host(alice), n.Host(bob)
		a.SetUplink(testnet.Link{Reorder: 0.1, ReorderBy: 25 * time.Millisecond})
		from, stop := a.ListenPacket(port), collect(b.ListenPacket(port), time.Now())
		for i := range 200 {
			p := rtp(100)
			p[2] = byte(i)
			write(t, from, p)
			time.Sleep(10 * time.Millisecond)
		}
		time.Sleep(time.Second)
		got, late := stop(), 0
		for i, g := range got[1:] {
			if g.Mark < got[i].Mark {
				late++
			}
		}
		if len(got) != 200 || late < 10 || late > 30 {
			t.Errorf("%d arrived, %d of them late; want 200 and about 20", len(got), late)
		}
	})
}

// lossPattern sends 2000 packets and returns which got through.
func lossPattern(t *testing.T, seed uint64, sendAlso func(from *testnet.Conn)) (pattern string) {
	synctest.Test(t, func(t *testing.T) {
		n := testnet.New(t, testnet.Options{Seed: seed})
		a, b := n.Host(alice), n.Host(bob)
		a.SetUplink(testnet.Link{Loss: 0.05})
		from, stop := a.ListenPacket(port), collect(b.ListenPacket(port), time.Now())
		n.Observe(func(p testnet.Packet) {
			if p.Payload[1] != 96 {
				return
			}
			switch p.Event {
			case testnet.Lost:
				pattern += "."
			case testnet.Delivered:
				pattern += "#"
			}
		})
		for range 2000 {
			write(t, from, rtp(100))
			sendAlso(from)
		}
		time.Sleep(time.Second)
		stop()
		up, down := a.Stats()
		if up.Packets != up.Passed+up.Lost || down.Packets != 0 {
			t.Errorf("uplink %+v, downlink %+v", up, down)
		}
	})
	return pattern
}

func TestLossRepeatsForASeedWhateverElseIsSent(t *testing.T) {
	nothing := func(*testnet.Conn) {}
	first := lossPattern(t, 7, nothing)
	lost := 0
	for _, c := range first {
		if c == '.' {
			lost++
		}
	}
	if len(first) != 2000 || lost < 70 || lost > 130 {
		t.Errorf("%d of %d lost, want about 100 of 2000", lost, len(first))
	}
	if second := lossPattern(t, 7, nothing); first != second {
		t.Error("the same seed lost other packets")
	}
	audio := func(from *testnet.Conn) { write(t, from, []byte{0x80, 111, 0, 0}) }
	if among := lossPattern(t, 7, audio); first != among {
		t.Error("packets of another kind changed what was lost")
	}
	if other := lossPattern(t, 8, nothing); first == other {
		t.Error("another seed lost the same packets")
	}
}

func TestRateSpacesPacketsAndQueueOverflows(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := testnet.New(t, testnet.Options{})
		a, b := n.Host(alice), n.Host(bob)
		// 1000 octets with headers take 8 ms; five of them fit in the queue.
		b.SetDownlink(testnet.Link{RateBitsPerSecond: 1_000_000, QueueBytes: 5000})
		from, stop := a.ListenPacket(port), collect(b.ListenPacket(port), time.Now())
		for range 8 {
			write(t, from, rtp(972))
		}
		time.Sleep(20 * time.Millisecond)
		b.SetDownlink(testnet.Link{RateBitsPerSecond: 2_000_000, QueueBytes: 5000})
		write(t, from, rtp(972)) // 20 ms of the queue were left, now 10 ms
		time.Sleep(time.Second)
		const ms = time.Millisecond
		want := []arrival{{8 * ms, 0}, {16 * ms, 0}, {24 * ms, 0}, {32 * ms, 0}, {40 * ms, 0}, {40 * ms, 0}}
		if diff := cmp.Diff(want, stop()); diff != "" {
			t.Error(diff)
		}
		if _, down := b.Stats(); down.Overflowed != 3 || down.Passed != 6 {
			t.Errorf("downlink %+v", down)
		}
	})
}

func TestDeadlineAndCloseWakeAReader(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := testnet.New(t, testnet.Options{}).Host(alice).ListenPacket(0)
		start := time.Now()
		_ = c.SetReadDeadline(start.Add(3 * time.Second))
		if _, _, err := c.ReadFrom(nil); !errors.Is(err, os.ErrDeadlineExceeded) || time.Since(start) != 3*time.Second {
			t.Errorf("read: %v after %v", err, time.Since(start))
		}
		_ = c.SetReadDeadline(time.Time{})
		time.AfterFunc(time.Second, func() { _ = c.Close() })
		if _, _, err := c.ReadFrom(nil); !errors.Is(err, net.ErrClosed) {
			t.Errorf("read: %v", err)
		}
		if _, err := c.WriteToAddrPort([]byte{1}, toBob); !errors.Is(err, net.ErrClosed) {
			t.Errorf("write: %v", err)
		}
	})
}

func TestUnreachableDestinationsAreSeenAndNoError(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := testnet.New(t, testnet.Options{})
		from := n.Host(alice).ListenPacket(port)
		var seen []testnet.Event
		n.Observe(func(p testnet.Packet) { seen = append(seen, p.Event) })
		write(t, from, rtp(10)) // no host
		n.Host(bob)
		write(t, from, rtp(10)) // no socket
		want := []testnet.Event{testnet.Sent, testnet.Unreachable, testnet.Sent, testnet.Unreachable}
		if diff := cmp.Diff(want, seen); diff != "" {
			t.Error(diff)
		}
	})
}

func TestDualStackHostSpeaksTheFamilyOfItsPeer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		n := testnet.New(t, testnet.Options{})
		server := n.Host("10.0.0.9", "fd00::9").ListenPacket(port)
		for _, ip := range []string{"10.0.0.1", "fd00::1"} {
			client := n.Host(ip).ListenPacket(port)
			if _, err := server.WriteToAddrPort([]byte("x"), netip.AddrPortFrom(netip.MustParseAddr(ip), port)); err != nil {
				t.Fatal(err)
			}
			_, from, err := client.ReadFromAddrPort(make([]byte, 10))
			if err != nil || from.Addr().Is4() != netip.MustParseAddr(ip).Is4() {
				t.Errorf("%s heard %v: %v", ip, from, err)
			}
		}
	})
}

func TestPortsAreExclusiveAndRepeatable(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := testnet.New(t, testnet.Options{}).Host(alice)
		first, second := h.ListenPacket(0), h.ListenPacket(0)
		got := fmt.Sprint(first.LocalAddr(), second.LocalAddr())
		if want := "10.0.0.1:49152 10.0.0.1:49153"; got != want {
			t.Errorf("ports %s, want %s", got, want)
		}
		if _, err := h.Net().ListenPacket("udp4", "10.0.0.1:49152"); err == nil {
			t.Error("a port was given out twice")
		}
		_ = first.Close()
		again, err := h.Net().ListenPacket("udp4", "10.0.0.1:49152")
		if err != nil {
			t.Errorf("a closed socket's port: %v", err)
		} else {
			_ = again.Close()
		}
	})
}
