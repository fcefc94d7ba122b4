package udp

import (
	"errors"
	"net"
	"net/netip"
	"testing"
	"testing/synctest"

	"github.com/pion/ice/v4"
)

var _ ice.UDPMux = (*Peer)(nil)

var (
	dtls = []byte{22, 254, 253, 0}
	rtcp = []byte{0x80, 200, 0, 6}
)

func (b *bench) peerConn(p *Peer, ufrag string) *muxedConn {
	b.Helper()
	conn, err := p.GetConn(ufrag, net.UDPAddrFromAddrPort(serverAddr))
	if err != nil {
		b.Fatal(err)
	}
	c, ok := conn.(*muxedConn)
	if !ok {
		b.Fatalf("GetConn returned a %T", conn)
	}
	return c
}

func TestAPeerTakesItsMediaBeforeTheAgent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, Config{})
		var taken []string
		p := b.mux.Peer(PeerConfig{Take: func(d []byte) bool {
			taken = append(taken, string(d))
			return d[len(d)-1] == 1
		}})
		alice, bob := b.peerConn(p, "alice"), b.conn("bob")
		a, o := b.client("10.0.0.2"), b.client("10.0.0.3")
		b.send(a, media)
		if len(taken) != 0 {
			t.Fatal("a stranger's media was offered")
		}
		b.check(alice, a)
		b.check(bob, o)
		refused := append(append([]byte(nil), media...), 0)
		for _, d := range [][]byte{media, rtcp, refused, dtls, request(t, "alice:x")} {
			b.send(a, d)
		}
		b.send(o, media)
		b.expect(alice, 4, "what was not taken")
		b.expect(bob, 1, "the other peer's media")
		if len(taken) != 3 || taken[0] != string(media) || taken[1] != string(rtcp) || taken[2] != string(refused) {
			t.Errorf("offered: %x", taken)
		}
	})
}

func TestAPeerHasItsOwnQueueLength(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, Config{QueueLength: 7})
		short, usual := b.mux.Peer(PeerConfig{QueueLength: 3}), b.mux.Peer(PeerConfig{})
		a, o := b.client("10.0.0.2"), b.client("10.0.0.3")
		alice, bob := b.peerConn(short, "alice"), b.peerConn(usual, "bob")
		b.check(alice, a)
		b.check(bob, o)
		for range 10 {
			b.send(a, media)
			b.send(o, media)
		}
		b.expect(alice, 3, "the short queue")
		b.expect(bob, 7, "the Mux's")
	})
}

func TestRTPOfAPeerWaitsInItsShardsQueue(t *testing.T) {
	m, q, k := fakeQueue(t, 8<<10, 16)
	p := m.Peer(PeerConfig{})
	conn, err := p.GetConn("alice", net.UDPAddrFromAddrPort(serverAddr))
	if err != nil {
		t.Fatal(err)
	}
	write := func(b []byte, port uint16) error {
		remote := netip.AddrPortFrom(netip.MustParseAddr("10.0.0.2"), port)
		_, err := conn.WriteTo(b, net.UDPAddrFromAddrPort(remote))
		return err
	}
	p.SetQueue(q)
	at := uint64(0)
	for _, d := range [][]byte{media, request(t, "x:alice"), dtls, rtcp} {
		if err := write(d, 1); err != nil {
			t.Fatal(err)
		}
		if string(d) != string(media) {
			at++
		}
	}
	if err := errors.Join(write(media, 1), write(media, 2), write(media, 1)); err != nil {
		t.Fatal(err)
	}
	if err := write(append(append([]byte(nil), media...), make([]byte, MaxDatagram)...), 1); !errors.Is(err, ErrOversize) {
		t.Errorf("too large: %v", err)
	}
	if s := m.Stats(); s.DatagramsOut != at || len(k.sent) != 0 {
		t.Errorf("before the flush: %+v, %q", s, k.sent)
	}
	q.Flush()
	if s := m.Stats(); s.DatagramsOut != at+4 || len(k.sent) != 4 || s.Queues.Messages != 3 || k.sent[2] != "2:"+string(media) {
		t.Errorf("after it: %+v, %q", s, k.sent)
	}
	p.SetQueue(nil)
	if err := write(media, 1); err != nil || m.Stats().DatagramsOut != at+5 {
		t.Errorf("without a queue again: %v, %+v", err, m.Stats())
	}
}

func TestRTPOfAPeerFollowsItToAnotherShard(t *testing.T) {
	m, first, k := fakeQueue(t, 8<<10, 16)
	second := k.queue(m, 8<<10, 16)
	p := m.Peer(PeerConfig{})
	conn, err := p.GetConn("alice", net.UDPAddrFromAddrPort(serverAddr))
	if err != nil {
		t.Fatal(err)
	}
	c, _ := conn.(*muxedConn)
	remote := netip.MustParseAddrPort("10.0.0.2:1")
	var routes []*Route
	for _, q := range []*Queue{first, second} {
		p.SetQueue(q)
		if _, err := c.WriteToAddrPort(media, remote); err != nil {
			t.Fatal(err)
		}
		routes = append(routes, c.route)
		if _, err := c.WriteToAddrPort(media, remote); err != nil || c.route != routes[len(routes)-1] {
			t.Errorf("the route is not kept: %v", err)
		}
	}
	if routes[0] == routes[1] {
		t.Error("two shards share a route")
	}
	if first.Flush() || second.Flush() || len(k.sent) != 4 {
		t.Errorf("sent %q", k.sent)
	}
}

func TestASealedPeerSendsNoRTP(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, Config{})
		p := b.mux.Peer(PeerConfig{})
		alice, a := b.peerConn(p, "alice"), b.client("10.0.0.2")
		p.SetQueue(b.mux.NewQueue(0))
		p.Seal()
		if _, err := alice.WriteTo(media, a.LocalAddr()); !errors.Is(err, ErrSealed) {
			t.Errorf("RTP: %v", err)
		}
		for _, d := range [][]byte{request(t, "x:alice"), dtls, rtcp} {
			if _, err := alice.WriteTo(d, a.LocalAddr()); err != nil {
				t.Error(err)
			}
		}
		if s := b.mux.Stats(); s.Sealed != 1 || s.DatagramsOut != 3 {
			t.Errorf("%+v", s)
		}
	})
}

func TestTheMuxOutlivesItsPeers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t, Config{})
		p := b.mux.Peer(PeerConfig{})
		if err := p.Close(); err != nil {
			t.Error(err)
		}
		alice := b.peerConn(p, "alice")
		b.send(b.client("10.0.0.2"), request(t, "alice:x"))
		b.expect(alice, 1, "a request")
		p.RemoveConnByUfrag("alice")
		if s := b.mux.Stats(); s.Connections != 0 || len(p.GetListenAddresses()) != 1 {
			t.Errorf("%+v", s)
		}
	})
}
