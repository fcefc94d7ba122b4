package bwe

import "time"

const (
	// A cluster is at least this many packets, over this long: with fewer, what one
	// packet waits behind another shows in the result (libwebrtc:
	// ProbeControllerConfig, min_probe_packets_sent, min_probe_duration).
	probePackets  = 5
	probeDuration = 15 * time.Millisecond
	// probeDelta is the time between runs of packets (min_probe_delta).
	probeDelta = 2 * time.Millisecond
)

// Cluster is a run of packets, sent at a certain bitrate to see whether the path
// carries it. Media that waits to be sent counts, padding makes up for the rest.
// It is complete when both the packets and the octets are sent, which then took
// about MinDuration.
type Cluster struct {
	ID   ProbeID
	Rate Bitrate // to send at
	// MinPackets and MinOctets are what is sent for it at least. MinOctets are Rate
	// times MinDuration.
	MinPackets int
	MinOctets  int
	// MinDelta is how long to wait at least between runs of packets; each run is
	// what Rate carries meanwhile, so that a high Rate needs no finer clock. (2 ms.
	// libwebrtc has 20 ms, and 100 ms of duration, only for probes that are repeated
	// before there is any media, which a server does not do.)
	MinDelta    time.Duration
	MinDuration time.Duration
}

// newCluster returns a cluster of that bitrate.
func newCluster(id ProbeID, rate Bitrate) Cluster {
	return Cluster{
		ID: id, Rate: rate,
		MinPackets: probePackets, MinOctets: rate.Octets(probeDuration),
		MinDelta: probeDelta, MinDuration: probeDuration,
	}
}

// next returns the name of the cluster after id's, which is never 0.
func (id ProbeID) next() ProbeID {
	if id++; id == 0 {
		id = 1
	}
	return id
}
