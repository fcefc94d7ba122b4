package sfu_test

import (
	"fmt"
	"net"
	"net/netip"
	"sync"
	"testing"
	"time"

	"github.com/pion/webrtc/v4"

	"github.com/atrium-rtc/atrium/internal/demux"
	"github.com/atrium-rtc/atrium/internal/testnet"
	"github.com/atrium-rtc/atrium/sfu"
)

// A member names addresses of others as its candidates. An ICE-lite server sends nothing
// there. A full one checks each over UDP (RFC 8445 section 7.2), with a few datagrams of STUN
// that say nothing; it opens no TCP connection and asks nobody for a name.
func TestCandidatesOfOthersGetAFewChecksOrNone(t *testing.T) {
	for name, most := range map[string]int{"lite": 0, "full": 16} {
		t.Run(name, func(t *testing.T) {
			s := newSite(t, sfu.ListenConfig{Addresses: []netip.Addr{loopback4}}, name == "lite")
			packets, streams := s.victim()
			pc := s.client()
			if _, err := pc.AddTransceiverFromKind(webrtc.RTPCodecTypeAudio); err != nil {
				t.Fatal(err)
			}
			p, err := s.engine.Publish(s.ctx, sfu.PublishRequest{Offer: s.offer(pc), Observer: &silent{}})
			if err != nil {
				t.Fatal(err)
			}
			for _, text := range []string{
				fmt.Sprintf("candidate:1 1 udp 2130706431 127.0.0.1 %d typ host", port(packets.LocalAddr())),
				fmt.Sprintf("candidate:2 1 tcp 1671430143 127.0.0.1 %d typ host tcptype passive", port(streams.Addr())),
				fmt.Sprintf("candidate:3 1 tcp 1671430143 127.0.0.1 %d typ host tcptype so", port(streams.Addr())),
				fmt.Sprintf("candidate:4 1 udp 2130706431 4f5c0ad1-2f7b-4a52-9d5a-27a1f5a2a6ab.local %d typ host", port(packets.LocalAddr())),
				fmt.Sprintf("candidate:5 1 udp 2130706431 localhost %d typ host", port(packets.LocalAddr())),
			} {
				_ = p.AddICECandidate(sfu.Candidate{Candidate: text}) // may be refused
			}
			s.connect(pc, p.Answer())
			got := received(packets)
			t.Logf("%d datagrams came to an address that is not the client's", len(got))
			if len(got) > most {
				t.Errorf("%d datagrams, %d at most", len(got), most)
			}
			for _, b := range got {
				if demux.Of(b) != demux.STUN || len(b) > 160 {
					t.Errorf("%d octets came that are no check: %x", len(b), b)
				}
			}
			_ = streams.SetDeadline(time.Now())
			if c, err := streams.Accept(); err == nil {
				t.Errorf("a TCP connection came from %v", c.RemoteAddr())
			}
		})
	}
}

// A hundred and twenty-eight candidates of a client are checked, each some times, until the
// connection is given up; those behind are not looked at.
func TestCandidatesAreCheckedUpToALimit(t *testing.T) {
	const limit = 128
	simulate(t, 41, func(t *testing.T, s *stage) {
		var mu sync.Mutex
		checks := make(map[netip.AddrPort]int)
		server := netip.MustParseAddr(serverAddress)
		s.net.Observe(func(p testnet.Packet) {
			if p.Event == testnet.Sent && p.From.Addr() == server {
				mu.Lock()
				defer mu.Unlock()
				checks[p.To]++
			}
		})
		p, err := s.engine.Publish(t.Context(), sfu.PublishRequest{Offer: fixture(t, "publish-sendonly.sdp"), Observer: &silent{}})
		if err != nil {
			t.Fatal(err)
		}
		for i := range limit + 1 {
			text := fmt.Sprintf("candidate:%d 1 udp 2130706431 10.0.3.1 %d typ host", i, 10000+i)
			if err := p.AddICECandidate(sfu.Candidate{Candidate: text}); err != nil {
				t.Fatal(err)
			}
		}
		time.Sleep(40 * time.Second)
		<-p.Done()
		mu.Lock()
		defer mu.Unlock()
		most, all := 0, 0
		for _, n := range checks {
			most, all = max(most, n), all+n
		}
		t.Logf("%d datagrams to %d addresses, %d at most to one", all, len(checks), most)
		if len(checks) != limit {
			t.Errorf("%d addresses were checked, %d at most", len(checks), limit)
		}
		if most > 10 {
			t.Errorf("one address got %d datagrams", most)
		}
	})
}

// victim listens where nobody of the call does.
func (s *site) victim() (*net.UDPConn, *net.TCPListener) {
	s.Helper()
	packets, err := net.ListenUDP("udp4", net.UDPAddrFromAddrPort(netip.AddrPortFrom(loopback4, 0)))
	if err != nil {
		s.Fatal(err)
	}
	s.Cleanup(func() { _ = packets.Close() })
	streams, err := net.ListenTCP("tcp4", net.TCPAddrFromAddrPort(netip.AddrPortFrom(loopback4, 0)))
	if err != nil {
		s.Fatal(err)
	}
	s.Cleanup(func() { _ = streams.Close() })
	return packets, streams
}

func port(a net.Addr) uint16 { return netip.MustParseAddrPort(a.String()).Port() }

// received is what came until now, and within some intervals of checks.
func received(c *net.UDPConn) (list [][]byte) {
	_ = c.SetReadDeadline(time.Now().Add(time.Second))
	for {
		b := make([]byte, 2000)
		n, err := c.Read(b)
		if err != nil {
			return list
		}
		list = append(list, b[:n])
	}
}
