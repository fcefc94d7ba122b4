package udp

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"testing"
	"testing/synctest"
	"time"

	"github.com/pion/ice/v4"

	"github.com/atrium-rtc/atrium/internal/testnet"
)

var _ ice.UDPMux = (*Mux)(nil)

func listenMux(t *testing.T, addrs ...netip.Addr) *Mux {
	t.Helper()
	conns, err := Listen(ListenConfig{Addresses: addrs})
	if err != nil {
		t.Fatal(err)
	}
	m, err := New(Config{Sockets: conns})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = m.Close() })
	return m
}

// agent makes an ICE agent that stays on loopback, on its own sockets if mux is
// nil. Its candidates come through the channel, nil last.
func agent(t *testing.T, mux *Mux, lite bool) (*ice.Agent, <-chan ice.Candidate) {
	t.Helper()
	options := []ice.AgentOption{
		ice.WithICELite(lite),
		ice.WithIncludeLoopback(),
		ice.WithIPFilter(net.IP.IsLoopback),
		ice.WithRemoteIPFilter(net.IP.IsLoopback),
	}
	if mux != nil {
		options = append(options, ice.WithUDPMux(mux))
	}
	return newAgent(t, options...)
}

func newAgent(t *testing.T, options ...ice.AgentOption) (*ice.Agent, <-chan ice.Candidate) {
	t.Helper()
	a, err := ice.NewAgentWithOptions(append(options,
		ice.WithCandidateTypes([]ice.CandidateType{ice.CandidateTypeHost}),
		ice.WithNetworkTypes([]ice.NetworkType{ice.NetworkTypeUDP4, ice.NetworkTypeUDP6}),
		ice.WithMulticastDNSMode(ice.MulticastDNSModeDisabled))...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = a.GracefulClose() })
	return a, gather(t, a)
}

func gather(t *testing.T, a *ice.Agent) <-chan ice.Candidate {
	t.Helper()
	candidates := make(chan ice.Candidate, 64)
	if err := a.OnCandidate(func(c ice.Candidate) { candidates <- c }); err != nil {
		t.Fatal(err)
	}
	if err := a.GatherCandidates(); err != nil {
		t.Fatal(err)
	}
	return candidates
}

// tell signals one agent's credentials and candidates to another.
func tell(t *testing.T, to, about *ice.Agent, candidates <-chan ice.Candidate) {
	t.Helper()
	ufrag, pwd, err := about.GetLocalUserCredentials()
	if err != nil {
		t.Fatal(err)
	}
	if err := to.SetRemoteCredentials(ufrag, pwd); err != nil {
		t.Fatal(err)
	}
	for c := range candidates {
		if c == nil {
			return
		}
		copied, err := ice.UnmarshalCandidate(c.Marshal())
		if err != nil {
			t.Fatal(err)
		}
		if err := to.AddRemoteCandidate(copied); err != nil {
			t.Fatal(err)
		}
	}
}

type result struct {
	conn *ice.Conn
	err  error
}

// connect joins a client agent to a server agent that has yet to start.
func connect(t *testing.T, client, server *ice.Agent, fromClient, fromServer <-chan ice.Candidate) (c, s *ice.Conn) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	tell(t, server, client, fromClient)
	tell(t, client, server, fromServer)
	accepted := make(chan result, 1)
	go func() {
		ufrag, pwd, _ := client.GetLocalUserCredentials()
		conn, err := server.Accept(ctx, ufrag, pwd)
		accepted <- result{conn, err}
	}()
	ufrag, pwd, err := server.GetLocalUserCredentials()
	if err != nil {
		t.Fatal(err)
	}
	c, err = client.Dial(ctx, ufrag, pwd)
	if err != nil {
		t.Fatalf("dial: %v", err)
	}
	r := <-accepted
	if r.err != nil {
		t.Fatalf("accept: %v", r.err)
	}
	return c, r.conn
}

// exchange sends one DTLS-like datagram each way.
func exchange(t *testing.T, a, b *ice.Conn) {
	t.Helper()
	for _, way := range [][2]*ice.Conn{{a, b}, {b, a}} {
		want := string([]byte{22, 254, 253, 1, 2, 3})
		if _, err := way[0].Write([]byte(want)); err != nil {
			t.Fatal(err)
		}
		buf := make([]byte, 1500)
		_ = way[1].SetReadDeadline(time.Now().Add(30 * time.Second))
		n, err := way[1].Read(buf)
		if err != nil || string(buf[:n]) != want {
			t.Fatalf("read %x: %v", buf[:n], err)
		}
	}
}

func TestAgentsConnectThroughTheMux(t *testing.T) {
	t.Run("full", func(t *testing.T) { testConnect(t, listenMux(t, loopback4), nil, false) })
	t.Run("lite", func(t *testing.T) { testConnect(t, listenMux(t, loopback4), nil, true) })
	t.Run("wildcard, all addresses", func(t *testing.T) { testConnect(t, listenMux(t), nil, false) })
	t.Run("IPv6 on both sides", func(t *testing.T) {
		requireIPv6(t) // Pion never gathers ::1 by itself, so the client has a mux too
		testConnect(t, listenMux(t, loopback6), listenMux(t, loopback6), false)
	})
	t.Run("IPv6 lite", func(t *testing.T) {
		requireIPv6(t)
		testConnect(t, listenMux(t, loopback6), listenMux(t, loopback6), true)
	})
}

func testConnect(t *testing.T, mux, clientMux *Mux, lite bool) {
	server, fromServer := agent(t, mux, lite)
	client, fromClient := agent(t, clientMux, false)
	c, s := connect(t, client, server, fromClient, fromServer)
	exchange(t, c, s)

	if got, want := mux.Stats().Connections, len(mux.ListenAddresses()); got != want {
		t.Errorf("%d connections for %d addresses", got, want)
	}
	if err := errors.Join(server.GracefulClose(), client.GracefulClose()); err != nil {
		t.Error(err)
	}
	if s := mux.Stats(); s.Connections != 0 || s.Addresses != 0 {
		t.Errorf("after the agents' end: %+v", s)
	}
}

func TestTwoAgentsShareTheMux(t *testing.T) {
	mux := listenMux(t, loopback4)
	var conns [][2]*ice.Conn
	for range 2 {
		server, fromServer := agent(t, mux, false)
		client, fromClient := agent(t, nil, false)
		c, s := connect(t, client, server, fromClient, fromServer)
		conns = append(conns, [2]*ice.Conn{c, s})
	}
	for range 3 {
		for _, pair := range conns {
			exchange(t, pair[0], pair[1])
		}
	}
}

func TestRestartLeavesNothingOfTheOldUfrag(t *testing.T) {
	mux := listenMux(t, loopback4)
	server, fromServer := agent(t, mux, false)
	client, fromClient := agent(t, listenMux(t, loopback4), false)
	c, s := connect(t, client, server, fromClient, fromServer)
	exchange(t, c, s)

	if err := errors.Join(server.Restart("", ""), client.Restart("", "")); err != nil {
		t.Fatal(err)
	}
	if got := mux.Stats(); got.Connections != 0 || got.Addresses != 0 {
		t.Errorf("between the two: %+v", got)
	}
	reconnected := make(chan struct{}, 1)
	if err := client.OnConnectionStateChange(func(state ice.ConnectionState) {
		if state == ice.ConnectionStateConnected {
			select {
			case reconnected <- struct{}{}:
			default:
			}
		}
	}); err != nil {
		t.Fatal(err)
	}
	fromServer, fromClient = gather(t, server), gather(t, client)
	tell(t, server, client, fromClient)
	tell(t, client, server, fromServer)
	select {
	case <-reconnected:
	case <-time.After(30 * time.Second):
		t.Fatal("the agents did not find each other again")
	}
	exchange(t, c, s)
	if got := mux.Stats(); got.Connections != 1 {
		t.Errorf("afterwards: %+v", got)
	}
}

// An hour of silence: the consent checks alone keep path and address, and
// media still comes in order on one of two candidates.
func TestAgentsStayConnectedInSimulatedTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		second := netip.AddrPortFrom(serverAddr.Addr(), serverAddr.Port()+1) // as if a NAT forwarded two ports
		b := newBench(t, Config{Advertise: []netip.AddrPort{serverAddr, second}})
		phone := b.net.Host("10.0.0.2")
		phone.SetUplink(testnet.Link{Delay: 40 * time.Millisecond, Jitter: 10 * time.Millisecond, Loss: 0.02})
		server, fromServer := newAgent(t, ice.WithUDPMux(b.mux))
		client, fromClient := newAgent(t, ice.WithNet(phone.Net()))
		c, s := connect(t, client, server, fromClient, fromServer)
		phone.SetUplink(testnet.Link{Delay: 40 * time.Millisecond, Jitter: 10 * time.Millisecond})
		time.Sleep(time.Hour)
		exchange(t, c, s)
		for i := range 1000 {
			if _, err := c.Write([]byte{0x80, 96, byte(i >> 8), byte(i)}); err != nil {
				t.Fatal(err)
			}
			time.Sleep(time.Millisecond)
		}
		buf := make([]byte, 1500)
		for i := range 1000 {
			if n, err := s.Read(buf); err != nil || n != 4 || int(buf[2])<<8|int(buf[3]) != i {
				t.Fatalf("packet %d: %x, %v", i, buf[:n], err)
			}
		}
		if err := errors.Join(client.GracefulClose(), server.GracefulClose()); err != nil {
			t.Error(err)
		}
	})
}

// A multihomed server names its addresses: each has a socket, and an answer
// leaves from the address that was asked.
func TestAnswersLeaveFromTheAddressThatWasAsked(t *testing.T) {
	second := netip.MustParseAddr("127.0.0.2")
	mux := listenMux(t, loopback4, second)
	for _, a := range mux.ListenAddresses() {
		c, err := mux.GetConn("ours", net.UDPAddrFromAddrPort(a))
		if err != nil {
			t.Fatal(err)
		}
		client, err := net.ListenUDP("udp4", net.UDPAddrFromAddrPort(netip.AddrPortFrom(loopback4, 0)))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = client.Close() })
		if _, err := client.WriteToUDPAddrPort(request(t, "ours:theirs"), a); err != nil {
			t.Fatal(err)
		}
		buf := make([]byte, 1500)
		n, from, err := c.ReadFrom(buf)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := c.WriteTo(buf[:n], from); err != nil {
			t.Fatal(err)
		}
		_, answered, err := client.ReadFromUDPAddrPort(buf)
		if err != nil || answered != a {
			t.Errorf("asked %v, answered from %v: %v", a, answered, err)
		}
	}
}
