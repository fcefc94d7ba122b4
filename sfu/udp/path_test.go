package udp

import (
	"net/netip"
	"testing"
	"testing/synctest"
	"time"

	"github.com/pion/stun/v4"

	"github.com/atrium-rtc/atrium/internal/testnet"
)

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

// A member knows what makes its requests good, and may make them from any number of
// addresses, its own or others'. The agent would keep each for ever.
func TestAgentIsCalledFromABoundedNumberOfAddresses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, Config{})
		alice, a := b.conn("alice"), b.client("10.0.0.2")
		call := func(from *testnet.Conn) (answered bool) {
			b.send(from, request(t, "alice:x"))
			if waiting(alice) == 0 {
				return false
			}
			if _, _, err := alice.ReadFromAddrPort(make([]byte, MaxDatagram)); err != nil {
				t.Fatal(err)
			}
			answer, err := stun.Build(stun.TransactionID, stun.BindingSuccess)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := alice.WriteTo(answer.Raw, from.LocalAddr()); err != nil {
				t.Fatal(err)
			}
			return true
		}
		answers := 0
		for i := range maxLearned/perCaller + 10 {
			from := b.net.Host("10.0.0.4").ListenPacket(uint16(20000 + i))
			if i == 0 {
				from = a
			}
			if call(from) {
				answers++
			}
			b.send(a, media) // the path in use
			if _, _, err := alice.ReadFromAddrPort(make([]byte, MaxDatagram)); err != nil {
				t.Fatal(err)
			}
		}
		if answers != maxLearned/perCaller {
			t.Errorf("%d answers, want %d", answers, maxLearned/perCaller)
		}
		if !call(a) {
			t.Error("the path in use is not answered")
		}
		if next := b.conn("restarted"); next.learned != 0 {
			t.Error("a restart does not count from the beginning")
		}
	})
}

// An agent checks those that it does not answer too: where it changes its role, or was told
// of a candidate.
func TestChecksCountAmongTheAddressesThatAnAgentLearns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, Config{})
		alice := b.conn("alice")
		for i := range maxLearned - 1 {
			b.check(alice, b.net.Host("10.0.0.3").ListenPacket(uint16(20000+i)))
		}
		for want, from := range []string{"10.0.0.5", "10.0.0.6"} {
			b.send(b.client(from), request(t, "alice:x"))
			b.expect(alice, 1, "requests")
			if want == 0 {
				b.check(alice, b.net.Host("10.0.0.3").ListenPacket(10000))
			}
		}
	})
}
