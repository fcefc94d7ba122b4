package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"time"

	"github.com/atrium-rtc/atrium/internal/config"
	"github.com/atrium-rtc/atrium/internal/iceserver"
	"github.com/atrium-rtc/atrium/internal/relay"
	"github.com/atrium-rtc/atrium/signaling/api"
	"github.com/atrium-rtc/atrium/signaling/whip"
)

// turnServer is the embedded TURN server; its zero value is none.
type turnServer struct {
	*relay.Server
	urls   []string // that clients are handed
	secret string   // of their credentials
}

// startRelay starts the embedded TURN server, if it has an address to listen on.
func (s *server) startRelay(ctx context.Context) (err error) {
	cfg := s.cfg.TURN
	if !cfg.On() {
		return nil
	}
	with := relay.Config{
		Realm: cfg.Realm, Media: s.media.reach(s.cfg.Media), Limits: relayLimits(cfg), Certificates: s.certificates.config, Logger: s.logger,
	}
	if with.Secret, err = relaySecret(cfg); err != nil {
		return err
	}
	if with.AllowPeers, err = cfg.Peers(); err != nil {
		return fmt.Errorf("start the relay: %w", err)
	}
	if with.Ports.First, with.Ports.Last, err = cfg.Ports(); err != nil {
		return fmt.Errorf("turn.relay_ports: %w", err)
	}
	if err := openRelay(ctx, cfg, &with); err != nil {
		return err
	}
	urls := relayURLs(relayHost(s.cfg, with.Media), with)
	started, err := relay.Start(with)
	if err != nil {
		return err //nolint:wrapcheck // it says of what
	}
	s.relay = turnServer{started, urls, with.Secret}
	s.logger.Info("TURN is served", "urls", urls)
	return nil
}

// relaySecret is the configured one, or one that lasts as long as the process.
func relaySecret(cfg config.TURN) (string, error) {
	secret, err := secretOf("turn.secret_file", cfg.Secret, cfg.SecretFile)
	if err == nil && secret == "" {
		secret = rand.Text()
	}
	return secret, err
}

// openRelay opens what the relay listens on, all or nothing.
func openRelay(ctx context.Context, cfg config.TURN, into *relay.Config) (err error) {
	defer func() {
		if err != nil {
			for _, conn := range into.UDP {
				_ = conn.Close()
			}
			for _, l := range slices.Concat(into.TCP, into.TLS) {
				_ = l.Close()
			}
		}
	}()
	if cfg.UDPListen != "" {
		if into.UDP, err = listenPackets(ctx, "turn.udp_listen", cfg.UDPListen); err != nil {
			return err
		}
	}
	if cfg.TCPListen != "" {
		if into.TCP, err = listen(ctx, "turn.tcp_listen", cfg.TCPListen); err != nil {
			return err
		}
	}
	if cfg.TLSListen != "" {
		into.TLS, err = listen(ctx, "turn.tls_listen", cfg.TLSListen)
	}
	return err
}

// listenPackets is listen for UDP.
func listenPackets(ctx context.Context, key, address string) ([]net.PacketConn, error) {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", key, err)
	}
	hosts := []string{host}
	if host == "localhost" {
		hosts = []string{"127.0.0.1", "::1"}
	}
	var (
		config net.ListenConfig
		open   []net.PacketConn
	)
	for _, host := range hosts {
		conn, err := config.ListenPacket(ctx, "udp", net.JoinHostPort(host, port))
		if err != nil && len(open) > 0 {
			break // a machine may have one kind of loopback address only
		}
		if err != nil {
			return nil, listenError(key, address, err)
		}
		open = append(open, conn)
	}
	return open, nil
}

func relayLimits(cfg config.TURN) relay.Limits {
	return relay.Limits{
		Allocations: cfg.Allocations, AllocationsPerUser: cfg.PerUser,
		AllocationsPerAddress: cfg.PerAddress, RequestsPerAddress: cfg.Requests,
	}
}

// reach tells the relay where media is: what clients are told, and for the public
// addresses of a NAT the address behind it.
func (m *mediaPlane) reach(cfg config.Media) relay.Media {
	if len(cfg.PublicAddresses) == 0 {
		return relay.Media{Addresses: m.addresses}
	}
	local := func(public netip.AddrPort) netip.AddrPort {
		for _, bound := range cfg.Listen {
			if bound.Is4() == public.Addr().Is4() {
				return netip.AddrPortFrom(bound, public.Port())
			}
		}
		if public.Addr().Is4() {
			return netip.AddrPortFrom(netip.AddrFrom4([4]byte{127, 0, 0, 1}), public.Port())
		}
		return netip.AddrPortFrom(netip.IPv6Loopback(), public.Port())
	}
	return relay.Media{Addresses: m.addresses, Local: local}
}

// relayHost is what clients know this server by.
func relayHost(cfg config.Config, media relay.Media) string {
	switch {
	case cfg.TURN.PublicHost != "":
		return cfg.TURN.PublicHost
	case cfg.TLS.Mode == config.TLSACME:
		return cfg.TLS.ACME.Domains[0]
	}
	addresses := media.Addresses()
	if i := slices.IndexFunc(addresses, func(a netip.AddrPort) bool { return !a.Addr().IsLoopback() }); i >= 0 {
		return addresses[i].Addr().String()
	}
	return "localhost"
}

// relayURLs are what clients are handed: UDP first, as browsers prefer what gathers
// first among equals.
func relayURLs(host string, with relay.Config) []string {
	var urls []string
	add := func(scheme, transport string, address net.Addr) {
		_, port, _ := net.SplitHostPort(address.String())
		urls = append(urls, fmt.Sprintf("%s:%s?transport=%s", scheme, net.JoinHostPort(host, port), transport))
	}
	if len(with.UDP) > 0 {
		add("turn", "udp", with.UDP[0].LocalAddr())
	}
	if len(with.TCP) > 0 {
		add("turn", "tcp", with.TCP[0].Addr())
	}
	if len(with.TLS) > 0 {
		add("turns", "tcp", with.TLS[0].Addr())
	}
	return urls
}

// externalICE is what the configuration names of servers elsewhere.
func externalICE(cfg config.ICE) (iceserver.List, error) {
	secret, err := secretOf("ice.secret_file", cfg.Secret, cfg.SecretFile)
	if err != nil {
		return iceserver.List{}, err
	}
	var list iceserver.List
	stun, turn := iceserver.Split(cfg.Servers)
	if len(stun) > 0 {
		list.Fixed = append(list.Fixed, iceserver.Server{URLs: stun})
	}
	switch {
	case len(turn) == 0:
	case secret != "":
		list.Issued = append(list.Issued, iceserver.Issued{URLs: turn, Issuer: iceserver.Issuer{Secret: secret, Lifetime: cfg.Lifetime}})
	case cfg.Username != "":
		list.Fixed = append(list.Fixed, iceserver.Server{URLs: turn, Username: cfg.Username, Credential: cfg.Credential.Reveal()})
	}
	return list, nil
}

// offerICE makes clients be handed these servers and the embedded one from now on.
func (s *server) offerICE(list iceserver.List, own config.TURN) {
	if len(s.relay.urls) > 0 {
		issuer := iceserver.Issuer{Secret: s.relay.secret, Lifetime: own.Lifetime}
		list.Issued = append(slices.Clone(list.Issued), iceserver.Issued{URLs: s.relay.urls, Issuer: issuer})
	}
	s.ice.Store(&list)
}

// iceServers is what a user is handed who joins.
func (s *server) iceServers(user string) []api.ICEServer {
	return iceWire(s.ice.Load().For(user, time.Now()))
}

// openICEServers is what anybody is told.
func openICEServers(list iceserver.List) []api.ICEServer { return iceWire(list.Open()) }

func iceWire(list []iceserver.Server) []api.ICEServer {
	var wire []api.ICEServer
	for _, i := range list {
		wire = append(wire, api.ICEServer{URLs: i.URLs, Username: i.Username, Credential: i.Credential})
	}
	return wire
}

// whipICEServers is the same for clients of WHIP and WHEP, whose headers have one URL
// each.
func (s *server) whipICEServers(user string) []whip.ICEServer {
	var links []whip.ICEServer
	for _, i := range s.ice.Load().For(user, time.Now()) {
		for _, u := range i.URLs {
			links = append(links, whip.ICEServer{URL: u, Username: i.Username, Credential: i.Credential})
		}
	}
	return links
}

// relayStats are for metrics; all is 0 where there is no relay.
func (s *server) relayStats() relay.Stats {
	if s.relay.Server == nil {
		return relay.Stats{}
	}
	return s.relay.Stats()
}

func (s *server) closeRelay() error {
	if s.relay.Server == nil {
		return nil
	}
	return s.relay.Close() //nolint:wrapcheck // it says of what
}

// checkRelay finds what startRelay would, without opening anything.
func checkRelay(cfg config.Config) error {
	_, external := externalICE(cfg.ICE)
	_, own := relaySecret(cfg.TURN)
	return errors.Join(external, own)
}

// relayPortsInUse says where the relay could not listen now. It is no error: the
// server itself may be what listens there.
func relayPortsInUse(cfg config.TURN) []string {
	var with relay.Config
	err := openRelay(context.Background(), cfg, &with)
	for _, conn := range with.UDP {
		_ = conn.Close()
	}
	for _, l := range slices.Concat(with.TCP, with.TLS) {
		_ = l.Close()
	}
	if err == nil {
		return nil
	}
	return []string{fmt.Sprintf("TURN cannot begin to listen now, which is as it should be while the server runs: %v", err)}
}
