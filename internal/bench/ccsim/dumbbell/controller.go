package dumbbell

import (
	"time"

	"github.com/atrium-rtc/atrium/sfu/bwe"
)

// Controller is the congestion control of one sender with one connection, as
// bwe.Estimator and bwe.Flow have it together.
type Controller interface {
	// Sent takes note of a packet and its transport-wide sequence number.
	Sent(seq uint16, class bwe.Class, size int, probe bwe.ProbeID, now time.Time)
	// ReadTransportFeedback takes the RTCP packet in which the receiver says what
	// arrived, and when.
	ReadTransportFeedback(rtcp []byte, now time.Time) error
	// RoundTrip takes a measured round trip.
	RoundTrip(d time.Duration, now time.Time)
	// SetDemand says what the sender could use at most.
	SetDemand(b bwe.Bitrate)
	// Tick is called every 25 ms.
	Tick(now time.Time)
	// Target returns the estimate.
	Target() bwe.Bitrate
	// NextProbe returns a cluster of packets to be sent, if there should be one.
	NextProbe(now time.Time) (bwe.Cluster, bool)
}
