package result

// Add counts what other saw to s: counts and times are summed, LongestFreeze is
// the longer one. The Distributions of s stay as they are: percentiles do not
// add up, they come from merged histograms.
func (s *Summary) Add(other *Summary) {
	s.Clients += other.Clients
	s.Joined += other.Joined
	s.JoinFailures += other.JoinFailures
	s.Subscriptions += other.Subscriptions

	s.PacketsSent += other.PacketsSent
	s.Packets += other.Packets
	s.Octets += other.Octets
	s.Lost += other.Lost
	s.Repaired += other.Repaired
	s.NACKs += other.NACKs
	s.PLIs += other.PLIs

	s.Frames += other.Frames
	s.FramesExpected += other.FramesExpected
	s.FramesLate += other.FramesLate
	s.Freezes += other.Freezes
	s.Frozen += other.Frozen
	s.LongestFreeze = max(s.LongestFreeze, other.LongestFreeze)
	s.Watched += other.Watched
	s.LayerSwitches += other.LayerSwitches

	s.AudioGaps += other.AudioGaps
	s.AudioGap += other.AudioGap
	s.Listened += other.Listened
}

// AudioGapShare is the share of the time listened that fell into gaps, 0 to 1.
func (s *Summary) AudioGapShare() float64 { return share(float64(s.AudioGap), float64(s.Listened), 0) }
