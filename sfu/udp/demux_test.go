package udp

import (
	"errors"
	"io"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"
)

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
			Reads:       6,
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
		b.expect(first, 20, "the oldest candidate")
		b.expect(second, 0, "the other, which spoke first")
		_ = first.Close()
		b.send(a, request(t, "alice:x"))
		b.expect(second, 1, "a request after that candidate's end")
	})
}

// A full agent pairs every candidate of its own with every remote one, and
// checks them all. The request that nominates may overtake these checks.
func TestNominationAndItsProofReachTheSameCandidate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, Config{})
		first, second, a := b.conn("alice"), b.conn("alice"), b.client("10.0.0.2")
		b.send(a, request(t, "alice:x")) // unknown yet
		b.expect(first, 1, "the request")
		b.check(second, a)
		b.check(first, a)
		b.send(a, media) // stands for the answers, which have no name either
		b.expect(first, 2, "what followed the checks")
		b.expect(second, 0, "the other candidate")
	})
}
