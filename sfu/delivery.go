package sfu

import (
	"time"

	"github.com/atrium-rtc/atrium/sfu/egress"
	"github.com/atrium-rtc/atrium/sfu/quality"
)

// Priority says how important a video is to its subscriber, when the connection
// does not carry all of them. The zero value is PriorityNormal.
type Priority int8

// The priorities, from the least. A hidden video is not shown and is not sent.
const (
	PriorityHidden Priority = iota - 2
	PriorityThumbnail
	PriorityNormal
	PrioritySpeaker
	PriorityPinned
)

// Preference says what is to be given up first when a video has to shrink.
type Preference uint8

// The preferences: size and frame rate alike, frame rate first (text, a shared
// screen), size first (sports, faces).
const (
	PreferBalanced Preference = iota
	PreferSharpness
	PreferMotion
)

// VideoPreference is what a subscriber says of one video that it receives. The
// zero value is what holds before it says anything.
type VideoPreference struct {
	// MaxWidth and MaxHeight are the pixels in which the video is shown: nothing
	// larger than needed to fill them is sent. 0 is no limit.
	MaxWidth, MaxHeight uint16
	Priority            Priority
	Prefer              Preference
}

// SetVideoPreference replaces what the subscriber said of the video.
func (s *Subscription) SetVideoPreference(p VideoPreference) {
	s.wish.prefer(p.inEgress())
	for _, snd := range s.senders {
		if st := snd.stream.Load(); st != nil && snd.track.kind == Video {
			st.SetPreference(p.inEgress())
		}
	}
}

// DeliveryReason says why a video is not delivered.
type DeliveryReason string

// PausedByBandwidth says that the connection does not carry even the smallest picture
// beside what is more important.
const PausedByBandwidth DeliveryReason = "bandwidth"

// DeliveryState says whether a subscriber's video is being delivered.
type DeliveryState struct {
	Paused bool
	Reason DeliveryReason // empty unless Paused
	// Estimate is what the connection carries, in bits per second; 0 is unknown.
	Estimate int64
}

// delivered runs on the shard.
func (s *Subscription) delivered(d egress.Delivery) {
	if s.delivery == nil {
		return
	}
	state := DeliveryState{Paused: d.Paused, Estimate: int64(d.Estimate)}
	if d.Paused {
		state.Reason = PausedByBandwidth
	}
	s.tell(func() { s.delivery(state) })
}

// QualityCause names what holds the quality of a track down.
type QualityCause string

// The causes; the empty one is that nothing does.
const (
	CauseNone           QualityCause = ""
	CauseDownlink       QualityCause = "downlink"        // the subscriber's connection
	CauseUplink         QualityCause = "uplink"          // the publisher's connection
	CausePublisherLayer QualityCause = "publisher layer" // the publisher does not send the wanted layer
	CauseOverload       QualityCause = "overload"        // the subscriber's machine, or the server's
)

// LayerIndex is a layer of a video, counted from the smallest, 0. Both numbers
// are -1 when there is none, as for sound.
type LayerIndex struct{ Spatial, Temporal int }

// TrackQuality is what a person feels of one track that is delivered to it.
type TrackQuality struct {
	Kind       Kind
	FirstFrame time.Duration // from the connection to the first frame; 0: none yet
	Freezes    uint64
	Frozen     time.Duration // the sum of all freezes
	Layer      LayerIndex    // that is delivered
	Wanted     LayerIndex    // that would be, on a perfect connection
	Paused     bool
	Loss       float64 // the share of packets that stayed lost after repair, 0 to 1
	RoundTrip  time.Duration
	Score      float64 // an opinion score, 1 to 5; 0: not known yet
	Cause      QualityCause
}

// Quality returns the quality of each track of the subscription, the sound
// first, as it was judged in the last second.
func (s *Subscription) Quality() []TrackQuality {
	var list []TrackQuality
	for _, kind := range []Kind{Audio, Video} {
		for _, snd := range s.senders {
			if st := snd.stream.Load(); st != nil && snd.track.kind == kind {
				list = append(list, trackQuality(kind, st.Quality()))
			}
		}
	}
	return list
}

func trackQuality(kind Kind, q egress.Quality) TrackQuality {
	t := TrackQuality{
		Kind: kind, FirstFrame: q.FirstFrame, Freezes: uint64(q.Freezes), Frozen: q.Frozen, Paused: q.Paused,
		Layer: LayerIndex{-1, -1}, Wanted: LayerIndex{-1, -1},
		Loss: q.Lost, RoundTrip: q.RTT, Score: float64(q.Score), Cause: causeOf(q.Cause),
	}
	if kind == Video && q.Current >= 0 {
		t.Layer = LayerIndex{int(q.Current), int(q.Temporal)}
	}
	if kind == Video && q.Wanted >= 0 {
		t.Wanted = LayerIndex{int(q.Wanted), int(q.Highest)}
	}
	return t
}

// causeOf names a cause for the outside.
func causeOf(c quality.Cause) QualityCause {
	switch c {
	case quality.Downlink:
		return CauseDownlink
	case quality.Uplink:
		return CauseUplink
	case quality.Publisher:
		return CausePublisherLayer
	case quality.Overload:
		return CauseOverload
	case quality.None:
	}
	return CauseNone
}

// ReceiverStatistics is what a client measured of a subscription by itself, with
// the meanings of W3C's webrtc-stats (RTCInboundRtpStreamStats), counted from the
// beginning of the connection and over its tracks. They are claims: a client may
// send anything.
type ReceiverStatistics struct {
	Freezes       uint64        // freezeCount
	Frozen        time.Duration // totalFreezesDuration
	FramesDecoded uint64
	Concealed     uint64 // concealedSamples
	Samples       uint64 // totalSamplesReceived
	PacketsLost   int64  // negative after duplicates, RFC 3550 A.3
}

// Reported takes what the client measured by itself. What is of one kind goes to that
// track: sound has no freezes, and the share of it that was concealed says nothing of
// the picture. What was not measured is 0: without a frame there was no freeze, and
// without samples nothing was concealed.
func (s *Subscription) Reported(r ReceiverStatistics) {
	for _, snd := range s.senders {
		st := snd.stream.Load()
		switch {
		case st == nil:
		case snd.track.kind == Video && r.FramesDecoded > 0:
			st.Client(quality.Client{FreezeCount: r.Freezes, Frozen: r.Frozen, FramesDecoded: r.FramesDecoded, PacketsLost: r.PacketsLost})
		case snd.track.kind == Audio && r.Samples > 0:
			st.Client(quality.Client{ConcealedSamples: r.Concealed, TotalSamples: r.Samples, PacketsLost: r.PacketsLost})
		}
	}
}
