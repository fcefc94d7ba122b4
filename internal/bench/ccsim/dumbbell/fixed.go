package dumbbell

import (
	"time"

	"github.com/atrium-rtc/atrium/sfu/bwe"
)

// Fixed is a Controller that controls nothing: the measure of what the network
// does to a sender.
type Fixed bwe.Bitrate

func (Fixed) Sent(uint16, bwe.Class, int, bwe.ProbeID, time.Time) {}

func (Fixed) ReadTransportFeedback([]byte, time.Time) error { return nil }

func (Fixed) RoundTrip(time.Duration, time.Time) {}

func (Fixed) SetDemand(bwe.Bitrate) {}

func (Fixed) Tick(time.Time) {}

func (f Fixed) Target() bwe.Bitrate { return bwe.Bitrate(f) }

func (Fixed) NextProbe(time.Time) (bwe.Cluster, bool) { return bwe.Cluster{}, false }
