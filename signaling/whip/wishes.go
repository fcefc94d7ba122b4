package whip

import (
	"context"
	"fmt"
	"net/url"
	"strconv"

	"github.com/atrium-rtc/atrium/room"
)

// wishes is what a player wants of the picture at most.
type wishes struct {
	layers room.Layers
	video  room.VideoPreference
}

// unlimited holds for a player who says nothing.
func unlimited() wishes {
	return wishes{layers: room.Layers{Spatial: room.AllLayers, Temporal: room.AllLayers}}
}

// wishesOf reads the query: layer and temporal-layer count from the smallest, 0;
// max-width and max-height are pixels.
func wishesOf(q url.Values) (wishes, error) {
	w := unlimited()
	for _, p := range []struct {
		name string
		bits int
		set  func(uint64)
	}{
		{"layer", 8, func(n uint64) { w.layers.Spatial = uint8(n) }},           //nolint:gosec // 8 bits
		{"temporal-layer", 8, func(n uint64) { w.layers.Temporal = uint8(n) }}, //nolint:gosec // 8 bits
		{"max-width", 16, func(n uint64) { w.video.MaxWidth = uint16(n) }},     //nolint:gosec // 16 bits
		{"max-height", 16, func(n uint64) { w.video.MaxHeight = uint16(n) }},   //nolint:gosec // 16 bits
	} {
		if !q.Has(p.name) {
			continue
		}
		n, err := strconv.ParseUint(q.Get(p.name), 10, p.bits)
		if err != nil {
			return w, fmt.Errorf("parameter %s is no number from 0 to %d", p.name, 1<<p.bits-1)
		}
		p.set(n)
	}
	return w, nil
}

// limit tells the room what the player wants of the picture.
func (s *Server) limit(ctx context.Context, session *session, want wishes) error {
	if none := unlimited(); want.layers != none.layers {
		if err := s.manager.SetPreferredLayers(ctx, session.id, session.endpoint, session.stream, want.layers); err != nil {
			return err
		}
	}
	if want.video != (room.VideoPreference{}) {
		return s.manager.SetVideoPreference(ctx, session.id, session.endpoint, session.stream, want.video)
	}
	return nil
}
