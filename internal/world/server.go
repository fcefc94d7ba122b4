package world

import (
	"context"
	"errors"
	"log/slog"
	"net"
	"net/http"
	"time"

	"github.com/atrium-rtc/atrium/internal/testnet"
	"github.com/atrium-rtc/atrium/room"
	"github.com/atrium-rtc/atrium/sfu"
	"github.com/atrium-rtc/atrium/sfu/udp"
	"github.com/atrium-rtc/atrium/signaling"
)

// Where the server is.
const (
	serverAddress = "10.0.0.1"
	httpPort      = 80
	mediaPort     = 8082
	roomURL       = "ws://10.0.0.1:80/room"
)

// server is the whole of what `atrium serve` runs, but for the operator's side:
// the media engine, the rooms, the sessions and the HTTP server.
type server struct {
	engine    *sfu.Engine
	manager   *room.Manager
	signaling *signaling.Server
	http      *http.Server
	served    chan error
}

func newServer(h *testnet.Host, shards int, logger *slog.Logger) (*server, error) {
	mux, err := udp.New(udp.Config{Sockets: []net.PacketConn{h.ListenPacket(mediaPort)}, Logger: logger})
	if err != nil {
		return nil, err
	}
	engine, err := sfu.New(sfu.Config{Ports: &sfu.Ports{UDP: mux}, Shards: shards, Logger: logger})
	if err != nil {
		return nil, err
	}
	s := &server{engine: engine, served: make(chan error, 1)}
	s.manager = room.NewManager(room.SFU(engine, logger), room.Options{Logger: logger})
	s.signaling = signaling.NewServer(signaling.Options{Manager: s.manager, AutoCreate: true, Logger: logger})
	s.http = &http.Server{
		Handler: s.signaling.Handler(), ReadHeaderTimeout: 10 * time.Second,
		ErrorLog: slog.NewLogLogger(logger.Handler(), slog.LevelDebug),
	}
	listener := h.Listen(httpPort)
	go func() { s.served <- s.http.Serve(listener) }()
	return s, nil
}

// close ends the server in the order in which the binary does.
func (s *server) close(ctx context.Context) error {
	s.signaling.Drain()
	err := errors.Join(s.signaling.Close(ctx), s.manager.Close(ctx), s.http.Close(), s.engine.Close())
	if served := <-s.served; !errors.Is(served, http.ErrServerClosed) {
		err = errors.Join(err, served)
	}
	return err
}
