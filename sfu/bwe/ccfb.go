package bwe

import (
	"encoding/binary"
	"time"
)

// Congestion control feedback (RFC 8888 section 3.1). Behind the header and the
// sender's SSRC come report blocks, each about the packets of one stream,
//
//	SSRC (32)
//	begin_seq (16) | num_reports (16)
//	metric blocks of 16 bits: received (1), ECN (2), arrival time offset (13)
//
// filled up to whole words, and last the report timestamp (32).
const (
	reportBlocks    = 4 // octets before them, from the sender's SSRC on
	reportBegin     = 4 // in a report block
	reportCount     = 6
	reportMetrics   = 8
	metricSize      = 2
	reportTimestamp = 4 // its size

	metricReceived = 1 << 15
	metricECN      = 13 // bits behind it
	metricOffset   = 1<<13 - 1
	// offsetTooLong and the one above it, which means that the time is not known,
	// are no offsets.
	offsetTooLong = 0x1ffe
	// offsetUnit is 1/1024 s in units of the report timestamp: the middle of an NTP
	// time, of 1/65536 s.
	offsetUnit = 64
)

// reportClock is the clock of the report timestamps of one flow, which wrap every 18
// hours. The zero value is ready.
type reportClock struct{ wrappingClock }

// readCongestionFeedback reads one RTCP packet, header included, where it lies, and
// calls each for every packet that it is about; once, unless it has two report
// blocks about the same numbers. seq is the number in the RTP header, ecn are the
// two bits of the IP header, and arrived is by the receiver's clock; both mean
// nothing when not received.
//
// A packet that was received, but at a time that is not known or more than 8 s
// before the report, is left out: it is not lost, and says nothing of the path.
//
// All is validated first: what is malformed is an error and has no effect. Feedback
// may come out of order or twice.
func readCongestionFeedback(
	b []byte, clock *reportClock, each func(ssrc uint32, seq uint16, received bool, ecn uint8, arrived time.Duration),
) error {
	message, err := feedbackMessage(b, transportLayerFeedback, formatCongestion)
	if err != nil {
		return err
	}
	if len(message) < reportBlocks+reportTimestamp {
		return errTruncated
	}
	end := len(message) - reportTimestamp
	blocks := message[reportBlocks:end]
	for rest := blocks; len(rest) > 0; {
		size := reportSize(rest)
		if size > len(rest) {
			return errTruncated
		}
		rest = rest[size:]
	}
	made := clock.unwrap(binary.BigEndian.Uint32(message[end:]))
	for len(blocks) > 0 {
		size := reportSize(blocks)
		readReport(blocks[:size], made, each)
		blocks = blocks[size:]
	}
	return nil
}

// readReport reads one report block of a report that was made at a time, in its
// units.
func readReport(
	b []byte, made int64, each func(ssrc uint32, seq uint16, received bool, ecn uint8, arrived time.Duration),
) {
	ssrc, seq := binary.BigEndian.Uint32(b), binary.BigEndian.Uint16(b[reportBegin:])
	count := int(binary.BigEndian.Uint16(b[reportCount:]))
	metrics := b[reportMetrics:]
	for range count {
		metric := binary.BigEndian.Uint16(metrics)
		offset := metric & metricOffset
		switch {
		case metric&metricReceived == 0:
			each(ssrc, seq, false, 0, 0)
		case offset < offsetTooLong:
			each(ssrc, seq, true, uint8(metric>>metricECN&3), reportTime(made-int64(offset)*offsetUnit))
		}
		metrics = metrics[metricSize:]
		seq++
	}
}

// reportSize returns how many octets the report block at the beginning of b says it
// has, filled up to whole words.
func reportSize(b []byte) int {
	if len(b) < reportMetrics {
		return reportMetrics
	}
	return reportMetrics + (metricSize*int(binary.BigEndian.Uint16(b[reportCount:]))+3)&^3
}

// reportTime returns a time in units of the report timestamp as a Duration, to the
// nanosecond below. The seconds and what is left are converted apart, or they would
// overflow after a day and a half.
func reportTime(ticks int64) time.Duration {
	seconds, fraction := ticks>>16, ticks&(1<<16-1)
	return time.Duration(seconds)*time.Second + time.Duration(fraction)*time.Second>>16
}
