package signaling

import (
	"context"
	"strings"

	"github.com/atrium-rtc/atrium/room"
	"github.com/atrium-rtc/atrium/signaling/api"
)

// restartICE serves restartIce: of the offer only the ICE credentials count.
func (s *Session) restartICE(ctx context.Context, r *reply) error {
	if s.paired.Load() {
		return s.restartReceiving(ctx, r)
	}
	var p api.RestartICEParams
	if err := api.Decode(r.request.Params, &p); err != nil {
		return err
	}
	stream, err := s.stream(r)
	if err != nil {
		return err
	}
	answer, err := s.server.manager.RestartICE(ctx, s.id, string(p.EndpointName), stream, credentialsOf(string(p.SDPOffer)))
	if err != nil {
		return err
	}
	r.ok(api.SDPAnswer{SDPAnswer: answer})
	return nil
}

// credentialsOf returns the first ICE credentials of an offer (RFC 8839 section
// 5.4); in a bundle there are no others that matter.
func credentialsOf(offer string) (c room.ICECredentials) {
	for line := range strings.Lines(offer) {
		line = strings.TrimSpace(line)
		if v, ok := strings.CutPrefix(line, "a=ice-ufrag:"); ok && c.Ufrag == "" {
			c.Ufrag = v
		}
		if v, ok := strings.CutPrefix(line, "a=ice-pwd:"); ok && c.Password == "" {
			c.Password = v
		}
	}
	return c
}
