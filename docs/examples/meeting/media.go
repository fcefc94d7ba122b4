package main

import (
	"context"
	"fmt"
	"log/slog"

	"github.com/atrium-rtc/atrium/sfu"
)

// openMedia starts the media server: all media of all rooms passes one UDP port, and the
// TCP port of the same number for those whose network blocks UDP.
func openMedia(ctx context.Context, port uint16, logger *slog.Logger) (*sfu.Engine, error) {
	ports, err := sfu.Listen(ctx, sfu.ListenConfig{Port: port, Logger: logger})
	if err != nil {
		return nil, fmt.Errorf("open the media port: %w", err)
	}
	engine, err := sfu.New(sfu.Config{Ports: ports, Logger: logger})
	if err != nil {
		_ = ports.Close()
		return nil, fmt.Errorf("start media: %w", err)
	}
	return engine, nil
}
