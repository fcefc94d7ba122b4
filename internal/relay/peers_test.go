package relay_test

import (
	"encoding/binary"
	"net"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/pion/stun/v4"
	"github.com/pion/turn/v5"

	"github.com/atrium-rtc/atrium/internal/relay"
)

// specialPeers are addresses that no client may have a permission for.
func specialPeers() []string {
	return []string{
		"127.0.0.1", "127.0.0.53", "127.255.255.254", "::1", "::ffff:127.0.0.1", // this machine
		"0.0.0.0", "0.1.2.3", "::", // too, on many systems
		"169.254.169.254", "169.254.170.2", "fe80::1", "fd00:ec2::254", "::ffff:169.254.169.254", // metadata of clouds
		"100.100.100.200", "192.0.0.192", "168.63.129.16", // likewise: of Alibaba, Oracle, Azure
		"10.0.0.1", "172.16.0.1", "172.31.255.254", "192.168.0.1", "100.64.0.1", "fd12:3456::1", "fec0::1", // private networks
		"192.0.2.1", "198.18.0.1", "198.51.100.1", "203.0.113.1", "240.0.0.1", "255.255.255.255", // nobody
		"2001:db8::1", "3fff::1", "100::1", // nobody
		"224.0.0.1", "239.255.255.250", "ff02::1", "ff0e::1", // many
		"64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "2002:7f00:1::", "2001::1", "::7f00:1", // IPv4 in disguise
	}
}

func TestSpecialPeersAreRefused(t *testing.T) {
	for name, allow := range map[string][]netip.Prefix{
		"by default":           nil,
		"with everything else": {netip.MustParsePrefix("0.0.0.0/0"), netip.MustParsePrefix("::/0")},
	} {
		t.Run(name, func(t *testing.T) {
			w := start(t, func(cfg *relay.Config) { cfg.AllowPeers = allow })
			four, six := w.raw(w.udp), w.raw(w.udp6)
			for _, peer := range specialPeers() {
				if peer == "168.63.129.16" && allow != nil {
					continue // an ordinary address, but for Azure
				}
				a := netip.MustParseAddr(peer)
				client := six
				if a.Unmap().Is4() {
					client = four
				}
				before := refusedPeers(w.relay.Stats())
				if got := client.permission(a); got != stun.CodeForbidden {
					t.Errorf("%s: answered with %d, want %d", peer, got, stun.CodeForbidden)
				}
				if refusedPeers(w.relay.Stats()) != before+1 {
					t.Errorf("%s: not counted", peer)
				}
			}
			for _, own := range []struct {
				*raw
				peer string
			}{{four, public4}, {six, public6}, {four, "::ffff:" + public4}} {
				if got := own.permission(netip.MustParseAddr(own.peer)); got != 0 {
					t.Errorf("%s, which is media: answered with %d", own.peer, got)
				}
			}
		})
	}
}

func refusedPeers(s relay.Stats) uint64 {
	return s.Refused[relay.RefusedSpecial] + s.Refused[relay.RefusedForeign]
}

// The same through pion's client, with its own idea of how to ask.
func TestSpecialPeersAreRefusedToAnOrdinaryClient(t *testing.T) {
	w := start(t, nil)
	for to, list := range map[net.Addr][]string{w.udp: {"127.0.0.1", "169.254.169.254", "10.0.0.1", "8.8.8.8"}, w.udp6: {"::1", "fe80::1", "2606:4700::1111"}} {
		c := w.client(relay.UDP, to, w.credentials("alice"))
		w.allocate(c)
		for _, peer := range list {
			if err := c.CreatePermission(w.peer(peer, 80)); err == nil || !strings.Contains(err.Error(), "403") {
				t.Errorf("%s: %v", peer, err)
			}
		}
	}
}

func TestOtherPeersAreReachedWhereTheyAreAllowed(t *testing.T) {
	w := start(t, func(cfg *relay.Config) {
		cfg.AllowPeers = []netip.Prefix{netip.MustParsePrefix("8.8.0.0/16"), netip.MustParsePrefix("10.1.0.0/16"), netip.MustParsePrefix("127.0.0.0/8")}
	})
	client := w.raw(w.udp)
	for peer, want := range map[string]stun.ErrorCode{
		"8.8.8.8":   0,
		"8.9.8.8":   stun.CodeForbidden,
		"10.1.2.3":  0,
		"10.2.2.3":  stun.CodeForbidden,
		"127.0.0.1": stun.CodeForbidden, // never
	} {
		if got := client.permission(netip.MustParseAddr(peer)); got != want {
			t.Errorf("%s: answered with %d, want %d", peer, got, want)
		}
	}
}

// raw is a client that writes peers as they are given, IPv4 inside IPv6 too.
type raw struct {
	*world
	conn        net.PacketConn
	to          net.Addr
	user        user
	nonce       stun.Nonce
	key         stun.MessageIntegrity
	transaction uint32
}

// raw makes a client with an allocation.
func (w *world) raw(to net.Addr) *raw {
	w.Helper()
	u := w.credentials("alice")
	r := &raw{world: w, conn: w.dial(relay.UDP, to), to: to, user: u, key: turn.GenerateAuthKey(u.name, realm, u.password)}
	w.Cleanup(func() { _ = r.conn.Close() })
	first := r.ask(stun.New(), stun.NewType(stun.MethodAllocate, stun.ClassRequest))
	if err := r.nonce.GetFrom(first); err != nil {
		w.Fatal(err)
	}
	m := stun.New()
	answer := r.ask(m, stun.NewType(stun.MethodAllocate, stun.ClassRequest), attribute{stun.AttrRequestedTransport, []byte{17, 0, 0, 0}},
		stun.NewUsername(u.name), stun.NewRealm(realm), r.nonce, r.key)
	if answer.Type.Class != stun.ClassSuccessResponse {
		w.Fatal(answer)
	}
	return r
}

type attribute struct {
	kind  stun.AttrType
	value []byte
}

func (a attribute) AddTo(m *stun.Message) error { m.Add(a.kind, a.value); return nil }

// permission asks for one, and returns the code of the error or 0.
func (r *raw) permission(peer netip.Addr) stun.ErrorCode {
	r.Helper()
	answer := r.ask(stun.New(), stun.NewType(stun.MethodCreatePermission, stun.ClassRequest), xorPeer(peer),
		stun.NewUsername(r.user.name), stun.NewRealm(realm), r.nonce, r.key)
	var code stun.ErrorCodeAttribute
	if err := code.GetFrom(answer); err != nil {
		return 0
	}
	return code.Code
}

// xorPeer is XOR-PEER-ADDRESS with the family of the address as it is given.
func xorPeer(a netip.Addr) stun.Setter {
	return setter(func(m *stun.Message) error {
		value := []byte{0, 1, 0, 0}
		if a.Is6() {
			value[1] = 2
		}
		binary.BigEndian.PutUint16(value[2:], 9^0x2112)
		mask := append([]byte{0x21, 0x12, 0xA4, 0x42}, m.TransactionID[:]...)
		for i, octet := range a.AsSlice() {
			value = append(value, octet^mask[i])
		}
		m.Add(stun.AttrXORPeerAddress, value)
		return nil
	})
}

type setter func(*stun.Message) error

func (s setter) AddTo(m *stun.Message) error { return s(m) }

// ask sends a request and returns its answer.
func (r *raw) ask(m *stun.Message, setters ...stun.Setter) *stun.Message {
	r.Helper()
	r.transaction++
	binary.BigEndian.PutUint32(m.TransactionID[:], r.transaction)
	m.WriteHeader()
	if err := m.Build(setters...); err != nil {
		r.Fatal(err)
	}
	b := make([]byte, 2000)
	for range 20 {
		if _, err := r.conn.WriteTo(m.Raw, r.to); err != nil {
			r.Fatal(err)
		}
		_ = r.conn.SetReadDeadline(time.Now().Add(time.Second))
		n, _, err := r.conn.ReadFrom(b)
		if err != nil {
			continue
		}
		answer := &stun.Message{Raw: append([]byte(nil), b[:n]...)}
		if err := answer.Decode(); err != nil {
			r.Fatal(err)
		}
		if answer.TransactionID == m.TransactionID {
			return answer
		}
	}
	r.Fatal("no answer")
	return nil
}
