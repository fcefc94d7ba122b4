package sfu

import (
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"sync/atomic"
	"time"

	"github.com/pion/srtp/v3"
	"github.com/pion/webrtc/v4"

	"github.com/atrium-rtc/atrium/sfu/inspect"
	"github.com/atrium-rtc/atrium/sfu/seal"
	"github.com/atrium-rtc/atrium/sfu/tcp"
	"github.com/atrium-rtc/atrium/sfu/udp"
)

// peerTransport is one connection as the shards see it: below Pion, which makes the
// connection and keeps it up.
type peerTransport struct {
	ports    *Ports
	udp      *udp.Peer
	tcp      *tcp.Peer // nil without ICE-TCP
	keys     dtlsKeys
	feedback feedbackReader
	guard    handshakeGuard

	// Of the selected candidate pair: over UDP, or if that is nil over TCP.
	route  atomic.Pointer[udp.Route]
	stream atomic.Pointer[tcpPath]

	keepalive time.Duration // between our own checks of the path

	// moved, if not nil, is told of the address that packets go to from here on.
	moved func(netip.Addr)
	where atomic.Pointer[netip.Addr]

	selected atomic.Pointer[inspect.Transport] // nil before there is a path
}

// inspect returns of which kind the path is. Any goroutine.
func (t *peerTransport) inspect() inspect.Transport {
	if at := t.selected.Load(); at != nil {
		return *at
	}
	return inspect.Transport{}
}

// remote returns the address that packets go to; it is not valid before there is a
// path.
func (t *peerTransport) remote() netip.Addr {
	if at := t.where.Load(); at != nil {
		return *at
	}
	return netip.Addr{}
}

// tcpPath is where packets go over TCP.
type tcpPath struct {
	conn   net.PacketConn // frames what is written (RFC 4571)
	remote net.Addr
}

var errNoPath = errors.New("no selected candidate pair")

// newTransport returns the transport of a connection that is yet to be made;
// queue is how many datagrams may wait for it.
func newTransport(ports *Ports, queue int, keepalive time.Duration) *peerTransport {
	t := &peerTransport{ports: ports, keepalive: keepalive}
	t.udp = ports.UDP.Peer(udp.PeerConfig{
		QueueLength: queue, Take: t.feedback.take, Admit: t.guard.admits, Sent: t.guard.sent,
	})
	if ports.tcp != nil {
		t.tcp = ports.tcp.Peer()
	}
	return t
}

// apply makes a connection use it.
func (t *peerTransport) apply(s *webrtc.SettingEngine) {
	s.SetICEUDPMux(t.udp)
	if t.tcp != nil {
		s.SetICETCPMux(t.tcp)
	}
	s.SetICETimeouts(iceDisconnected, iceFailed, t.keepalive)
	t.keys.listen(s)
}

// follow sends to the selected candidate pair from here on.
func (t *peerTransport) follow(pc *webrtc.PeerConnection, log *slog.Logger) {
	pc.SCTP().Transport().ICETransport().OnSelectedCandidatePairChange(func(pair *webrtc.ICECandidatePair) {
		if err := t.use(pair); err != nil {
			log.Warn("selected candidate pair cannot be used", "pair", pair.String(), "error", err)
		}
	})
}

// use sends to the remote candidate of a pair from here on.
func (t *peerTransport) use(pair *webrtc.ICECandidatePair) error {
	local, err1 := addrPort(pair.Local)
	remote, err2 := addrPort(pair.Remote)
	if err := errors.Join(err1, err2); err != nil {
		return err
	}
	if pair.Local.Protocol == webrtc.ICEProtocolTCP {
		if t.tcp == nil {
			return errNoPath
		}
		conn := t.tcp.ConnOf(local.Addr())
		if conn == nil {
			return errNoPath
		}
		t.stream.Store(&tcpPath{conn, net.TCPAddrFromAddrPort(remote)})
		t.route.Store(nil)
		t.selected.Store(kindOf(pair, remote))
		t.move(remote.Addr())
		return nil
	}
	route, err := t.ports.UDP.Route(local, remote)
	if err != nil {
		return fmt.Errorf("route: %w", err)
	}
	t.route.Store(route)
	t.selected.Store(kindOf(pair, remote))
	t.move(remote.Addr())
	return nil
}

// kindOf describes a pair without its addresses.
func kindOf(pair *webrtc.ICECandidatePair, remote netip.AddrPort) *inspect.Transport {
	family := "ipv6"
	if remote.Addr().Is4() {
		family = "ipv4"
	}
	return &inspect.Transport{
		Connected: true, Protocol: pair.Local.Protocol.String(), Family: family,
		Local: pair.Local.Typ.String(), Remote: pair.Remote.Typ.String(),
	}
}

func (t *peerTransport) move(to netip.Addr) {
	t.where.Store(&to)
	if t.moved != nil {
		t.moved(to)
	}
}

// spare gives up the TCP candidates of a connection that goes over UDP, unless
// the client keeps a TCP connection in reserve.
func (t *peerTransport) spare() {
	if t.tcp != nil && t.route.Load() != nil {
		t.tcp.CloseIdle()
	}
}

// writeTCP sends a packet over the selected pair, if that is of TCP.
func (t *peerTransport) writeTCP(b []byte) error {
	path := t.stream.Load()
	if path == nil {
		return errNoPath
	}
	_, err := path.conn.WriteTo(b, path.remote)
	return err //nolint:wrapcheck // counted, never shown
}

func addrPort(c *webrtc.ICECandidate) (netip.AddrPort, error) {
	a, err := netip.ParseAddr(c.Address)
	if err != nil {
		return netip.AddrPort{}, fmt.Errorf("candidate: %w", err)
	}
	return netip.AddrPortFrom(a.Unmap(), c.Port), nil
}

// secure takes the connection's keys, when it is up and before anything is sent
// on it. From here on nobody else may write RTP: two writers would use a number
// twice under one key, which gives away what was encrypted (RFC 7714 section 9).
func (t *peerTransport) secure() (*seal.Context, error) {
	profile, keys, err := t.keys.take()
	if err != nil {
		return nil, err
	}
	local, err := seal.New(seal.Profile(profile), keys.LocalMasterKey, keys.LocalMasterSalt)
	if err != nil {
		return nil, fmt.Errorf("SRTP keys: %w", err)
	}
	remote, err := srtp.CreateContext(keys.RemoteMasterKey, keys.RemoteMasterSalt, profile,
		srtp.SRTCPReplayProtection(srtcpReplayWindow))
	if err != nil {
		return nil, fmt.Errorf("SRTCP keys: %w", err)
	}
	t.udp.Seal()
	if t.tcp != nil {
		t.tcp.Seal()
	}
	t.feedback.open(remote)
	return local, nil
}
