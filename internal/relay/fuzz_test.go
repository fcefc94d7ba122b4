package relay_test

import (
	"bytes"
	"net"
	"net/netip"
	"testing"
	"time"

	"github.com/pion/stun/v4"
	"github.com/pion/turn/v5"

	"github.com/atrium-rtc/atrium/internal/iceserver"
	"github.com/atrium-rtc/atrium/internal/relay"
)

// fed is a socket whose datagrams come from a test.
type fed struct {
	net.PacketConn
	in  chan []byte
	out chan []byte
	end chan struct{}
}

func newFed() *fed {
	return &fed{in: make(chan []byte), out: make(chan []byte, 64), end: make(chan struct{})}
}

func (f *fed) ReadFrom(b []byte) (int, net.Addr, error) {
	select {
	case p := <-f.in:
		return copy(b, p), &net.UDPAddr{IP: net.IPv4(8, 8, 8, 8), Port: 9}, nil
	case <-f.end:
		return 0, nil, net.ErrClosed
	}
}

func (f *fed) WriteTo(b []byte, _ net.Addr) (int, error) {
	select {
	case f.out <- bytes.Clone(b):
	default:
	}
	return len(b), nil
}

func (f *fed) LocalAddr() net.Addr { return &net.UDPAddr{IP: net.IPv4(9, 9, 9, 9), Port: 3478} }
func (f *fed) Close() error        { close(f.end); return nil }

// Whatever a client with an allocation sends, the next request is answered.
func FuzzServer(f *testing.F) {
	username, password := iceserver.Issuer{Secret: secret, Lifetime: time.Hour}.Credentials("alice", time.Now())
	key := stun.MessageIntegrity(turn.GenerateAuthKey(username, realm, password))
	peer := []byte{0, 0x12, 0, 8, 0, 1, 0x21, 0x1b, 0x28, 0x1b, 0xad, 0x4b} // 9.9.9.9:9
	for _, m := range []stun.Method{stun.MethodAllocate, stun.MethodRefresh, stun.MethodCreatePermission, stun.MethodChannelBind, stun.MethodConnect, stun.MethodConnectionBind} {
		f.Add(byte(m), false, peer)
		f.Add(byte(m), true, append([]byte{0, 0x0c, 0, 4, 0x40, 0, 0, 0}, peer...))
		f.Add(byte(m), true, []byte{0, 0x19, 0, 4, 17, 0, 0, 0, 0, 0x18, 0, 1, 0x80, 0, 0, 0, 0, 0x17, 0, 4, 2, 0, 0, 0})
	}
	f.Add(byte(0x16), false, append([]byte{0, 0x13, 0, 1, 1, 0, 0, 0}, peer...)) // Send
	f.Fuzz(func(t *testing.T, method byte, signed bool, attributes []byte) {
		attributes = attributes[:min(len(attributes), 1200)&^3]
		socket := newFed()
		server, err := relay.Start(relay.Config{
			UDP: []net.PacketConn{socket}, Realm: realm, Secret: secret,
			Media: relay.Media{Addresses: func() []netip.AddrPort { return []netip.AddrPort{netip.MustParseAddrPort("9.9.9.9:9")} }},
		})
		if err != nil {
			t.Fatal(err)
		}
		defer server.Close()
		who := []stun.Setter{stun.NewUsername(username), stun.NewRealm(realm), nonceOf(t, socket)}
		allocate := append([]stun.Setter{
			stun.TransactionID, stun.NewType(stun.MethodAllocate, stun.ClassRequest), attribute{stun.AttrRequestedTransport, []byte{17, 0, 0, 0}},
		}, who...)
		socket.in <- stun.MustBuild(append(allocate, key)...).Raw

		m := stun.MustBuild(append([]stun.Setter{stun.TransactionID, stun.NewType(stun.Method(method), stun.ClassRequest)}, who...)...)
		if method&0x10 != 0 { // what is no request
			m = stun.MustBuild(stun.TransactionID)
			m.Raw[1] = method
		}
		m.Raw = append(m.Raw, attributes...)
		m.Length += uint32(len(attributes))
		m.WriteLength()
		if signed {
			_ = key.AddTo(m) // fails where there is one already
		}
		socket.in <- bytes.Clone(m.Raw)
		nonceOf(t, socket)
	})
}

// nonceOf asks for an allocation without credentials.
func nonceOf(t *testing.T, socket *fed) stun.Nonce {
	t.Helper()
	ask := stun.MustBuild(stun.TransactionID, stun.NewType(stun.MethodAllocate, stun.ClassRequest))
	socket.in <- ask.Raw
	for {
		select {
		case b := <-socket.out:
			answer := &stun.Message{Raw: b}
			if len(b) < 2 || b[0] != 0x01 || b[1] != 0x13 { // the error to an Allocate
				continue
			}
			if answer.Decode() != nil || answer.TransactionID != ask.TransactionID {
				continue
			}
			var nonce stun.Nonce
			if err := nonce.GetFrom(answer); err != nil {
				t.Fatal(err)
			}
			return nonce
		case <-time.After(10 * time.Second):
			t.Fatal("no answer")
		}
	}
}
