package bwe

import (
	"fmt"
	"math"
	"time"
)

// Bitrate is in bits per second, and counts the octets of RTP packets with their
// headers, without those of SRTP, UDP and IP.
type Bitrate int64

// Units of Bitrate.
const (
	Kbps Bitrate = 1000
	Mbps Bitrate = 1000 * Kbps
)

// maxBitrate is beyond every link, and far from where arithmetic overflows.
const maxBitrate = 100_000 * Mbps

// RateOf returns the bitrate of that many octets in d; the most there is when d is
// not positive.
func RateOf(octets int, d time.Duration) Bitrate {
	if d <= 0 {
		return maxBitrate
	}
	return bounded(float64(octets) * 8 * float64(time.Second) / float64(d))
}

// Octets returns how many octets r carries in d, rounded down; 0 for a negative d.
func (r Bitrate) Octets(d time.Duration) int {
	if d <= 0 || r <= 0 {
		return 0
	}
	return int(float64(r) / 8 * d.Seconds())
}

// Time returns how long r needs for that many octets, an hour at most.
func (r Bitrate) Time(octets int) time.Duration {
	if octets <= 0 {
		return 0
	}
	if r <= 0 {
		return time.Hour
	}
	seconds := float64(octets) * 8 / float64(r)
	return time.Duration(min(seconds, time.Hour.Seconds()) * float64(time.Second))
}

// Scale returns r times a factor that is not negative.
func (r Bitrate) Scale(factor float64) Bitrate { return bounded(float64(r) * factor) }

// String returns the bitrate as a person reads it: "180 kbit/s", "2.4 Mbit/s".
func (r Bitrate) String() string {
	if r < Mbps {
		return fmt.Sprintf("%d kbit/s", (r+Kbps/2)/Kbps)
	}
	return fmt.Sprintf("%.1f Mbit/s", float64(r)/float64(Mbps))
}

// bounded rounds bits per second to a Bitrate between 0 and maxBitrate; what is no
// number is 0.
func bounded(bits float64) Bitrate {
	if math.IsNaN(bits) || bits <= 0 {
		return 0
	}
	return Bitrate(min(bits, float64(maxBitrate)))
}
