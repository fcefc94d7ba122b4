package watch

import "time"

// NoLayer is Snapshot.Layer while no stamped frame was shown.
const NoLayer = -1

// Snapshot is what a Receiver has measured. All counts are since New and never
// fall, but for those that say "now".
type Snapshot struct {
	At time.Time // the Tick that it is as of

	// From asking for the subscription; 0 while it did not happen.
	FirstMedia    time.Duration // to the first packet
	FirstKeyframe time.Duration // to the first complete keyframe

	Audio, Video Delivery

	NACKs       uint64 // packets asked for again
	PLIs        uint64 // keyframes asked for, by PLI or FIR
	Malformed   uint64 // RTP or RTCP that could not be read
	Unknown     uint64 // RTP of a payload type that was not negotiated
	SendErrors  uint64 // feedback that could not be sent
	ClockBehind uint64 // stamps from the future: the publisher's clock is ahead; their latency counts as 0

	Frames         uint64 // shown: complete and decodable
	Keyframes      uint64 // of them
	FramesExpected uint64 // that the publisher sent between the first one shown and the last one seen, by stamps
	FramesSkipped  uint64 // of them, left out by the server without a gap in the sequence
	FramesLate     uint64

	// Freezes that have ended; Freezing is one that goes on now, 0 for none. See
	// AllFreezes.
	Freezes       uint64
	Frozen        time.Duration
	LongestFreeze time.Duration
	Freezing      time.Duration
	Watched       time.Duration // since the first frame, without pauses

	Width, Height uint16 // now, of the last keyframe that told; 0 while unknown
	Layer         int    // now, the encoding of the last stamped frame, or NoLayer
	LayerSwitches uint64

	AudioGaps     uint64 // runs of packets that did not come within audioPatience
	AudioGap      time.Duration
	AudioSilent   time.Duration // now: nothing has come for so long; 0 if for no longer than audioPatience
	AudioExpected uint64        // packets that the publisher sent between the first and the last one seen, by stamps
	AudioStamped  uint64        // of them, received
	Listened      time.Duration // since the first packet, without pauses
}

// Delivery says what came of one kind of media. Packets are those of the media,
// each once, retransmissions undone.
type Delivery struct {
	Packets    uint64
	Octets     uint64 // of RTP payload
	Repaired   uint64 // of the packets, came because they were asked for
	Lost       uint64 // missing a repair window of a second after the gap
	Pending    uint64 // now: missing, but not yet for so long
	Duplicates uint64
	TooLate    uint64 // came after they counted as lost
	Stray      uint64 // of a source that another has replaced, or repairing one that is not received
	Probes     uint64 // retransmissions without content
}

// AllFreezes returns how many freezes there were, their total and the longest,
// the one that goes on included.
func (s *Snapshot) AllFreezes() (count uint64, total, longest time.Duration) {
	if s.Freezing == 0 {
		return s.Freezes, s.Frozen, s.LongestFreeze
	}
	return s.Freezes + 1, s.Frozen + s.Freezing, max(s.LongestFreeze, s.Freezing)
}

// Packets returns the packets received, each once, audio and video.
func (s *Snapshot) Packets() uint64 { return s.Audio.Packets + s.Video.Packets }

// Octets returns the octets of payload received, audio and video.
func (s *Snapshot) Octets() uint64 { return s.Audio.Octets + s.Video.Octets }

// Lost returns the packets missing after repair, audio and video.
func (s *Snapshot) Lost() uint64 { return s.Audio.Lost + s.Video.Lost }

// Repaired returns the packets that came by retransmission, audio and video.
func (s *Snapshot) Repaired() uint64 { return s.Audio.Repaired + s.Video.Repaired }

// snapshot measures as of now.
func (r *Receiver) snapshot(now time.Time) Snapshot {
	s := r.counts
	s.At = now
	s.Layer = NoLayer
	s.FirstMedia = r.since(r.firstMedia())
	if t := r.audio; t != nil {
		s.Audio = t.delivery()
		s.AudioGaps, s.AudioGap = t.sound.gaps.count, t.sound.gaps.total
		s.AudioExpected, s.AudioStamped = t.sound.tally.expected, t.sound.stamped
		s.Listened = t.playing
		if silent := now.Sub(t.last); t.begun() && !t.paused && silent > audioPatience {
			s.AudioSilent = silent
		}
	}
	if t := r.video; t != nil {
		p := t.picture
		s.Video = t.delivery()
		s.FirstKeyframe = r.since(p.firstKey)
		s.Frames, s.Keyframes, s.FramesLate, s.FramesSkipped = p.frames, p.keys, p.lateFrames, p.skipped
		s.FramesExpected = p.tally.expected
		s.Freezes, s.Frozen, s.LongestFreeze = p.freezes.count, p.freezes.total, p.freezes.longest
		s.Freezing = p.freezes.open(now)
		s.Watched = t.playing
		s.Width, s.Height, s.Layer, s.LayerSwitches = p.width, p.height, p.layer, p.switches
	}
	return s
}

// firstMedia returns when the first packet came, zero if none did.
func (r *Receiver) firstMedia() time.Time {
	var first time.Time
	for _, t := range r.tracks {
		if !t.first.IsZero() && (first.IsZero() || t.first.Before(first)) {
			first = t.first
		}
	}
	return first
}

// since returns how long after asking that was, 0 if it was not.
func (r *Receiver) since(event time.Time) time.Duration {
	if event.IsZero() {
		return 0
	}
	return max(event.Sub(r.asked), 1)
}
