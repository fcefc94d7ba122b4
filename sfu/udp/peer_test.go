package udp

import (
	"errors"
	"net"
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
