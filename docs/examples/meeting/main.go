package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"
)

func main() {
	listen := flag.String("listen", "localhost:8090", "address of pages and websockets")
	port := flag.Uint("media", 50090, "UDP and TCP port of media")
	files := flag.String("recordings", ".", "directory of recordings")
	flag.Parse()
	logger := slog.New(slog.NewTextHandler(os.Stderr, nil))
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, *listen, uint16(*port), *files, logger); err != nil { //nolint:gosec // a port
		logger.Error("ended", "error", err)
		os.Exit(1)
	}
}

// run serves until ctx ends.
func run(ctx context.Context, listen string, port uint16, files string, logger *slog.Logger) error {
	engine, err := openMedia(ctx, port, logger)
	if err != nil {
		return err
	}
	m, err := newMeeting(engine, files, logger)
	if err != nil {
		return errors.Join(err, engine.Close())
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", listen)
	if err != nil {
		return errors.Join(err, m.close(ctx, &http.Server{})) //nolint:gosec // serves nothing
	}
	web := &http.Server{Handler: m.routes(), ReadHeaderTimeout: 5 * time.Second}
	failed := make(chan error, 1)
	go func() { failed <- web.Serve(listener) }()
	fmt.Printf("The meeting is at http://%s\n", listener.Addr())
	select {
	case err = <-failed:
	case <-ctx.Done():
		err = nil
	}
	return errors.Join(err, m.close(context.WithoutCancel(ctx), web))
}
