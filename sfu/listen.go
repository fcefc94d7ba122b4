package sfu

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"syscall"

	"github.com/pion/transport/v4"
	"github.com/pion/transport/v4/stdnet"
	"github.com/pion/webrtc/v4"

	"github.com/atrium-rtc/atrium/sfu/tcp"
	"github.com/atrium-rtc/atrium/sfu/udp"
)

// portAttempts is how often a port is looked for that is free for UDP and TCP.
const portAttempts = 16

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
	// Sockets that share each address; 0 is one per core where the system can.
	Sockets int
	// Send says how media is given to the kernel.
	Send udp.SendMode
	// DSCP marks all that is sent over UDP (RFC 8837); 0 is none.
	DSCP   uint8
	Logger *slog.Logger
}

// Ports are the sockets that carry all media.
type Ports struct {
	UDP  *udp.Mux
	tcp  *tcp.Mux // nil without ICE-TCP
	port uint16
}

// Listen opens the ports.
func Listen(ctx context.Context, cfg ListenConfig) (*Ports, error) {
	for attempt := 1; ; attempt++ {
		p, err := listen(ctx, cfg)
		// A port that is free for UDP may be taken for TCP.
		if err == nil || cfg.Port != 0 || attempt == portAttempts || !errors.Is(err, syscall.EADDRINUSE) {
			return p, err
		}
	}
}

func listen(ctx context.Context, cfg ListenConfig) (*Ports, error) {
	sockets, err := udp.Listen(udp.ListenConfig{
		Port: cfg.Port, Addresses: cfg.Addresses, Readers: cfg.Sockets, DSCP: cfg.DSCP, Logger: cfg.Logger,
	})
	if err != nil {
		return nil, fmt.Errorf("listen for media: %w", err)
	}
	p := &Ports{}
	if a, ok := sockets[0].LocalAddr().(*net.UDPAddr); ok {
		p.port = a.AddrPort().Port()
	}
	var advertise []netip.AddrPort
	for _, a := range cfg.PublicAddresses {
		advertise = append(advertise, netip.AddrPortFrom(a.Unmap(), p.port))
	}
	if p.UDP, err = udp.New(udp.Config{Sockets: sockets, Advertise: advertise, Send: cfg.Send, Logger: cfg.Logger}); err != nil {
		return nil, fmt.Errorf("listen for media: %w", err)
	}
	if cfg.DisableTCP {
		return p, nil
	}
	if p.tcp, err = listenTCP(ctx, cfg, p.port); err != nil {
		return nil, errors.Join(fmt.Errorf("listen for ICE-TCP: %w", err), p.UDP.Close())
	}
	return p, nil
}

// listenTCP opens ICE-TCP (RFC 6544) on a port of each address, or of all.
func listenTCP(ctx context.Context, cfg ListenConfig, port uint16) (*tcp.Mux, error) {
	listeners, err := tcp.Listen(ctx, port, cfg.Addresses)
	if err != nil {
		return nil, err //nolint:wrapcheck // the caller says what was tried
	}
	return tcp.New(tcp.Config{Listeners: listeners, Logger: cfg.Logger})
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
	n, err := stdnet.NewNet()
	if err != nil {
		return fmt.Errorf("network: %w", err)
	}
	s.SetNet(knownAddresses{Net: n, list: p.UDP.ListenAddresses})
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

// knownAddresses tells ICE agents which addresses this machine has: those that
// the UDP candidates name. Each agent would ask the kernel otherwise, for its
// TCP candidates, and offer those that are not public too.
type knownAddresses struct {
	transport.Net
	list func() []netip.AddrPort
}

// Interfaces returns one interface with all addresses.
func (k knownAddresses) Interfaces() ([]*transport.Interface, error) {
	i := transport.NewInterface(net.Interface{Index: 1, Name: "media", Flags: net.FlagUp})
	for _, a := range k.list() {
		addr := a.Addr()
		i.AddAddress(&net.IPNet{IP: addr.AsSlice(), Mask: net.CIDRMask(addr.BitLen(), addr.BitLen())})
	}
	return []*transport.Interface{i}, nil
}
