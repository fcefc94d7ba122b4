package sfu_test

import (
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/pion/ice/v4"
	"github.com/pion/sdp/v3"
	"github.com/pion/webrtc/v4"

	"github.com/atrium-rtc/atrium/sfu"
)

func TestClientsReachTheServer(t *testing.T) {
	for _, way := range []struct {
		name    string
		listen  []netip.Addr // empty: everywhere
		network webrtc.NetworkType
		want    string // protocol and address of the server
	}{
		{"UDP over IPv4", nil, webrtc.NetworkTypeUDP4, "udp 127.0.0.1"},
		{"UDP over IPv4, named address", []netip.Addr{loopback4}, webrtc.NetworkTypeUDP4, "udp 127.0.0.1"},
		{"UDP over IPv6", nil, webrtc.NetworkTypeUDP6, "udp ::1"},
		{"UDP over IPv6, named address", []netip.Addr{loopback6}, webrtc.NetworkTypeUDP6, "udp ::1"},
		{"TCP alone", nil, webrtc.NetworkTypeTCP4, "tcp 127.0.0.1"},
		{"TCP alone, second of the named addresses", []netip.Addr{loopback6, loopback4}, webrtc.NetworkTypeTCP4, "tcp 127.0.0.1"},
	} {
		for _, mode := range []string{"lite", "full"} {
			t.Run(way.name+", "+mode, func(t *testing.T) {
				if way.network == webrtc.NetworkTypeUDP6 || slices.Contains(way.listen, loopback6) {
					requireIPv6(t)
				}
				s := newSite(t, sfu.ListenConfig{Addresses: way.listen}, mode == "lite")
				s.client = func() *webrtc.PeerConnection { return s.newClient(way.network) }
				server := s.call().Remote
				if got := fmt.Sprint(server.Protocol, " ", server.Address); got != way.want || server.Port != s.ports.Port() {
					t.Errorf("reached %s port %d, want %s port %d", got, server.Port, way.want, s.ports.Port())
				}
				over := server.Protocol.String() + " ipv4"
				if way.network == webrtc.NetworkTypeUDP6 {
					over = server.Protocol.String() + " ipv6"
				}
				s.eventually("two connections over "+over, func() bool {
					return connectionsOf(s.engine.Stats().Handshakes.Pairs, over) == 2
				})
			})
		}
	}
}

// candidatesOf lists the candidates of an answer as "udp 192.0.2.1". Pion writes
// each a second time, for the component of RTCP.
func candidatesOf(t *testing.T, answer string, port uint16) []string {
	t.Helper()
	var d sdp.SessionDescription
	if err := d.UnmarshalString(answer); err != nil {
		t.Fatal(err)
	}
	var list []string
	for _, a := range d.MediaDescriptions[0].Attributes {
		if a.Key == "candidate" {
			list = append(list, describeCandidate(t, a.Value, port))
		}
	}
	slices.Sort(list)
	return slices.Compact(list)
}

func describeCandidate(t *testing.T, text string, port uint16) string {
	t.Helper()
	c, err := ice.UnmarshalCandidate(strings.TrimPrefix(text, "candidate:"))
	if err != nil {
		t.Fatalf("candidate %q: %v", text, err)
	}
	if c.Port() != int(port) || c.Type() != ice.CandidateTypeHost {
		t.Errorf("candidate %q is not a host candidate with port %d", text, port)
	}
	return c.NetworkType().NetworkShort() + " " + c.Address()
}

func TestOnlyPublicAddressesAreTold(t *testing.T) {
	first4, second4 := netip.MustParseAddr("203.0.113.7"), netip.MustParseAddr("203.0.113.8")
	only6 := netip.MustParseAddr("2001:db8::7")
	for _, tt := range []struct {
		name   string
		public []netip.Addr
		tcp    bool
		want   []string
	}{
		{"IPv4", []netip.Addr{first4}, true, []string{"tcp 203.0.113.7", "udp 203.0.113.7"}},
		{"IPv4 without TCP", []netip.Addr{first4}, false, []string{"udp 203.0.113.7"}},
		{"IPv6", []netip.Addr{only6}, true, []string{"tcp 2001:db8::7", "udp 2001:db8::7"}},
		{
			"both",
			[]netip.Addr{first4, only6},
			true,
			[]string{"tcp 2001:db8::7", "tcp 203.0.113.7", "udp 2001:db8::7", "udp 203.0.113.7"},
		},
		{
			"two IPv4",
			[]netip.Addr{first4, second4},
			true,
			[]string{"tcp 203.0.113.7", "tcp 203.0.113.8", "udp 203.0.113.7", "udp 203.0.113.8"},
		},
		{"IPv4 written as IPv6", []netip.Addr{netip.AddrFrom16(first4.As16())}, true, []string{"tcp 203.0.113.7", "udp 203.0.113.7"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if slices.Contains(tt.public, only6) {
				requireIPv6(t)
			}
			s := newSite(t, sfu.ListenConfig{PublicAddresses: tt.public, DisableTCP: !tt.tcp}, false)
			s.route = throughNAT(s.ports.Port(), "udp", tt.public...)
			if slices.Contains(tt.public, only6) {
				s.client = func() *webrtc.PeerConnection { return s.newClient(webrtc.NetworkTypeUDP6) }
			}
			_, _, publication, observer := s.publish()
			if diff := cmp.Diff(tt.want, candidatesOf(t, publication.Answer(), s.ports.Port())); diff != "" {
				t.Errorf("candidates of the answer (-want +got):\n%s", diff)
			}
			observer.mu.Lock()
			defer observer.mu.Unlock()
			for _, c := range observer.candidates {
				if got := describeCandidate(t, c.Candidate, s.ports.Port()); !slices.Contains(tt.want, got) {
					t.Errorf("candidate %q was trickled, which is not public", c.Candidate)
				}
			}
		})
	}
}

// throughNAT is the way to a server behind one-to-one NAT: what is sent to a
// public address arrives at loopback. Only the given protocol gets through. TCP
// arrives at an address that a machine has besides its first one.
func throughNAT(port uint16, protocol string, public ...netip.Addr) func(string) string {
	return func(answer string) string {
		var lines []string
		for line := range strings.Lines(answer) {
			if strings.HasPrefix(line, "a=candidate:") && !strings.Contains(line, " "+protocol+" ") {
				continue
			}
			for _, a := range public {
				to := loopback4
				switch {
				case a.Unmap().Is6():
					to = loopback6
				case protocol == "tcp":
					to = netip.MustParseAddr("127.0.0.2")
				}
				line = strings.ReplaceAll(line, fmt.Sprintf(" %v %d ", a.Unmap(), port), fmt.Sprintf(" %v %d ", to, port))
			}
			lines = append(lines, line)
		}
		return strings.Join(lines, "")
	}
}

func TestServerBehindNATIsReached(t *testing.T) {
	public := netip.MustParseAddr("203.0.113.7")
	for _, protocol := range []string{"udp", "tcp"} {
		for _, mode := range []string{"lite", "full"} {
			t.Run(protocol+", "+mode, func(t *testing.T) {
				s := newSite(t, sfu.ListenConfig{PublicAddresses: []netip.Addr{public}}, mode == "lite")
				s.route = throughNAT(s.ports.Port(), protocol, public)
				s.client = func() *webrtc.PeerConnection {
					return s.newClient(map[string]webrtc.NetworkType{
						"udp": webrtc.NetworkTypeUDP4, "tcp": webrtc.NetworkTypeTCP4,
					}[protocol])
				}
				if server := s.call().Remote; server.Protocol.String() != protocol {
					t.Errorf("reached over %v, want %s", server.Protocol, protocol)
				}
			})
		}
	}
}

func TestAnyFreePortIsFreeForUDPAndTCP(t *testing.T) {
	ports, err := sfu.Listen(t.Context(), sfu.ListenConfig{Addresses: []netip.Addr{loopback4}})
	if err != nil {
		t.Fatal(err)
	}
	defer ports.Close()
	again, err := sfu.Listen(t.Context(), sfu.ListenConfig{Addresses: []netip.Addr{loopback4}, Port: ports.Port()})
	if err == nil {
		again.Close()
		t.Fatal("the same port was given twice")
	}
	var lc net.ListenConfig
	for _, network := range []string{"udp", "tcp"} {
		address := net.JoinHostPort("127.0.0.1", fmt.Sprint(ports.Port()))
		if network == "udp" {
			if c, err := lc.ListenPacket(t.Context(), network, address); err == nil {
				c.Close()
				t.Errorf("%s port %d is free", network, ports.Port())
			}
			continue
		}
		if l, err := lc.Listen(t.Context(), network, address); err == nil {
			l.Close()
			t.Errorf("%s port %d is free", network, ports.Port())
		}
	}
}

// oddCandidates are what clients send besides addresses that can be used.
func oddCandidates() []string {
	return []string{
		"candidate:1 1 udp 2122260223 6c0b5ba2-5ba2-4d0d-9c5e-2f1c1b6a2f1d.local 50000 typ host generation 0",
		"candidate:2 1 tcp 1518280447 127.0.0.1 9 typ host tcptype active generation 0",
		"candidate:3 1 udp 2122262783 2001:db8::1 50001 typ host generation 0 network-id 2",
		"candidate:4 1 udp 2122262783 fe80::1 50001 typ host generation 0",
		"candidate:5 1 udp 1686052607 203.0.113.9 50002 typ srflx raddr 0.0.0.0 rport 0 generation 0",
	}
}

// BenchmarkJoin is the Pion client's part in docs/bench/ice-lite.md: from the
// offer's departure to the connection. The modes take turns, so that whatever
// else the machine does falls on both.
func BenchmarkJoin(b *testing.B) {
	modes := map[string]*site{}
	for _, mode := range []string{"lite", "full"} {
		modes[mode] = newSite(b, sfu.ListenConfig{Addresses: []netip.Addr{loopback4}}, mode == "lite")
	}
	times := map[string][]time.Duration{}
	for b.Loop() {
		for mode, s := range modes {
			times[mode] = append(times[mode], s.join())
		}
	}
	for mode, list := range times {
		slices.Sort(list)
		for _, share := range []int{25, 50, 75} {
			at := list[len(list)*share/100]
			b.ReportMetric(float64(at.Microseconds())/1000, fmt.Sprintf("%s-ms-p%d", mode, share))
		}
	}
}

// join connects a publisher once and says how long it took.
func (s *site) join() time.Duration {
	pc := s.client()
	defer pc.Close()
	init := webrtc.RTPTransceiverInit{Direction: webrtc.RTPTransceiverDirectionSendonly}
	if _, err := pc.AddTransceiverFromKind(webrtc.RTPCodecTypeAudio, init); err != nil {
		s.Fatal(err)
	}
	offer := s.offer(pc)
	began := time.Now()
	publication, err := s.engine.Publish(s.ctx, sfu.PublishRequest{Offer: offer, Observer: &silent{}})
	if err != nil {
		s.Fatal(err)
	}
	s.connect(pc, publication.Answer())
	took := time.Since(began)
	publication.Close()
	<-publication.Done()
	return took
}

func TestOddCandidatesDoNotDisturb(t *testing.T) {
	for _, mode := range []string{"lite", "full"} {
		t.Run(mode, func(t *testing.T) {
			// A full server would send checks to what it is told: nowhere but here.
			s := newSite(t, sfu.ListenConfig{Addresses: []netip.Addr{loopback4}}, mode == "lite")
			pc := s.client()
			init := webrtc.RTPTransceiverInit{Direction: webrtc.RTPTransceiverDirectionSendonly}
			if _, err := pc.AddTransceiverFromKind(webrtc.RTPCodecTypeAudio, init); err != nil {
				t.Fatal(err)
			}
			lines := "a=candidate:" + strings.Join(oddCandidates(), "\r\na=") + "\r\n"
			lines = strings.Replace(lines, "a=candidate:candidate:", "a=candidate:", 1)
			offer := strings.Replace(s.offer(pc), "a=ice-ufrag:", lines+"a=ice-ufrag:", 1)
			publication, err := s.engine.Publish(s.ctx, sfu.PublishRequest{Offer: offer, Observer: &silent{}})
			if err != nil {
				t.Fatal(err)
			}
			add := func(when string) {
				for _, text := range append(oddCandidates(), "", "end-of-candidates") {
					if err := publication.AddICECandidate(sfu.Candidate{Candidate: text, SDPMid: "0"}); err != nil {
						t.Errorf("%s the connection: %q: %v", when, text, err)
					}
				}
				if publication.AddICECandidate(sfu.Candidate{Candidate: "candidate:nonsense"}) == nil {
					t.Errorf("%s the connection: nonsense was taken for a candidate", when)
				}
			}
			add("before")
			s.connect(pc, publication.Answer())
			add("after")
			if state := pc.ConnectionState(); state != webrtc.PeerConnectionStateConnected {
				t.Errorf("the connection is %s", state)
			}
		})
	}
}
