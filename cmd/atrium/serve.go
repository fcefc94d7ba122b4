package main

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/signal"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/atrium-rtc/atrium/internal/admission"
	"github.com/atrium-rtc/atrium/internal/auth"
	"github.com/atrium-rtc/atrium/internal/config"
	"github.com/atrium-rtc/atrium/internal/flight"
	"github.com/atrium-rtc/atrium/internal/iceserver"
	"github.com/atrium-rtc/atrium/internal/overload"
	"github.com/atrium-rtc/atrium/internal/rest"
	"github.com/atrium-rtc/atrium/room"
	"github.com/atrium-rtc/atrium/signaling"
	"github.com/atrium-rtc/atrium/signaling/whip"
)

type serveCommand struct {
	Settings settings `embed:""`
}

// Run serves until a signal or a listener's failure ends it.
func (c *serveCommand) Run() error {
	loaded, err := c.Settings.load()
	if err != nil {
		return err
	}
	level := &slog.LevelVar{}
	logger := newLogger(loaded.Config.Log, level, os.Stderr)
	for _, warning := range loaded.Warnings {
		logger.Warn(warning)
	}
	spareMemory()
	// Two places: a second signal may come before the first was looked at.
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, syscall.SIGTERM, os.Interrupt)
	defer signal.Stop(signals)
	hangups := make(chan os.Signal, 1) // of several at a time one is enough
	signal.Notify(hangups, syscall.SIGHUP)
	defer signal.Stop(hangups)

	s, err := start(context.Background(), loaded.Config, logger)
	if err != nil {
		return err
	}
	s.reloading.load, s.reloading.level, s.reloading.hangups = c.Settings.load, level, hangups
	// One line for a person; the log has the same for machines.
	fmt.Printf("Atrium is ready: %s\n", s.page)
	watched, unwatch := context.WithCancel(context.Background())
	defer unwatch()
	s.supervise(watched)
	return s.serveUntil(signals)
}

// server is everything that runs. Its parts are made in the order of the fields
// and ended in the opposite one.
type server struct {
	cfg    config.Config
	logger *slog.Logger
	page   string // where people go

	certificates certificates
	flight       *flight.Recorder
	traces       traces
	events       outgoing
	operator     *site
	media        *mediaPlane
	relay        turnServer
	ice          atomic.Pointer[iceserver.List] // what clients are handed
	creators     *creators
	admission    *admission.Control
	tokenKeys    *tokenKeys // of main; nil in open mode
	rooms        *room.Manager
	signaling    *signaling.Server
	whip         *whip.Server // nil when it is turned off
	public       *site
	redirect     *site // of ACME; nil without

	reloading *reloading
	admin     atomic.Pointer[auth.Admin] // who may do what is for administrators

	started   time.Time
	sampling  *sampling
	adminPage atomic.Pointer[http.Handler] // likewise nil
	api       atomic.Pointer[rest.API]     // likewise

	crowd *overload.Gate // whether newcomers are refused

	doors   sync.Mutex // of ending, and of those who open and shut
	ending  bool
	ready   atomic.Bool
	metrics atomic.Pointer[http.Handler] // nil until there is something to read
	failed  chan error                   // one for each listener; buffered

	acceptFailures atomic.Uint64 // of all listeners for HTTP
}

// start makes a server that is ready for clients, or an error and nothing.
func start(ctx context.Context, cfg config.Config, logger *slog.Logger) (_ *server, err error) {
	s := &server{cfg: cfg, logger: logger, reloading: newReloading(), started: time.Now(), crowd: overload.NewGate(overloadLimits(cfg.Overload)), failed: make(chan error, 8)}
	defer func() {
		if err != nil {
			s.abandon()
		}
	}()
	if s.certificates, err = newCertificates(cfg, logger); err != nil {
		return nil, err
	}
	token, err := adminToken(cfg.Admin)
	if err != nil {
		return nil, err
	}
	s.admin.Store(&auth.Admin{Token: token})
	s.flight = flight.Start(flight.Config{Late: s.late, Logger: logger}) // off
	if s.traces, err = startTracing(cfg.Tracing, logger); err != nil {
		return nil, err
	}
	s.events = newOutgoing(cfg.Events, logger)
	if err := s.startOperator(ctx); err != nil {
		return nil, err
	}
	if err := s.startRooms(ctx, token); err != nil {
		return nil, err
	}
	if err := s.startPublic(ctx); err != nil {
		return nil, err
	}
	recordings, err := flightSettings(cfg.Operator)
	if err != nil {
		return nil, err
	}
	s.flight.Set(recordings)
	s.startSampling()
	s.publishMetrics()
	s.ready.Store(true)
	if err := s.publishAdmin(); err != nil {
		return nil, err
	}
	if err := s.publishAPI(); err != nil {
		return nil, err
	}
	s.logger.Info("ready", "page", s.page, "operator", s.operator.address(), "media", s.media.port, "version", readBuild().version)
	return s, nil
}

// startOperator comes first, so that a start that takes long can be watched.
func (s *server) startOperator(ctx context.Context) error {
	if s.cfg.Operator.Listen == "" {
		return nil
	}
	listeners, err := listen(ctx, "operator.listen", s.cfg.Operator.Listen)
	if err != nil {
		return err
	}
	s.operator = newSite(operatorServer(s.operatorHandler(), s.logger), s.acceptors(listeners))
	s.operator.serve(s.failed)
	return nil
}

// startRooms makes what has no listener for HTTP: media, rooms and sessions.
func (s *server) startRooms(ctx context.Context, token string) (err error) {
	if s.media, err = newMedia(ctx, s.cfg.Media, s.logger); err != nil {
		return err
	}
	if err = s.startAdmission(ctx); err != nil {
		return err
	}
	if err := s.startRelay(ctx); err != nil {
		return err
	}
	external, err := externalICE(s.cfg.ICE)
	if err != nil {
		return err
	}
	s.offerICE(external, s.cfg.TURN)
	if s.creators, err = newCreators(s.cfg.Rooms); err != nil {
		return err
	}
	limits := roomLimits(s.cfg.Rooms)
	s.rooms = room.NewManager(s.media.rooms, room.Options{
		Logger:           s.logger,
		MaxRooms:         limits.MaxRooms,
		MaxParticipants:  limits.MaxParticipants,
		MaxSubscriptions: limits.MaxSubscriptions,
		Policy:           room.Policy{Create: s.creators.allow},
	})
	s.rooms.Handle(s.events.feed)
	if err := s.events.post(s.cfg.Webhooks, s.logger); err != nil {
		return err
	}
	s.startSignaling(token, external)
	s.startWHIP()
	return nil
}

func (s *server) startPublic(ctx context.Context) error {
	if address := s.cfg.TLS.ACME.HTTPListen; s.certificates.challenges != nil && address != "" {
		listeners, err := listen(ctx, "tls.acme.http_listen", address)
		if err != nil {
			return err
		}
		s.redirect = newSite(publicServer(s.certificates.challenges, s.logger), s.acceptors(listeners))
		s.redirect.serve(s.failed)
	}
	listeners, err := listen(ctx, "http.listen", s.cfg.HTTP.Listen)
	if err != nil {
		return err
	}
	server := publicServer(s.watchForProxies(s.publicHandler()), s.logger)
	server.TLSConfig = s.certificates.config
	s.public = newSite(server, s.acceptors(listeners))
	s.page = pageURL(s.cfg, s.public.address())
	s.public.serve(s.failed)
	return nil
}

// pageURL returns the address a person types: the name of the certificate, the
// host of the listener, or localhost when it listens everywhere.
func pageURL(cfg config.Config, address string) string {
	host, port, _ := net.SplitHostPort(address)
	if configured, _, err := net.SplitHostPort(cfg.HTTP.Listen); err == nil {
		host = configured
	}
	if ip := net.ParseIP(host); host == "" || ip.IsUnspecified() {
		host = "localhost"
	}
	scheme, standard := "http", "80"
	switch cfg.TLS.Mode {
	case config.TLSACME:
		scheme, standard, host = "https", "443", cfg.TLS.ACME.Domains[0]
	case config.TLSFiles, config.TLSSelfSigned:
		scheme, standard = "https", "443"
	}
	if port == standard {
		return scheme + "://" + host
	}
	return scheme + "://" + net.JoinHostPort(host, port)
}
