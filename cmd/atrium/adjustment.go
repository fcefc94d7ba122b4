package main

import (
	"errors"
	"log/slog"
	"regexp"

	"github.com/atrium-rtc/atrium/internal/auth"
	"github.com/atrium-rtc/atrium/internal/config"
	"github.com/atrium-rtc/atrium/internal/flight"
	"github.com/atrium-rtc/atrium/internal/iceserver"
	"github.com/atrium-rtc/atrium/internal/overload"
	"github.com/atrium-rtc/atrium/room"
	"github.com/atrium-rtc/atrium/sfu/codec"
	"github.com/atrium-rtc/atrium/signaling"
	"github.com/atrium-rtc/atrium/signaling/whip"
)

// adjustment is what a running server can be given anew, made of the keys that are
// marked for it. shutdown.drain is not in it: it is read where it is needed.
type adjustment struct {
	level       slog.Level
	cert, key   string // files
	admin       auth.Admin
	creators    *regexp.Regexp
	rooms       room.Limits
	signaling   signaling.Options
	whip        whip.Options
	codecs      []codec.Codec
	loudest     int
	recordings  flight.Settings
	auth        config.Auth
	keys        *tokenKeys // nil in open mode
	sampleRatio float64    // of traces
	ice         iceserver.List
	turn        config.TURN
	overload    overload.Limits
}

// prepare makes an adjustment, or finds everything that is wrong with it: files that
// are not there, patterns that are none.
func prepare(cfg config.Config, logger *slog.Logger) (adjustment, error) {
	var wrong [6]error
	next := adjustment{
		level: logLevel(cfg.Log), cert: cfg.TLS.Cert, key: cfg.TLS.Key,
		rooms: roomLimits(cfg.Rooms), whip: whipOptions(cfg), loudest: cfg.Media.Loudest,
		sampleRatio: cfg.Tracing.SampleRatio, auth: cfg.Auth, turn: cfg.TURN,
		overload: overloadLimits(cfg.Overload),
	}
	next.admin.Token, wrong[0] = adminToken(cfg.Admin)
	next.creators, wrong[1] = cfg.Rooms.CreatorRegexp()
	next.codecs, wrong[2] = videoCodecs(cfg.Media.VideoCodecs)
	next.recordings, wrong[3] = flightSettings(cfg.Operator)
	next.keys, wrong[4] = readTokenKeys(cfg.Auth, logger)
	next.ice, wrong[5] = externalICE(cfg.ICE)
	next.signaling = signalingOptions(cfg, next.admin.Token, next.ice)
	return next, errors.Join(wrong[:]...)
}

// install gives the parts what was prepared for them, and returns the administrators
// before. It cannot fail.
func (s *server) install(next adjustment) (before *auth.Admin) {
	if s.reloading.level != nil {
		s.reloading.level.Set(next.level)
	}
	before = s.admin.Swap(&next.admin)
	s.admit(next.auth, next.keys)
	s.creators.pattern.Store(next.creators)
	s.rooms.SetLimits(next.rooms)
	s.signaling.Reconfigure(next.signaling)
	if s.whip != nil {
		s.whip.Reconfigure(next.whip)
	}
	s.offerICE(next.ice, next.turn)
	if s.relay.Server != nil {
		s.relay.SetLimits(relayLimits(next.turn))
	}
	s.media.engine.SetVideoCodecs(next.codecs)
	s.media.engine.SetLoudest(next.loudest)
	s.flight.Set(next.recordings)
	s.traces.sample(next.sampleRatio)
	s.crowd.SetLimits(next.overload)
	return before
}
