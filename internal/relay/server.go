package relay

import (
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/netip"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"

	"github.com/pion/turn/v5"
)

// Config is what a Server is made of. It owns sockets and listeners from Start on.
type Config struct {
	UDP      []net.PacketConn
	TCP, TLS []net.Listener
	// Certificates are for the listeners of TLS, which are plain TCP themselves; a
	// GetCertificate is asked in each handshake.
	Certificates *tls.Config
	Realm        string
	Secret       string // of an iceserver.Issuer
	Media        Media
	// AllowPeers are further networks whose addresses may be relayed to, see
	// peers.foreign.
	AllowPeers []netip.Prefix
	Ports      Ports
	Limits     Limits
	Logger     *slog.Logger     // nil discards
	Now        func() time.Time // nil is time.Now
}

// Server is a TURN server that runs. Its methods may be called from any goroutine.
type Server struct {
	turn        *turn.Server
	peers       peers
	ports       Ports
	ledger      ledger
	connections connections
	books       *books
	requests    atomic.Int64 // Limits.RequestsPerAddress
	log         *slog.Logger
	closed      sync.Once
	closeErr    error
}

// Start begins to serve. With an error all sockets are closed.
func Start(cfg Config) (*Server, error) {
	s := &Server{
		peers: peers{cfg.Media, cfg.AllowPeers}, ports: cfg.Ports, books: newBooks(), log: cfg.Logger,
	}
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	s.SetLimits(cfg.Limits)
	check := credentials{cfg.Secret, cfg.Realm, cfg.Now, s.books.refuse}
	sockets := turn.ServerConfig{
		PacketConnConfigs: s.datagrams(cfg), ListenerConfigs: s.listeners(cfg),
		Realm: cfg.Realm, AuthHandler: check.authenticate, QuotaHandler: s.hasRoom,
		EventHandler:  turn.EventHandler{OnAuth: s.authenticated},
		LoggerFactory: pionLogs{s.log},
	}
	var err error
	if s.turn, err = turn.NewServer(sockets); err != nil {
		return nil, errors.Join(fmt.Errorf("start the relay: %w", err), closeSockets(cfg))
	}
	return s, nil
}

func closeSockets(cfg Config) error {
	var errs []error
	for _, conn := range cfg.UDP {
		errs = append(errs, conn.Close())
	}
	for _, l := range append(append([]net.Listener(nil), cfg.TCP...), cfg.TLS...) {
		errs = append(errs, l.Close())
	}
	return errors.Join(errs...)
}

func (s *Server) datagrams(cfg Config) []turn.PacketConnConfig {
	var list []turn.PacketConnConfig
	for _, conn := range cfg.UDP {
		list = append(list, turn.PacketConnConfig{
			PacketConn:            &datagrams{PacketConn: conn, most: &s.requests, now: cfg.Now, refuse: s.books.refuse},
			RelayAddressGenerator: generator{s, UDP}, PermissionHandler: s.permit,
		})
	}
	return list
}

func (s *Server) listeners(cfg Config) []turn.ListenerConfig {
	var list []turn.ListenerConfig
	add := func(l net.Listener, certificates *tls.Config, transport Transport) {
		list = append(list, turn.ListenerConfig{
			Listener: &listener{
				Listener: l, tls: certificates, connections: &s.connections,
				refuse: s.books.refuse, log: s.log, closing: make(chan struct{}),
			},
			RelayAddressGenerator: generator{s, transport}, PermissionHandler: s.permit,
		})
	}
	for _, l := range cfg.TCP {
		add(l, nil, TCP)
	}
	for _, l := range cfg.TLS {
		add(l, turnTLS(cfg.Certificates), TLS)
	}
	return list
}

// turnTLS speaks TURN where the given configuration speaks HTTP (RFC 7443).
func turnTLS(base *tls.Config) *tls.Config {
	own := base.Clone()
	own.NextProtos = []string{"stun.turn", "stun.nat-discovery"}
	return own
}

// SetLimits changes the limits. What clients have already stays.
func (s *Server) SetLimits(limits Limits) {
	s.ledger.limit(limits)
	s.connections.limit(limits)
	s.requests.Store(int64(limits.RequestsPerAddress))
}

// Stats may be asked at any time.
func (s *Server) Stats() Stats {
	now := s.books.stats()
	now.Connections = s.connections.count()
	return now
}

// Close ends all allocations and connections; their goroutines end soon after. A
// further call does nothing.
func (s *Server) Close() error {
	s.closed.Do(func() {
		if err := s.turn.Close(); err != nil {
			s.closeErr = fmt.Errorf("close the relay: %w", err)
		}
		s.connections.close()
	})
	return s.closeErr
}

// hasRoom is pion/turn's QuotaHandler: it is asked before the socket is made, so that
// the client is told 486 (RFC 8656 section 7.2).
func (s *Server) hasRoom(userID, _ string, _ net.Addr) bool {
	o, _ := ownerOf(userID)
	if err := s.ledger.check(o); err != nil {
		s.books.refuse(refusalOf(err))
		return false
	}
	return true
}

// authenticated is told of each request whose user name is one.
func (s *Server) authenticated(client, ours net.Addr, _, _, _, _ string, proven bool) {
	if !proven {
		s.books.refuse(RefusedCredentials)
		return
	}
	s.connections.prove(between{addrPortOf(client), addrPortOf(ours)})
}

// permit is pion/turn's PermissionHandler.
func (s *Server) permit(_ net.Addr, peer net.IP) (ok bool) {
	defer s.contain(&ok)
	address, _ := netip.AddrFromSlice(peer) // the zero Addr is refused
	cause, ok := s.peers.address(address)
	if !ok {
		s.books.refuse(cause)
	}
	return ok
}

// admit says whether packets may go to a peer, and where.
func (s *Server) admit(peer netip.AddrPort) (local netip.AddrPort, ok bool) {
	defer s.contain(&ok)
	local, cause, ok := s.peers.target(peer)
	if !ok {
		s.books.refuse(cause)
	}
	return local, ok
}

// contain turns a panic into a refusal.
func (s *Server) contain(ok *bool) {
	if reason := recover(); reason != nil {
		*ok = false
		s.log.Error("panic in the relay, the client is refused", "reason", reason, "stack", string(debug.Stack()))
	}
}
