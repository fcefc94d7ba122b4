package packet

import "time"

// ntpEpoch is the beginning of NTP's era zero, 1900, in seconds before Unix
// time's (RFC 5905 section 6).
const ntpEpoch = 2208988800

// NTP returns a moment as the 64-bit NTP timestamp of RTCP reports (RFC 3550
// section 4): seconds since 1900 in the upper half, their fraction in the lower.
func NTP(t time.Time) uint64 {
	sec := uint64(t.Unix() + ntpEpoch)                   //nolint:gosec // after 1900
	frac := uint64(t.Nanosecond()) << 32 / 1_000_000_000 //nolint:gosec // not negative
	return sec<<32 | frac
}

// TimeOfNTP returns the moment of a 64-bit NTP timestamp, to the nanosecond
// below.
func TimeOfNTP(ntp uint64) time.Time {
	sec := int64(ntp>>32) - ntpEpoch //nolint:gosec // 32 bits
	nsec := int64((ntp & 0xffffffff) * 1_000_000_000 >> 32)
	return time.Unix(sec, nsec)
}
