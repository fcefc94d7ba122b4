package udp

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"runtime"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
)

// listenReaders opens a Mux whose address several sockets share.
func listenReaders(t *testing.T, readers int, addrs ...netip.Addr) *Mux {
	t.Helper()
	if !canShare {
		t.Skip("sockets do not share addresses on this system")
	}
	conns, err := Listen(ListenConfig{Addresses: addrs, Readers: readers})
	if err != nil {
		t.Fatal(err)
	}
	m, err := New(Config{Sockets: conns})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = m.Close() })
	for _, g := range m.groups {
		if len(g.sockets) != readers || len(m.groups) != len(addrs) {
			t.Fatalf("%d groups, one with %d sockets", len(m.groups), len(g.sockets))
		}
	}
	return m
}

// Agents are known at all sockets of an address: whichever the kernel chooses for
// a peer, its media arrives.
func TestPeersReachTheirAgentsThroughAnySocket(t *testing.T) {
	const readers, peers = 4, 64
	m := listenReaders(t, readers, loopback4)
	if n := len(m.ListenAddresses()); n != 1 {
		t.Fatalf("%d addresses", n)
	}
	server := m.ListenAddresses()[0]
	var taken [peers]atomic.Int32
	for i := range peers {
		p := m.Peer(PeerConfig{Take: func(b []byte) bool { return int(b[2]) == i && taken[i].Add(1) > 0 }})
		ufrag := fmt.Sprintf("peer%d", i)
		conn, err := p.GetConn(ufrag, net.UDPAddrFromAddrPort(server))
		if err != nil {
			t.Fatal(err)
		}
		client := newReceiver(t, loopback4)
		if _, err := client.conn.WriteToUDPAddrPort(request(t, ufrag+":theirs"), server); err != nil {
			t.Fatal(err)
		}
		buf := make([]byte, 1500)
		_, from, err := conn.ReadFrom(buf)
		if err != nil || from.String() != client.addr.String() {
			t.Fatalf("request from %v: %v", from, err)
		}
		if _, err := conn.WriteTo(request(t, "theirs:"+ufrag), from); err != nil {
			t.Fatal(err)
		}
		client.next()
		for _, d := range [][]byte{{0x80, 96, byte(i), 0}, dtls} { // one to be taken, then one to wait for
			if _, err := client.conn.WriteToUDPAddrPort(d, server); err != nil {
				t.Fatal(err)
			}
		}
		if n, from, err := conn.ReadFrom(buf); err != nil || n != len(dtls) || from.String() != client.addr.String() {
			t.Fatalf("%d octets from %v: %v", n, from, err)
		}
		if taken[i].Load() != 1 {
			t.Fatalf("peer %d's media was taken %d times", i, taken[i].Load())
		}
	}
	_ = m.Close()
	for i, s := range m.groups[0].sockets {
		if s.tally.load(eventRead) == 0 {
			t.Errorf("socket %d of %d received nothing from %d peers", i, readers, peers)
		}
	}
	if s := m.Stats(); s.DatagramsIn != 3*peers || s.Dropped != (Dropped{}) {
		t.Errorf("%+v", s)
	}
}

// A reader that has taken all there is waits for more without asking again. Were
// it to miss what comes in between, a peer that waits for the answer would wait
// for ever.
func TestNoDatagramWaitsForTheNext(t *testing.T) {
	const peers, rounds = 3, 2000
	m := listenReaders(t, 2, loopback4)
	server := m.ListenAddresses()[0]
	var running sync.WaitGroup
	for i := range peers {
		client := newReceiver(t, loopback4)
		ufrag := fmt.Sprintf("peer%d", i)
		c := getConn(t, m, ufrag, server)
		if _, err := c.WriteToAddrPort(request(t, "theirs:"+ufrag), client.addr); err != nil {
			t.Fatal(err)
		}
		client.next()
		running.Go(func() {
			buf := make([]byte, 1500)
			for range rounds {
				if _, err := client.conn.WriteToUDPAddrPort(media, server); err != nil {
					t.Error(err)
					return
				}
				if n, _, err := c.ReadFromAddrPort(buf); err != nil || n != len(media) {
					t.Errorf("%d octets: %v", n, err)
					return
				}
			}
		})
	}
	running.Wait()
}

func TestCandidatesTakeTurnsWithTheSocketsOfAnAddress(t *testing.T) {
	m := listenReaders(t, 3, loopback4)
	used := map[*socket]int{}
	for range 9 {
		used[getConn(t, m, "ours", m.ListenAddresses()[0]).socket]++
	}
	if len(used) != 3 {
		t.Errorf("%v", used)
	}
	queues := map[outlet]bool{}
	for i := range 3 {
		queues[m.NewQueue(i).lanes[0].plain] = true
	}
	if len(queues) != 3 {
		t.Error("shards share a socket while others are free")
	}
}

// A second server of the same user must not get half of the first one's media.
func TestASharedAddressIsStillInUse(t *testing.T) {
	m := listenReaders(t, 2, loopback4)
	port := m.ListenAddresses()[0].Port()
	for _, readers := range []int{1, 2} {
		if _, err := Listen(ListenConfig{Port: port, Addresses: []netip.Addr{loopback4}, Readers: readers}); !errors.Is(err, syscall.EADDRINUSE) {
			t.Errorf("%d readers: %v", readers, err)
		}
	}
	_ = m.Close()
	conns, err := Listen(ListenConfig{Port: port, Addresses: []netip.Addr{loopback4}, Readers: 2})
	if err != nil {
		t.Fatalf("after its end: %v", err)
	}
	for _, c := range conns {
		_ = c.Close()
	}
}

func TestListenOpensASocketForEachCore(t *testing.T) {
	want := 1
	if canShare {
		want = runtime.GOMAXPROCS(0)
	}
	conns, err := Listen(ListenConfig{Addresses: []netip.Addr{loopback4}})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range conns {
		_ = c.Close()
	}
	if len(conns) != want {
		t.Errorf("%d sockets, want %d", len(conns), want)
	}
}
