package room

import (
	"context"
	"time"
)

// QualityCause names what holds the quality of a track down.
type QualityCause string

// The causes; the empty one is that nothing does.
const (
	CauseNone           QualityCause = ""
	CauseDownlink       QualityCause = "downlink"        // the receiving participant's connection
	CauseUplink         QualityCause = "uplink"          // the publisher's connection
	CausePublisherLayer QualityCause = "publisher layer" // the publisher does not send the wanted layer
	CauseOverload       QualityCause = "overload"        // a machine that cannot keep up
)

// LayerIndex is a layer of a video, both numbers counted from the smallest, 0;
// -1 is none, as for sound.
type LayerIndex struct{ Spatial, Temporal int }

// TrackQuality is what a participant feels of one track that it receives.
type TrackQuality struct {
	Kind       MediaKind
	FirstFrame time.Duration // from the connection to the first frame; 0: none yet
	Freezes    uint64
	Frozen     time.Duration // all freezes together
	Layer      LayerIndex    // that is delivered
	Wanted     LayerIndex    // that would be on a perfect connection
	Paused     bool
	Loss       float64 // the share of packets that stayed lost after repair, 0 to 1
	RoundTrip  time.Duration
	Score      float64 // an opinion score, 1 to 5; 0: not known yet
	Cause      QualityCause
}

// StreamQuality is the quality of one stream that a participant receives of
// Publisher.
type StreamQuality struct {
	Publisher string
	Stream    string // the id of the stream among the publisher's
	Tracks    []TrackQuality
}

// Quality returns the quality of everything that the participant receives, by
// the publishers' time of joining, and of what one publishes by the time at which it
// was asked for. Errors: 102, 203.
func (m *Manager) Quality(ctx context.Context, id ParticipantID) ([]StreamQuality, error) {
	var list []StreamQuality
	var from []Subscription
	err := m.withParticipantRoom(ctx, id, func(r *room) error {
		who, err := r.state.member(id)
		if err != nil {
			return err
		}
		for _, publisher := range r.state.order {
			for _, stream := range publisher.publish {
				if at := who.receive[stream.stream]; at != nil && at.live != nil {
					list = append(list, StreamQuality{Publisher: publisher.user, Stream: stream.stream.id})
					from = append(from, at.live.subscription())
				}
			}
		}
		return nil
	})
	// The caller's goroutine does the work: a client that asks all the time slows
	// nobody else in its room.
	for i, s := range from {
		list[i].Tracks = s.Quality()
	}
	return list, err
}

// ReceiverStatistics is what a participant's client measured of a stream that it
// receives, with the meanings of W3C's webrtc-stats (RTCInboundRtpStreamStats),
// from the beginning of the connection and over its tracks. What was not measured
// is 0. They are claims: a client may send anything.
type ReceiverStatistics struct {
	Freezes       uint64        // freezeCount
	Frozen        time.Duration // totalFreezesDuration
	FramesDecoded uint64
	Concealed     uint64 // concealedSamples
	Samples       uint64 // totalSamplesReceived
	PacketsLost   int64  // negative after duplicates, RFC 3550 A.3
}

// ReportStatistics passes on what the participant's client measured of one
// of publisher's streams. Errors are those of SetPreferredLayers.
func (m *Manager) ReportStatistics(ctx context.Context, id ParticipantID, publisher, stream string, s ReceiverStatistics) error {
	return m.withReception(ctx, id, publisher, stream, func(to Subscription) { to.Reported(s) })
}
