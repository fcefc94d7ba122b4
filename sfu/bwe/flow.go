package bwe

import "time"

// Flow is one connection of the receiver: its packets have numbers of their own,
// and its feedback has a clock of its own. Clients with one connection for each
// stream have several; their Estimator is one, because the link is. It belongs to
// the goroutine of its Estimator.
type Flow struct {
	estimator *Estimator
	sent      sentHistory
	arrivals  arrivalClock
	reports   reportClock // of RFC 8888
	numbers   map[uint32]*rtpNumbers
	delay     delayDetector
	acked     ackedBitrate
	usage     usage
	heard     time.Time // of the last feedback
	results   []Result  // reused
	untold    int       // octets sent that the estimator's parts do not know of

	received, lost [classes]uint64 // packets
}

// Sent takes note of a packet: its transport-wide number, and its octets with the
// RTP header.
func (f *Flow) Sent(seq uint16, class Class, size int, probe ProbeID, now time.Time) {
	f.sent.sent(seq, class, size, probe, now)
	f.untold += size
}

// SentAs tells which RTP packet had the transport-wide number, for a receiver
// whose feedback names those (RFC 8888).
func (f *Flow) SentAs(ssrc uint32, rtp, seq uint16) {
	n := f.numbers[ssrc]
	if n == nil {
		if f.numbers == nil {
			f.numbers = make(map[uint32]*rtpNumbers)
		}
		n = new(rtpNumbers)
		f.numbers[ssrc] = n
	}
	n.put(rtp, seq)
}

// ReadTransportFeedback takes one RTCP packet of transport-wide feedback. An
// error means that the packet is malformed and had no effect.
func (f *Flow) ReadTransportFeedback(b []byte, now time.Time) error {
	f.results = f.results[:0]
	missed := f.arrivals.missed
	if err := readTransportFeedback(b, &f.arrivals, f.note); err != nil {
		return err
	}
	if f.arrivals.missed > missed {
		f.acked.missed()
	}
	f.estimator.feedback(f, now)
	return nil
}

// ReadCongestionFeedback takes one RTCP packet of RFC 8888.
func (f *Flow) ReadCongestionFeedback(b []byte, now time.Time) error {
	f.results = f.results[:0]
	err := readCongestionFeedback(b, &f.reports, func(ssrc uint32, seq uint16, received bool, _ uint8, arrived time.Duration) {
		if n := f.numbers[ssrc]; n != nil {
			if number, ok := n.transport(seq); ok {
				f.note(number, received, arrived)
			}
		}
	})
	if err != nil {
		return err
	}
	f.estimator.feedback(f, now)
	return nil
}

// note keeps what a report says about one packet.
func (f *Flow) note(seq uint16, received bool, arrived time.Duration) {
	r, class, late, ok := f.sent.acknowledge(seq, received, arrived)
	if !ok {
		return
	}
	switch {
	case late:
		f.lost[class]--
		f.received[class]++
	case received:
		f.received[class]++
	default:
		f.lost[class]++
	}
	f.results = append(f.results, r)
}

// Counts returns how many packets of a class were reported as received, and as
// lost.
func (f *Flow) Counts(c Class) (received, lost uint64) { return f.received[c], f.lost[c] }
