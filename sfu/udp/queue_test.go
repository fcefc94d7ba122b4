package udp

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"
)

func TestOnASimulatedNetworkCommitSendsAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, Config{})
		a := b.client("10.0.0.2")
		q := b.mux.NewQueue(3)
		r, err := b.mux.Route(serverAddr, netip.MustParseAddrPort("10.0.0.2:5000"))
		if err != nil {
			t.Fatal(err)
		}
		put(q, r, "one", "two", "six")
		buf := make([]byte, 100)
		for _, want := range []string{"one", "two", "six"} {
			n, from, err := a.ReadFromAddrPort(buf)
			if err != nil || string(buf[:n]) != want || from != serverAddr {
				t.Fatalf("%q from %v: %v", buf[:n], from, err)
			}
		}
		if q.Flush() {
			t.Error("something waits")
		}
		want := QueueStats{Datagrams: 3, Octets: 9, Messages: 3, Calls: 3}
		if s := b.mux.Stats(); s.Queues != want || s.DatagramsOut != 3 || b.mux.SendMode() != SendPlain {
			t.Errorf("%+v", s)
		}
	})
}

func TestNothingIsSentWithoutOctets(t *testing.T) {
	m, q, k := fakeQueue(t, 8<<10, 16)
	r := to(t, m, 1)
	q.Reserve(100)
	q.Commit(0, r)
	put(q, r, "a")
	q.Flush()
	if got := strings.Join(k.sent, " "); got != "1:a" {
		t.Errorf("sent %q", got)
	}
}

// Before a full socket the oldest datagrams make room, one by one.
func TestAFullQueueDropsTheOldestDatagrams(t *testing.T) {
	for name, c := range map[string]struct {
		size, arena, runs, fit int
	}{
		"octets": {1024, 8 << 10, 16, 8},
		"runs":   {10, 64 << 10, 4, 4},
	} {
		t.Run(name, func(t *testing.T) {
			m, q, k := fakeQueue(t, c.arena, c.runs)
			var full []answer
			for range 100 {
				full = append(full, answer{err: syscall.EAGAIN})
			}
			k.answers = full
			routes := []*Route{to(t, m, 1), to(t, m, 60001)}
			for i := range c.fit + 3 {
				put(q, routes[i%2], fmt.Sprintf("%d%s", i, strings.Repeat("x", c.size-len(fmt.Sprint(i)))))
			}
			if !q.Flush() {
				t.Fatal("nothing waits")
			}
			k.answers = nil
			q.Flush()
			sent := map[string]bool{}
			for _, s := range k.sent {
				_, payload, _ := strings.Cut(s, ":")
				sent[strings.TrimRight(payload, "x")] = true
			}
			for i := range c.fit + 3 {
				if sent[fmt.Sprint(i)] != (i >= 3) {
					t.Errorf("datagram %d: sent %v", i, i < 3)
				}
			}
			if s := m.Stats().Queues; s.Full != 3 || int(s.Datagrams) != c.fit {
				t.Errorf("%+v", s)
			}
		})
	}
}

// What refuses segments is remembered by destination, until there are so many
// that it must be the machine.
func TestSegmentsAreGivenUpWhereTheyNeverWork(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m, q, k := fakeQueue(t, 8<<10, 64)
		var log bytes.Buffer
		for _, g := range m.groups {
			g.logger = slog.New(slog.NewTextHandler(&log, nil))
		}
		k.judge = func(msg message, _ bool) error {
			if msg.count > 1 {
				return syscall.EIO
			}
			return nil
		}
		for port := range uint16(refusalsUntilOff + 2) {
			put(q, to(t, m, 1+port), "a", "b")
			q.Flush()
			put(q, to(t, m, 1), "a", "b") // one destination counts once
			q.Flush()
		}
		s := m.Stats().Queues
		if s.Failed > 0 || s.Segmented > 0 || s.Fallbacks != 1+2*(refusalsUntilOff-1) {
			t.Errorf("%+v", s)
		}
		if n := strings.Count(log.String(), "\n"); n != 2 || strings.Count(log.String(), "no destination takes segments") != 1 {
			t.Errorf("%d lines: %s", n, log.String())
		}
		if m.SendMode() != SendSegments {
			t.Error("the other family may still have segments")
		}
		for port := range uint16(refusalsUntilOff) {
			put(q, to(t, m, 60001+port), "a", "b")
			q.Flush()
		}
		if m.SendMode() != SendBatches {
			t.Errorf("mode %v after both gave up", m.SendMode())
		}
		time.Sleep(refusalLogInterval)
		m.groups[0].refuseSegments(serverAddr, syscall.EIO)
		if n := strings.Count(log.String(), "a destination takes no segments"); n != 3 {
			t.Errorf("%d lines a minute later: %s", n, log.String())
		}
	})
}

func TestSegmentsThatWorkedAreNotGivenUpForAll(t *testing.T) {
	m, q, k := fakeQueue(t, 8<<10, 64)
	put(q, to(t, m, 100), "a", "b")
	q.Flush()
	k.judge = func(msg message, _ bool) error {
		if msg.count > 1 && msg.to.remote.Port() != 100 {
			return syscall.EMSGSIZE
		}
		return nil
	}
	for port := range uint16(3 * refusalsUntilOff) {
		put(q, to(t, m, 1+port), "a", "b")
		q.Flush()
	}
	put(q, to(t, m, 100), "c", "d")
	q.Flush()
	if s := m.Stats().Queues; s.Segmented != 4 || s.Fallbacks != 3*refusalsUntilOff {
		t.Errorf("%+v", s)
	}
}

func TestRoutesNeedASocketOfTheirFamily(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		public := netip.MustParseAddrPort("198.51.100.7:30000")
		b := newBench(t, Config{Advertise: []netip.AddrPort{public}})
		remote := netip.MustParseAddrPort("[::ffff:10.0.0.2]:5000")
		r, err := b.mux.Route(public, remote)
		if err != nil || r.Remote().String() != "10.0.0.2:5000" {
			t.Errorf("%v: %v", r, err)
		}
		if _, err := b.mux.Route(public, netip.AddrPort{}); !errors.Is(err, ErrNotUDP) {
			t.Errorf("no address: %v", err)
		}
		v6 := netip.MustParseAddrPort("[2001:db8::1]:1")
		for _, local := range []netip.AddrPort{public, v6} {
			if _, err := b.mux.Route(local, v6); !errors.Is(err, ErrNoSocket) {
				t.Errorf("from %v to %v: %v", local, v6, err)
			}
		}
	})
}
