package room

import (
	"context"
	"reflect"
	"slices"

	"github.com/atrium-rtc/atrium/sfu/tap"
)

type (
	// Tap receives the packets of a published stream in the process: a recorder, an
	// analyser, a bridge. It is called on a goroutine of its own and may take its time
	// and call the Manager: when it falls behind, it loses packets, hears how many, and
	// delays nobody. See the package sfu/tap.
	Tap = tap.Tap
	// TapTrack is one track of a tapped stream.
	TapTrack = tap.Track
	// TapPacket is one packet of it.
	TapPacket = tap.Packet
	// TapReason says why a tap has ended.
	TapReason = tap.Reason
)

// The reasons why a tap has ended.
const (
	TapRemoved     = tap.Removed     // by RemoveTap, or the media server refused it
	TapUnpublished = tap.Unpublished // the stream has ended, whyever
)

// Tappable is implemented by publications whose packets an application may have.
type Tappable interface {
	// Tap gives t the packets of these kinds, as far as they are published; it does not
	// block. Errors are as for Media.Publish.
	Tap(kinds MediaKind, t Tap) (Tapping, error)
}

// Tapping is a tap on a publication. Close does not wait; Done is closed when the tap is
// not called any more.
type Tapping interface {
	Close()
	Done() <-chan struct{}
}

// tapped is one tap on a publication.
type tapped struct {
	tap Tap
	on  Tapping
}

// over reports that the tap has ended by itself, by a panic.
func (t tapped) over() bool {
	select {
	case <-t.on.Done():
		return true
	default:
		return false
	}
}

// AddTap gives an application the packets of one of the participant's streams, "" being
// DefaultStream, from the next keyframe on: of the kinds that it asks for those that are
// published, in the best quality there is, and nothing of what is muted for everybody. It
// is Kurento's addMediaElement, as far as it goes without a change to the media. The tap
// ends with the stream, which it hears, or with RemoveTap; a stream that is published
// again has no taps.
//
// Errors: 102, 203; 105 when the participant does not publish the stream; 103 when it has
// just ended; 304 when this tap is on it already; 303 when none of the kinds is published,
// or the media server has no taps; 999 for a tap that cannot be compared, and so not be found
// again: a pointer can.
func (m *Manager) AddTap(ctx context.Context, id ParticipantID, stream string, kinds MediaKind, t Tap) error {
	return m.withTap(ctx, id, stream, t, func(r *room, c *connection) error {
		c.taps = slices.DeleteFunc(c.taps, tapped.over)
		if c.tapAt(t) >= 0 {
			return refuseSecondTap(c.stream)
		}
		media, ok := c.link.(Tappable)
		if !ok {
			return refuseTapping(c.stream, errNoTaps)
		}
		on, err := media.Tap(kinds, t)
		if err != nil {
			return mediaError(err, func(cause error) error { return refuseTapping(c.stream, cause) })
		}
		c.taps = append(c.taps, tapped{t, on})
		r.log.Info("tapped", "user", c.stream.user, "stream", c.stream.id, "kinds", kinds.Names())
		return nil
	})
}

// RemoveTap takes a tap off a stream, Kurento's removeMediaElement. The tap is called for
// what waits for it, and then for its end, which may be after RemoveTap has returned.
// Errors: 102, 203, 105; 303 when the tap is not on the stream.
func (m *Manager) RemoveTap(ctx context.Context, id ParticipantID, stream string, t Tap) error {
	return m.withTap(ctx, id, stream, t, func(r *room, c *connection) error {
		at := c.tapAt(t)
		if at < 0 || c.taps[at].over() {
			return refuseNoTap(c.stream)
		}
		c.taps[at].on.Close()
		c.taps = slices.Delete(c.taps, at, at+1)
		r.log.Info("tap removed", "user", c.stream.user, "stream", c.stream.id)
		return nil
	})
}

// withTap is withPublication for what is about a tap.
func (m *Manager) withTap(ctx context.Context, id ParticipantID, stream string, t Tap, fn func(*room, *connection) error) error {
	if t == nil || !reflect.TypeOf(t).Comparable() {
		return m.counters.refused(refuseTap())
	}
	return m.withPublication(ctx, id, stream, fn)
}

// tapAt returns where a tap is among those of a publication, -1 when it is not.
func (c *connection) tapAt(t Tap) int {
	return slices.IndexFunc(c.taps, func(on tapped) bool { return on.tap == t })
}
