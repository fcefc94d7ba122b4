package bwe

import "time"

// lossParameters are the constants of the loss-based estimate. Their values are
// libwebrtc's defaults (goog_cc/loss_based_bwe_v2.cc, CreateConfig), each named by
// its key there.
type lossParameters struct {
	// candidateFactors times the estimate are the candidates tried each time, so
	// that it walks a little up or down (CandidateFactors).
	candidateFactors [3]float64
	// minDuration is how long an observation is at least: it needs some dozens of
	// packets to tell 1 % of loss from none (ObservationDurationLowerBound).
	minDuration time.Duration
	// minObservations are what it takes to be used at all (MinNumObservations).
	minObservations int
	// weight is that of an observation against the one after it, so that about
	// 2.5 s count (TemporalWeightFactor, InstantUpperBoundTemporalWeightFactor).
	weight float64
	// surge is how much more than the median is sent when loss may be due to that
	// (MedianSendingRateFactor).
	surge float64

	// The least inherent loss, and what it is at most: offset + balance/bandwidth.
	// On a narrow path much loss may be its nature; on a wide one it is more likely
	// ours (InherentLossLowerBound, InherentLossUpperBoundOffset and BwBalance).
	inherentMin     float64
	inherentOffset  float64
	inherentBalance float64 // bits per second
	inherentFirst   float64 // InitialInherentLossEstimate
	// newtonStep is how far towards the solution one iteration goes
	// (NewtonStepSize; NewtonIterations is 1).
	newtonStep float64

	// The objective prefers more bandwidth by these, for each kbit/s and for their
	// logarithm (HigherBwBiasFactor, HigherLogBwBiasFactor), up to the loss at which
	// nobody would want it, with a smooth turn there
	// (LossThresholdOfHighBandwidthPreference, BandwidthPreferenceSmoothingFactor).
	bias, logBias float64
	biasEnds      float64
	biasTurn      float64

	// With more average loss than the offset, the estimate is at most
	// balance/(loss-offset) (InstantUpperBoundLossOffset and BwBalance).
	instantOffset  float64
	instantBalance float64 // bits per second

	// While limited by loss the estimate grows by this factor at most in a window
	// of time (MaxIncreaseFactor, DelayedIncreaseWindow), and to this multiple of
	// what arrives (BwRampupUpperBoundFactor). The multiple is smaller when less
	// than holdThreshold times the rate of the last hold arrives
	// (BwRampupUpperBoundInHoldFactor, BwRampupUpperBoundHoldThreshold).
	maxIncrease    float64
	increaseWindow time.Duration
	rampUp         float64
	rampUpInHold   float64
	holdThreshold  float64

	// After a decrease the estimate may not grow for a while, longer each time
	// until the loss is gone (HoldDurationFactor, kInitHoldDuration,
	// kMaxHoldDuration).
	holdFactor         float64
	holdFirst, holdMax time.Duration
	// tryTime is how long an increase that leads to nothing is tried, with padding
	// or a probe (PaddingDuration).
	tryTime time.Duration

	// inherentEvidence is the logarithm of how much likelier one explanation of
	// loss must be than the other to be believed. Our own; see pathLoss.
	inherentEvidence float64
}

func defaultLossParameters() lossParameters {
	return lossParameters{
		candidateFactors: [3]float64{1.02, 1, 0.95},
		minDuration:      250 * time.Millisecond,
		minObservations:  3,
		weight:           0.9,
		surge:            2,

		inherentMin:     0.001,
		inherentOffset:  0.05,
		inherentBalance: 100e3,
		inherentFirst:   0.01,
		newtonStep:      0.75,

		bias:     0.0002,
		logBias:  0.02,
		biasEnds: 0.2,
		biasTurn: 0.002,

		instantOffset:  0.05,
		instantBalance: 100e3,

		maxIncrease:    1.3,
		increaseWindow: 300 * time.Millisecond,
		rampUp:         1.5,
		rampUpInHold:   1.2,
		holdThreshold:  1.3,

		holdFactor: 2,
		holdFirst:  300 * time.Millisecond,
		holdMax:    60 * time.Second,
		tryTime:    2 * time.Second,

		inherentEvidence: 10,
	}
}
