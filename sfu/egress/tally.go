package egress

import (
	"sync/atomic"

	"github.com/atrium-rtc/atrium/sfu/codec"
)

// event is what a shard counts.
type event int

// The events. Those of sound are followed by those of video, see Stream.kind.
const (
	eventPacket event = iota // sent for the first time
	eventVideoPacket
	eventOctet // of payload in them
	eventVideoOctet

	eventOtherLayer // the rest up to eventBeforeKeyframe are packets withheld, see Withheld
	eventPausedPacket
	eventMutedPacket
	eventUnheard
	eventBeforeKeyframe

	eventLate   // see Dropped
	eventFailed // likewise
	eventBatch

	often = iota // those before change with many batches

	eventRedundant event = iota - 1
	eventProbe
	eventPadding // octets
	eventSwitchUp
	eventSwitchDown

	eventNACKed
	eventRetransmitted
	eventRefusedUnknown // see Refused
	eventRefusedSoon
	eventRefusedBudget
	eventKeyframeRequest
	eventLost // see Stats.Lost
	eventRepaired

	eventPause                                // one for each Pause
	eventPaused = eventPause + event(pauses)  // videos at present, likewise
	eventStream = eventPaused + event(pauses) // streams at present, one for each codec
	events      = eventStream + event(codec.AV1) + 1
)

// tally counts for one shard, whose goroutine alone calls add and publish. It counts
// in plain memory, since an atomic addition for every packet would cost more than it
// tells, and publishes what changes often after each batch, the rest with each tick.
type tally struct {
	counts [events]uint64
	public [events]atomic.Uint64
}

// add counts n more; of what there is at present, n may be negative.
func (t *tally) add(e event, n int) { t.counts[e] += uint64(n) } //nolint:gosec // wraps, and back

// publish shows what was counted up to an event.
func (t *tally) publish(end event) {
	for e := range t.counts[:end] {
		if n := t.counts[e]; n != t.public[e].Load() {
			t.public[e].Store(n)
		}
	}
}

// load returns what was published. Any goroutine may call it.
func (t *tally) load(e event) uint64 { return t.public[e].Load() }

// present returns how many there are now. Any goroutine may call it.
func (t *tally) present(e event) int { return int(t.load(e)) } //nolint:gosec // as many as there are streams

// addTo adds what was published to s.
func (t *tally) addTo(s *Stats) {
	s.Sent.Audio.add(Sent{t.load(eventPacket), t.load(eventOctet)})
	s.Sent.Video.add(Sent{t.load(eventVideoPacket), t.load(eventVideoOctet)})
	s.Withheld.add(Withheld{
		Layer: t.load(eventOtherLayer), Paused: t.load(eventPausedPacket), Muted: t.load(eventMutedPacket),
		Unheard: t.load(eventUnheard), Keyframe: t.load(eventBeforeKeyframe),
	})
	s.Dropped.Late += t.load(eventLate)
	s.Dropped.Writer += t.load(eventFailed)
	s.Batches += t.load(eventBatch)
	s.Redundant += t.load(eventRedundant)
	s.Probes += t.load(eventProbe)
	s.Padding += t.load(eventPadding)
	s.Switches.Up += t.load(eventSwitchUp)
	s.Switches.Down += t.load(eventSwitchDown)
	s.NACKed += t.load(eventNACKed)
	s.Retransmitted += t.load(eventRetransmitted)
	s.Refused.Unknown += t.load(eventRefusedUnknown)
	s.Refused.Soon += t.load(eventRefusedSoon)
	s.Refused.Budget += t.load(eventRefusedBudget)
	s.KeyframeRequests += t.load(eventKeyframeRequest)
	s.Lost += t.load(eventLost)
	s.Repaired += t.load(eventRepaired)
	for p := range pauses {
		s.Pauses[p] += t.load(eventPause + event(p))
		s.Paused[p] += t.present(eventPaused + event(p))
	}
	for _, c := range codec.All() {
		s.Streams[c] += t.present(eventStream + event(c))
	}
}
