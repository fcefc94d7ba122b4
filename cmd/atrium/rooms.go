package main

import (
	"context"
	"fmt"
	"os"
	"regexp"
	"strings"
	"sync/atomic"

	"github.com/atrium-rtc/atrium/client"
	"github.com/atrium-rtc/atrium/internal/config"
	"github.com/atrium-rtc/atrium/internal/iceserver"
	"github.com/atrium-rtc/atrium/room"
	"github.com/atrium-rtc/atrium/signaling"
	"github.com/atrium-rtc/atrium/signaling/api"
)

// creators lets users create rooms whose name matches rooms.creator_pattern.
type creators struct{ pattern atomic.Pointer[regexp.Regexp] }

func newCreators(cfg config.Rooms) (*creators, error) {
	pattern, err := cfg.CreatorRegexp()
	if err != nil {
		return nil, fmt.Errorf("rooms.creator_pattern: %w", err)
	}
	c := &creators{}
	c.pattern.Store(pattern)
	return c, nil
}

// allow implements room.Policy.Create.
func (c *creators) allow(_ context.Context, ask room.CreateRequest, _ *room.Settings) error {
	if !c.pattern.Load().MatchString(ask.User) {
		return fmt.Errorf("user %q does not match rooms.creator_pattern", ask.User)
	}
	return nil
}

// roomLimits are the limits of rooms.
func roomLimits(cfg config.Rooms) room.Limits {
	return room.Limits{MaxRooms: cfg.MaxRooms, MaxParticipants: cfg.MaxParticipants, MaxSubscriptions: cfg.MaxSubscriptions}
}

// startSignaling makes the front end for clients of the room protocol; token is the
// administrators', ice what the configuration names.
func (s *server) startSignaling(token string, ice iceserver.List) {
	options := signalingOptions(s.cfg, token, ice)
	options.Manager, options.Logger, options.Static = s.rooms, s.logger, client.Web()
	options.Tracer, options.Admission = s.traces.tracer, s.admission
	options.ICEServers, options.Busy = s.iceServers, s.crowd.Busy
	s.signaling = signaling.NewServer(options)
}

// signalingOptions are those that may change while the server runs.
func signalingOptions(cfg config.Config, token string, ice iceserver.List) signaling.Options {
	return signaling.Options{
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
			ICEServers:         openICEServers(ice),
		},
		AdminToken: token,
		AutoCreate: cfg.Rooms.AutoCreate,
	}
}

// adminToken returns the token itself or what its file holds.
func adminToken(cfg config.Admin) (string, error) {
	return secretOf("admin.token_file", cfg.Token, cfg.TokenFile)
}

// secretOf returns a secret, or what the file of key holds if there is one.
func secretOf(key string, secret config.Secret, file string) (string, error) {
	if file == "" {
		return secret.Reveal(), nil
	}
	data, err := os.ReadFile(file)
	if err != nil {
		return "", fmt.Errorf("%s: %w", key, err)
	}
	text := strings.TrimSpace(string(data))
	if text == "" {
		return "", fmt.Errorf("%s: %s is empty", key, file)
	}
	return text, nil
}
