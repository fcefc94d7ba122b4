package tcp

import (
	"errors"
	"net"
	"net/netip"
	"testing"
)

func TestSealedPeerRefusesRTPOfItsAgent(t *testing.T) {
	inWorld(t, func(w *world) {
		p := w.mux.Peer()
		a, b := w.candidateOf(p, "a"), w.candidate("b")
		client, other := w.connect("198.51.100.1:1000", a), w.connect("198.51.100.2:1000", b)
		write := func(frame []byte) error {
			_, err := a.WriteTo(frame, net.TCPAddrFromAddrPort(client.addr))
			return err
		}
		if err := write(media); err != nil {
			t.Fatal(err)
		}
		client.expect(media)
		p.Seal()
		if err := write(media); !errors.Is(err, ErrSealed) {
			t.Errorf("RTP of the agent: %v", err)
		}
		for _, frame := range [][]byte{hello, answer, {0x81, 201, 0, 1}} {
			if err := write(frame); err != nil {
				t.Errorf("%x: %v", frame, err)
			}
			client.expect(frame)
		}
		shard := p.ConnOf(w.local)
		if _, err := shard.WriteTo(media, net.TCPAddrFromAddrPort(client.addr)); err != nil {
			t.Errorf("RTP of the shard: %v", err)
		}
		client.expect(media)
		if _, err := b.WriteTo(media, net.TCPAddrFromAddrPort(other.addr)); err != nil {
			t.Errorf("RTP of another agent: %v", err)
		}
		other.expect(media)
		if got := w.mux.Stats().Dropped; got != (Dropped{Sealed: 1}) {
			t.Errorf("dropped %+v", got)
		}
	})
}

func TestConnOfIsTheNewestCandidateThatIsOpen(t *testing.T) {
	inWorld(t, func(w *world) {
		p := w.mux.Peer()
		is := func(want *conn) {
			t.Helper()
			got, _ := p.ConnOf(netip.AddrFrom16(w.local.As16())).(unsealed)
			if got.conn != want {
				t.Errorf("got %p, want %p", got.conn, want)
			}
		}
		is(nil)
		if p.ConnOf(w.local) != nil {
			t.Error("a candidate that does not exist is not nil")
		}
		before := w.candidateOf(p, "a")
		is(before)
		after := w.candidateOf(p, "restarted")
		w.candidate("somebody else's")
		is(after)
		p.RemoveConnByUfrag("a")
		is(after)
		after.Close()
		is(nil)
		if err := p.Close(); err != nil {
			t.Error(err)
		}
		w.candidateOf(p, "still there")
	})
}

func TestAddressesThatAreNotTCPAreRefused(t *testing.T) {
	inWorld(t, func(w *world) {
		p := w.mux.Peer()
		a := w.candidateOf(p, "a")
		for _, c := range []interface {
			WriteTo([]byte, net.Addr) (int, error)
		}{a, p.ConnOf(w.local)} {
			if _, err := c.WriteTo(media, nil); !errors.Is(err, ErrNotTCP) {
				t.Errorf("%T: %v", c, err)
			}
		}
	})
}

func TestCloseIdleLeavesCandidatesInUse(t *testing.T) {
	inWorld(t, func(w *world) {
		p := w.mux.Peer()
		used := w.candidateOf(p, "used")
		client := w.connect("198.51.100.1:1000", used)
		idle := w.candidateOf(p, "idle")
		other := w.candidate("other")
		if n := p.CloseIdle(); n != 1 {
			t.Errorf("%d candidates closed, want the idle one", n)
		}
		if _, _, err := idle.ReadFromAddrPort(make([]byte, 10)); !errors.Is(err, net.ErrClosed) {
			t.Errorf("reading from the idle one: %v, want %v", err, net.ErrClosed)
		}
		for _, c := range []*conn{used, other} {
			if c.closed {
				t.Errorf("the candidate of %q was closed too", c.ufrag)
			}
		}
		if _, err := used.WriteTo(hello, net.TCPAddrFromAddrPort(client.addr)); err != nil {
			t.Error(err)
		}
		client.expect(hello)
	})
}
