package sfu

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"strconv"
	"time"

	"github.com/pion/ice/v4"
	"github.com/pion/webrtc/v4"

	"github.com/atrium-rtc/atrium/sfu/udp"
)

const (
	// tcpQueue is how many packets wait for one ICE-TCP connection's reader.
	tcpQueue = 64
	// tcpWriteBuffer bounds what waits for a slow ICE-TCP client, in octets;
	// beyond it packets are dropped.
	tcpWriteBuffer = 1 << 20
	// tcpFirstMessage is how long a TCP connection may stay silent.
	tcpFirstMessage = 10 * time.Second
)

// ListenConfig says where media is taken.
type ListenConfig struct {
	// Port is the UDP port of all media, and the TCP port of ICE-TCP. 0 picks a
	// free one.
	Port uint16
	// Addresses to bind; empty is all, IPv4 and IPv6.
	Addresses []netip.Addr
	// PublicAddresses replace the bound ones in candidates, for a server behind
	// one-to-one NAT.
	PublicAddresses []netip.Addr
	DisableTCP      bool
	Logger          *slog.Logger
}

// Ports are the sockets that carry all media.
type Ports struct {
	UDP    *udp.Mux
	tcp    ice.TCPMux
	port   uint16
	public []netip.Addr
}

// Listen opens the ports.
func Listen(ctx context.Context, cfg ListenConfig) (*Ports, error) {
	sockets, err := udp.Listen(udp.ListenConfig{Port: cfg.Port, Addresses: cfg.Addresses, Logger: cfg.Logger})
	if err != nil {
		return nil, fmt.Errorf("listen for media: %w", err)
	}
	p := &Ports{public: cfg.PublicAddresses}
	if a, ok := sockets[0].LocalAddr().(*net.UDPAddr); ok {
		p.port = a.AddrPort().Port()
	}
	var advertise []netip.AddrPort
	for _, a := range cfg.PublicAddresses {
		advertise = append(advertise, netip.AddrPortFrom(a, p.port))
	}
	if p.UDP, err = udp.New(udp.Config{Sockets: sockets, Advertise: advertise, Logger: cfg.Logger}); err != nil {
		return nil, fmt.Errorf("listen for media: %w", err)
	}
	if cfg.DisableTCP {
		return p, nil
	}
	if err := p.listenTCP(ctx, cfg); err != nil {
		return nil, errors.Join(err, p.Close())
	}
	return p, nil
}

// listenTCP opens ICE-TCP (RFC 6544) on the same port number, on the first
// address or on all.
func (p *Ports) listenTCP(ctx context.Context, cfg ListenConfig) error {
	host := ""
	if len(cfg.Addresses) > 0 {
		host = cfg.Addresses[0].String()
	}
	var lc net.ListenConfig
	l, err := lc.Listen(ctx, "tcp", net.JoinHostPort(host, strconv.Itoa(int(p.port))))
	if err != nil {
		return fmt.Errorf("listen for ICE-TCP: %w", err)
	}
	p.tcp = ice.NewTCPMuxDefault(ice.TCPMuxParams{
		Listener: l, Logger: pionLogs{loggerOrDiscard(cfg.Logger)}.NewLogger("ice-tcp"),
		ReadBufferSize: tcpQueue, WriteBufferSize: tcpWriteBuffer,
		FirstStunBindTimeout: tcpFirstMessage, AliveDurationForConnFromStun: tcpFirstMessage,
	})
	return nil
}

// apply makes connections use the ports.
func (p *Ports) apply(s *webrtc.SettingEngine) error {
	s.SetICEUDPMux(p.UDP)
	networks := []webrtc.NetworkType{webrtc.NetworkTypeUDP4, webrtc.NetworkTypeUDP6}
	if p.tcp != nil {
		s.SetICETCPMux(p.tcp)
		networks = append(networks, webrtc.NetworkTypeTCP4, webrtc.NetworkTypeTCP6)
	}
	s.SetNetworkTypes(networks)
	if p.tcp == nil || len(p.public) == 0 {
		return nil
	}
	rule := webrtc.ICEAddressRewriteRule{
		AsCandidateType: webrtc.ICECandidateTypeHost, Mode: webrtc.ICEAddressRewriteReplace,
		Networks: []webrtc.NetworkType{webrtc.NetworkTypeTCP4, webrtc.NetworkTypeTCP6},
	}
	for _, a := range p.public {
		rule.External = append(rule.External, a.String())
	}
	if err := s.SetICEAddressRewriteRules(rule); err != nil {
		return fmt.Errorf("public addresses: %w", err)
	}
	return nil
}

// Port returns the port number in use.
func (p *Ports) Port() uint16 { return p.port }

// Close closes the sockets.
func (p *Ports) Close() error {
	err := p.UDP.Close()
	if p.tcp != nil {
		err = errors.Join(err, p.tcp.Close())
	}
	return err
}
