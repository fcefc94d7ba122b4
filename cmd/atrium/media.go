package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"net/netip"
	"strconv"
	"syscall"

	"github.com/atrium-rtc/atrium/internal/config"
	"github.com/atrium-rtc/atrium/room"
	"github.com/atrium-rtc/atrium/sfu"
	"github.com/atrium-rtc/atrium/sfu/codec"
	"github.com/atrium-rtc/atrium/sfu/udp"
)

// mediaPlane is the built-in media server.
type mediaPlane struct {
	engine *sfu.Engine
	rooms  room.Media
	port   uint16 // of UDP, and of ICE-TCP unless it is off
	// addresses are where clients are told to send media.
	addresses func() []netip.AddrPort
}

// newMedia opens the media port and starts the engine on it.
func newMedia(ctx context.Context, cfg config.Media, logger *slog.Logger) (*mediaPlane, error) {
	codecs, err := videoCodecs(cfg.VideoCodecs)
	if err != nil {
		return nil, err
	}
	sealing, err := sfu.ParseSealing(cfg.Sealing)
	if err != nil {
		return nil, fmt.Errorf("media.sealing: %w", err)
	}
	congestion, err := sfu.ParseCongestion(cfg.Congestion)
	if err != nil {
		return nil, fmt.Errorf("media.congestion: %w", err)
	}
	ports, err := listenMedia(ctx, cfg, logger)
	if err != nil {
		return nil, err
	}
	engine, err := sfu.New(sfu.Config{
		Ports:       ports,
		ICELite:     cfg.ICELite,
		Shards:      cfg.Shards,
		Sealing:     sealing,
		Congestion:  congestion,
		Loudest:     cfg.Loudest,
		VideoCodecs: codecs,
		Logger:      logger,
	})
	if err != nil {
		return nil, errors.Join(fmt.Errorf("start media: %w", err), ports.Close())
	}
	return &mediaPlane{engine: engine, rooms: room.SFU(engine, logger), port: ports.Port(), addresses: ports.UDP.ListenAddresses}, nil
}

// listenMedia opens the media port.
func listenMedia(ctx context.Context, cfg config.Media, logger *slog.Logger) (*sfu.Ports, error) {
	send, err := udp.ParseSendMode(cfg.Send)
	if err != nil {
		return nil, fmt.Errorf("media.send: %w", err)
	}
	ports, err := sfu.Listen(ctx, sfu.ListenConfig{
		Port:            uint16(cfg.Port), // the key's range
		Addresses:       cfg.Listen,
		PublicAddresses: cfg.PublicAddresses,
		DisableTCP:      !cfg.TCP,
		Sockets:         cfg.Sockets,
		Send:            send,
		DSCP:            uint8(cfg.DSCP), // the key's range
		Logger:          logger,
	})
	if err != nil {
		return nil, mediaListenError(cfg, err)
	}
	return ports, nil
}

func videoCodecs(names []string) ([]codec.Codec, error) {
	var codecs []codec.Codec
	for _, name := range names {
		found, known := codec.Parse(name)
		if !known || !found.IsVideo() {
			return nil, fmt.Errorf("media.video_codecs: no video codec %q", name)
		}
		codecs = append(codecs, found)
	}
	return codecs, nil
}

// mediaListenError is listenError for the media port, which may fail for an
// address that is not this machine's too.
func mediaListenError(cfg config.Media, err error) error {
	port := net.JoinHostPort("", strconv.Itoa(cfg.Port))
	if errors.Is(err, syscall.EADDRINUSE) || errors.Is(err, fs.ErrPermission) {
		return listenError("media.port", port, err)
	}
	return fmt.Errorf("listen for media on %s (keys media.port, media.listen): %w", port, err)
}
