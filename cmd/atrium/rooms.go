package main

import (
	"fmt"
	"log/slog"
	"os"
	"regexp"
	"strings"

	"github.com/atrium-rtc/atrium/client"
	"github.com/atrium-rtc/atrium/internal/config"
	"github.com/atrium-rtc/atrium/room"
	"github.com/atrium-rtc/atrium/signaling"
	"github.com/atrium-rtc/atrium/signaling/api"
)

// creators lets users create rooms whose name matches rooms.creator_pattern.
type creators struct{ pattern *regexp.Regexp }

func newCreators(cfg config.Rooms) (room.Policy, error) {
	pattern, err := cfg.CreatorRegexp()
	if err != nil {
		return nil, fmt.Errorf("rooms.creator_pattern: %w", err)
	}
	return creators{pattern}, nil
}

// AllowCreate implements room.Policy.
func (c creators) AllowCreate(_, user string) error {
	if !c.pattern.MatchString(user) {
		return fmt.Errorf("user %q does not match rooms.creator_pattern", user)
	}
	return nil
}

func newSignaling(cfg config.Config, rooms *room.Manager, logger *slog.Logger) (*signaling.Server, error) {
	token, err := adminToken(cfg.Admin)
	if err != nil {
		return nil, err
	}
	return signaling.NewServer(signaling.Options{
		Manager:               rooms,
		Logger:                logger,
		AllowedOrigins:        cfg.HTTP.AllowedOrigins,
		ReconnectGrace:        cfg.Signaling.ReconnectGrace,
		MaxSessions:           cfg.Signaling.MaxSessions,
		MaxSessionsPerAddress: cfg.Signaling.MaxSessionsPerAddress,
		SpeakerInterval:       cfg.Signaling.SpeakerInterval,
		SpeakerThreshold:      cfg.Signaling.SpeakerThreshold,
		Client: api.ClientConfig{
			LoopbackRemote:     cfg.Client.LoopbackRemote,
			LoopbackAndLocal:   cfg.Client.LoopbackAndLocal,
			FilterRequestParam: cfg.Client.FilterRequestParam,
		},
		AdminToken: token,
		AutoCreate: cfg.Rooms.AutoCreate,
		Static:     client.Web(),
	}), nil
}

// adminToken returns the token itself or what its file holds.
func adminToken(cfg config.Admin) (string, error) {
	if cfg.TokenFile == "" {
		return cfg.Token.Reveal(), nil
	}
	data, err := os.ReadFile(cfg.TokenFile)
	if err != nil {
		return "", fmt.Errorf("admin.token_file: %w", err)
	}
	token := strings.TrimSpace(string(data))
	if token == "" {
		return "", fmt.Errorf("admin.token_file: %s is empty", cfg.TokenFile)
	}
	return token, nil
}
