package ingress

import (
	"time"

	"github.com/atrium-rtc/atrium/sfu/packet"
	"github.com/atrium-rtc/atrium/sfu/speaker"
)

// newMeter returns what follows the speech of a track; nil for video.
func newMeter(tc TrackConfig) *speaker.Meter {
	if tc.Codec.IsVideo() {
		return nil
	}
	return &speaker.Meter{}
}

// Speech returns what the track's sound was like at now; false for video.
func (t *Track) Speech(now time.Time) (speaker.Snapshot, bool) {
	if t.meter == nil {
		return speaker.Snapshot{}, false
	}
	return t.meter.Snapshot(now), true
}

// listen notes the level of a packet of sound, on it and in the track's meter.
func (t *Track) listen(p *packet.Packet) {
	if t.level != 0 {
		p.ReadAudioLevel(t.level)
	}
	t.meter.Add(speaker.SampleOf(p), p.Arrival)
}
