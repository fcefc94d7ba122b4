package room

import (
	"context"
	"math"
)

// AllLayers in Layers is no limit: no stream has so many.
const AllLayers = math.MaxUint8

// Layers are the highest layers of a video that a subscriber wants. A number
// beyond what the stream has means the highest.
type Layers struct {
	// Spatial counts sizes of the picture from the smallest, 0: with simulcast the
	// encodings, in a scalable stream the spatial layers.
	Spatial uint8
	// Temporal counts frame rates from the lowest, 0.
	Temporal uint8
}

// SubscribedLayer is one encoding of a publisher of simulcast, and whether it is
// worth sending.
type SubscribedLayer struct {
	RID    string
	Active bool
}

// SetPreferredLayers limits what the participant gets of the video of one of
// publisher's streams, "" being DefaultStream. The limit takes effect when the stream allows and ends with the subscription: one
// that replaces it begins without. Errors: 102 for an unknown participant or
// publisher, 203; 105 when the participant does not receive the stream.
func (m *Manager) SetPreferredLayers(ctx context.Context, id ParticipantID, publisher, stream string, layers Layers) error {
	return m.withReception(ctx, id, publisher, stream, func(s Subscription) { s.SetPreferredLayers(layers) })
}

// tellLayers tells the owner of a publication which of its encodings are wanted.
func (r *room) tellLayers(c *connection, layers []SubscribedLayer) {
	c.layers = layers
	event := SubscribedLayersEvent{To: r.state.info(c.owner), Stream: c.stream.id, Layers: layers}
	r.emit("OnSubscribedLayers", func(h EventHandler) { h.OnSubscribedLayers(event) })
}
