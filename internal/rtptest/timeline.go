package rtptest

import (
	"slices"
	"time"

	"github.com/pion/rtcp"
)

// What sender reports may be off by. The wall clock and the media clock of a
// server are one clock; a switch between encodings shifts the mapping by as much
// as their arrival varies.
const (
	reportTolerance = 100 * time.Millisecond
	reportDistance  = 10 * time.Second // from any packet of the stream
)

// judgeReports checks the sender reports of a stream against each other and
// against its packets (RFC 3550 section 6.4.1): the timestamp advances as the
// wall clock does, on the same timeline as the packets, and counts never fall.
func (c *Conformance) judgeReports(s *stream, packets []*received) {
	list := c.reports[s.ssrc]
	rate := s.codec.ClockRate()
	if rate == 0 {
		return
	}
	sent := timestamps(packets)
	for i, sr := range list {
		if !sent.near(sr.RTPTime, int64(rate)) {
			c.report(s.ssrc, "sender report %d has timestamp %d, far from all packets", i, sr.RTPTime)
		}
		if i == 0 {
			continue
		}
		before := list[i-1]
		wall := ntpTime(sr.NTPTime) - ntpTime(before.NTPTime)
		media := time.Duration(int64(int32(sr.RTPTime-before.RTPTime))*int64(time.Second)) / time.Duration(rate)
		if off := media - wall; off < -reportTolerance || off > reportTolerance {
			c.report(s.ssrc, "sender report %d: the media advanced by %v in %v", i, media, wall)
		}
		if int32(sr.PacketCount-before.PacketCount) < 0 || int32(sr.OctetCount-before.OctetCount) < 0 {
			c.report(s.ssrc, "sender report %d: counts fall", i)
		}
	}
}

// sentTimestamps are those of a stream, sorted around the first one.
type sentTimestamps struct {
	first uint32
	ahead []int32
}

func timestamps(packets []*received) sentTimestamps {
	sent := sentTimestamps{first: packets[0].timestamp}
	for _, r := range packets {
		sent.ahead = append(sent.ahead, ahead(r, packets[0]))
	}
	slices.Sort(sent.ahead)
	return sent
}

// near reports whether some packet has a timestamp about like that one.
func (sent sentTimestamps) near(timestamp uint32, rate int64) bool {
	limit := rate * int64(reportDistance/time.Second)
	offset := int32(timestamp - sent.first)
	at, _ := slices.BinarySearch(sent.ahead, offset)
	for _, i := range []int{at - 1, at} {
		if i < 0 || i >= len(sent.ahead) {
			continue
		}
		if off := int64(offset) - int64(sent.ahead[i]); off >= -limit && off <= limit {
			return true
		}
	}
	return false
}

// ntpTime returns the time since 1900 of a 64-bit NTP timestamp.
func ntpTime(ntp uint64) time.Duration {
	seconds, fraction := ntp>>32, ntp&0xffffffff
	return time.Duration(seconds)*time.Second + time.Duration(fraction*uint64(time.Second)>>32)
}

// NTP returns a moment as the 64-bit NTP timestamp of sender reports.
func NTP(t time.Time) uint64 {
	const unixEpoch = 2208988800 // seconds from 1900 to 1970
	return uint64(t.Unix()+unixEpoch)<<32 | uint64(t.Nanosecond())<<32/uint64(time.Second)
}

// Report returns a sender report that ties a timestamp to a moment.
func Report(ssrc, timestamp uint32, at time.Time, packets, octets uint32) *rtcp.SenderReport {
	return &rtcp.SenderReport{
		SSRC: ssrc, NTPTime: NTP(at), RTPTime: timestamp, PacketCount: packets, OctetCount: octets,
	}
}
