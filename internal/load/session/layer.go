package session

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/atrium-rtc/atrium/signaling/api"
	"github.com/atrium-rtc/atrium/signaling/rpc"
)

// Layer is one simulcast encoding of a publisher, by the names that servers
// know it by. The zero Layer is the server's own choice.
type Layer struct {
	RID   string
	Index int // its place among the encodings by size; 0 is the smallest
}

// everyLayer is an index that no encoding has: the largest that there is.
const everyLayer = 255

// layerPatience is how long an answer may take from a server that has never
// given one. The original leaves methods that it does not know without any.
const layerPatience = 5 * time.Second

// errSilent is how the original says that it does not know a method.
var errSilent = errors.New("no answer")

// layerRequests is what is known of a room server: whether it serves requests
// for layers.
type layerRequests struct{ served, unknown atomic.Bool }

// RequestLayer implements Session by Atrium's setPreferredLayers. It is the
// largest encoding that comes: a network that does not carry it gets less.
func (r *Room) RequestLayer(ctx context.Context, publisher string, layer Layer) error {
	known := &r.dialer.layers
	if known.unknown.Load() {
		return failed(api.SetPreferredLayers, errors.ErrUnsupported)
	}
	if !known.served.Load() {
		patient, cancel := context.WithTimeoutCause(ctx, r.dialer.layerPatience, errSilent)
		defer cancel()
		ctx = patient
	}
	if layer.RID == "" {
		layer.Index = everyLayer
	}
	err := r.call(ctx, api.SetPreferredLayers, setPreferredLayers{Sender: sender(publisher), SpatialLayer: layer.Index}, nil)
	var refusal *rpc.Error
	switch answered := errors.As(err, &refusal); {
	case errors.Is(err, errSilent) && !known.served.Load(), answered && refusal.Code == rpc.CodeMethodNotFound:
		known.unknown.Store(true)
		return fmt.Errorf("%w (%w)", err, errors.ErrUnsupported)
	case err == nil || answered:
		known.served.Store(true)
	}
	return err
}
