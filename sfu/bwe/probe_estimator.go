package bwe

import "time"

const (
	// probesAtOnce is how many clusters are remembered.
	probesAtOnce = 8
	// probeLifetime is how long one is, from its first packet.
	probeLifetime = 5 * time.Second
	// reportedShare of a cluster's packets and octets must have arrived (libwebrtc:
	// kMinReceivedProbesRatio, kMinReceivedBytesRatio).
	reportedShare = 0.8
	// maxProbeInterval is how long sending or receiving a cluster may have taken
	// (kMaxProbeInterval).
	maxProbeInterval = time.Second
	// maxProbeRatio is how much faster it may have arrived than it was sent: what
	// was held back on the way and comes at once is no measure of the path
	// (kMaxValidRatio).
	maxProbeRatio = 2
	// saturatedRatio is below what ratio it arrived slower than it was sent, so that
	// the path was full. Then a little less than what arrived is the result, so that
	// the queue drains (kMinRatioForUnsaturatedLink, kTargetUtilizationFraction).
	saturatedRatio       = 0.9
	saturatedUtilization = 0.95
)

// probeEstimator finds from the packets of a cluster what the path carried
// (libwebrtc: goog_cc/probe_bitrate_estimator.cc). The zero value is ready.
type probeEstimator struct {
	clusters [probesAtOnce]probeRecord // a ring
	next     uint8
}

// probeRecord is what arrived of a cluster.
type probeRecord struct {
	id         ProbeID // 0 is none
	minPackets int
	minOctets  int

	packets int
	octets  int
	// The first and the last packet by our clock, and by the receiver's.
	firstSent, lastSent       time.Time
	firstArrived, lastArrived time.Duration
	lastSentSize              int
	firstArrivedSize          int

	filled bool // the path, by the last result
}

// started takes note that a cluster is being sent. The oldest of eight gives way.
func (p *probeEstimator) started(c Cluster) {
	record := p.find(c.ID)
	if record == nil {
		record = &p.clusters[p.next]
		p.next = (p.next + 1) % probesAtOnce
	}
	*record = probeRecord{
		id:         c.ID,
		minPackets: max(int(reportedShare*float64(c.MinPackets)), 2),
		minOctets:  int(reportedShare * float64(c.MinOctets)),
	}
}

// add takes what was said of a packet, and returns the bitrate that its cluster
// found, if enough of it arrived. More packets of it may give a better one.
func (p *probeEstimator) add(r Result) (Bitrate, bool) {
	if r.Probe == 0 || !r.Received {
		return 0, false
	}
	record := p.find(r.Probe)
	if record == nil {
		return 0, false
	}
	if record.packets > 0 && r.Sent.Sub(record.firstSent) > probeLifetime {
		record.id = 0
		return 0, false
	}
	record.add(r)
	if record.packets < record.minPackets || record.octets < record.minOctets {
		return 0, false
	}
	return record.rate()
}

// filled reports whether the cluster, of which there is a result, filled the path.
func (p *probeEstimator) filled(id ProbeID) bool {
	record := p.find(id)
	return record != nil && record.filled
}

func (p *probeEstimator) find(id ProbeID) *probeRecord {
	if id == 0 {
		return nil
	}
	for i := range p.clusters {
		if p.clusters[i].id == id {
			return &p.clusters[i]
		}
	}
	return nil
}

func (c *probeRecord) add(r Result) {
	size := max(r.Size, 0)
	first := c.packets == 0
	if first || r.Sent.Before(c.firstSent) {
		c.firstSent = r.Sent
	}
	if first || r.Sent.After(c.lastSent) {
		c.lastSent, c.lastSentSize = r.Sent, size
	}
	if first || r.Arrived < c.firstArrived {
		c.firstArrived, c.firstArrivedSize = r.Arrived, size
	}
	if first || r.Arrived > c.lastArrived {
		c.lastArrived = r.Arrived
	}
	c.packets++
	c.octets += size
}

// rate returns what the path carried. From the first packet to the last all were
// sent but the last one; and all arrived but the first one.
func (c *probeRecord) rate() (Bitrate, bool) {
	sending := c.lastSent.Sub(c.firstSent)
	arriving := c.lastArrived - c.firstArrived
	if sending <= 0 || sending > maxProbeInterval || arriving <= 0 || arriving > maxProbeInterval {
		return 0, false
	}
	sent := RateOf(c.octets-c.lastSentSize, sending)
	arrived := RateOf(c.octets-c.firstArrivedSize, arriving)
	if sent <= 0 || arrived <= 0 || float64(arrived) > maxProbeRatio*float64(sent) {
		return 0, false
	}
	if c.filled = float64(arrived) < saturatedRatio*float64(sent); c.filled {
		return arrived.Scale(saturatedUtilization), true
	}
	return min(sent, arrived), true
}
