package main

import (
	"context"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/signal"
	"sync/atomic"
	"syscall"

	"github.com/atrium-rtc/atrium/internal/config"
	"github.com/atrium-rtc/atrium/room"
	"github.com/atrium-rtc/atrium/signaling"
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
	logger := newLogger(loaded.Config.Log, os.Stderr)
	for _, warning := range loaded.Warnings {
		logger.Warn(warning)
	}
	spareMemory()
	// Two places: a second signal may come before the first was looked at.
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, syscall.SIGTERM, os.Interrupt)
	defer signal.Stop(signals)

	s, err := start(context.Background(), loaded.Config, logger)
	if err != nil {
		return err
	}
	// One line for a person; the log has the same for machines.
	fmt.Printf("Atrium is ready: %s\n", s.page)
	return s.serveUntil(signals)
}

// server is everything that runs. Its parts are made in the order of the fields
// and ended in the opposite one.
type server struct {
	cfg    config.Config
	logger *slog.Logger
	page   string // where people go

	operator  *site
	media     *mediaPlane
	rooms     *room.Manager
	signaling *signaling.Server
	public    *site
	redirect  *site // of ACME; nil without

	ready   atomic.Bool
	metrics atomic.Pointer[http.Handler] // nil until there is something to read
	failed  chan error                   // one for each listener; buffered
}

// start makes a server that is ready for clients, or an error and nothing.
func start(ctx context.Context, cfg config.Config, logger *slog.Logger) (_ *server, err error) {
	s := &server{cfg: cfg, logger: logger, failed: make(chan error, 8)}
	defer func() {
		if err != nil {
			s.abandon()
		}
	}()
	certificates, err := newCertificates(cfg, logger)
	if err != nil {
		return nil, err
	}
	if err := s.startOperator(ctx); err != nil {
		return nil, err
	}
	if err := s.startRooms(ctx); err != nil {
		return nil, err
	}
	if err := s.startPublic(ctx, certificates); err != nil {
		return nil, err
	}
	s.publishMetrics()
	s.ready.Store(true)
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
	s.operator = newSite(operatorServer(s.operatorHandler(), s.logger), listeners)
	s.operator.serve(s.failed)
	return nil
}

// startRooms makes what has no listener for HTTP: media, rooms and sessions.
func (s *server) startRooms(ctx context.Context) (err error) {
	if s.media, err = newMedia(ctx, s.cfg.Media, s.logger); err != nil {
		return err
	}
	policy, err := newCreators(s.cfg.Rooms)
	if err != nil {
		return err
	}
	s.rooms = room.NewManager(s.media.rooms, room.Options{
		Logger:           s.logger,
		MaxRooms:         s.cfg.Rooms.MaxRooms,
		MaxParticipants:  s.cfg.Rooms.MaxParticipants,
		MaxSubscriptions: s.cfg.Rooms.MaxSubscriptions,
		Policy:           policy,
	})
	s.signaling, err = newSignaling(s.cfg, s.rooms, s.logger)
	return err
}

func (s *server) startPublic(ctx context.Context, certificates certificates) error {
	if address := s.cfg.TLS.ACME.HTTPListen; certificates.challenges != nil && address != "" {
		listeners, err := listen(ctx, "tls.acme.http_listen", address)
		if err != nil {
			return err
		}
		s.redirect = newSite(publicServer(certificates.challenges, s.logger), listeners)
		s.redirect.serve(s.failed)
	}
	listeners, err := listen(ctx, "http.listen", s.cfg.HTTP.Listen)
	if err != nil {
		return err
	}
	server := publicServer(s.signaling.Handler(), s.logger)
	server.TLSConfig = certificates.config
	s.public = newSite(server, listeners)
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
