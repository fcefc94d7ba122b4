package dumbbell

import (
	"time"

	"github.com/atrium-rtc/atrium/sfu/bwe"
)

const (
	segmentOctets = 1472 // 1500 with the headers that package link adds
	ackOctets     = 40
	reordering    = 3 // packets acknowledged behind one that is lost, then (RFC 9002 section 6.1.1)
	firstWindow   = 10
	minWindow     = 2
	minTimeout    = 200 * time.Millisecond
	firstRTT      = 333 * time.Millisecond // RFC 9002 section 6.2.2
)

// newReno is a foreign flow that always has something to send, under the control
// that RFC 9002 section 7 describes: NewReno, as of TCP, with a number of its own
// for each packet, also for one sent again. Slow start, then a packet more each
// round trip, half upon a loss, once a round trip; the smallest window after a
// time without any acknowledgement. It knows loss, and nothing of delay. There is
// an ACK for every packet; it says all that arrived, so that a lost ACK is not
// missed.
type newReno struct {
	net        *Network
	id         int
	begin, end time.Duration

	window    float64 // packets
	threshold float64 // of slow start
	packets   []segment
	lowest    int // of the packets in flight
	inFlight  int
	recovery  int // losses of packets before this one count no more
	largest   int // acknowledged
	arrived   []int
	read      int // of those, how many the sender knows
	smooth    time.Duration
	progress  time.Duration // when something was acknowledged last, or sent into silence
	backoff   int
}

type segment struct {
	sent time.Duration
	done bool // acknowledged or lost
}

// AddForeign adds a TCP-like flow between two times.
func (n *Network) AddForeign(name string, begin, end time.Duration) {
	f := &newReno{net: n, begin: begin, end: end}
	f.id = n.add(f, name, true)
}

func (f *newReno) start() {
	f.window, f.threshold, f.largest, f.smooth, f.backoff = firstWindow, 1e9, -1, firstRTT, 1
	f.net.at(f.begin, func() {
		f.progress = f.net.now
		f.fill()
	})
	f.net.every(minTimeout/4, f.begin, f.checkTimeout)
}

func (f *newReno) target() bwe.Bitrate { return 0 }

// fill sends what the window lets pass.
func (f *newReno) fill() {
	for f.net.now < f.end && float64(f.inFlight) < f.window {
		number := len(f.packets)
		f.packets = append(f.packets, segment{sent: f.net.now})
		f.inFlight++
		f.net.send(f.id, kindForeign, segmentOctets, func() {
			f.arrived = append(f.arrived, number)
			known := len(f.arrived)
			f.net.answer(f.id, kindForeign, ackOctets, func() { f.acknowledge(known) })
		})
	}
}

// acknowledge takes an ACK for the first known packets that arrived.
func (f *newReno) acknowledge(known int) {
	for ; f.read < known; f.read++ {
		number := f.arrived[f.read]
		p := &f.packets[number]
		if number > f.largest {
			f.largest = number
			f.smooth += (f.net.now - p.sent - f.smooth) / 8
		}
		f.progress, f.backoff = f.net.now, 1
		if p.done {
			continue
		}
		p.done = true
		f.inFlight--
		if number >= f.recovery {
			f.grow()
		}
	}
	f.detectLoss()
	f.fill()
}

func (f *newReno) grow() {
	if f.window < f.threshold {
		f.window++
	} else {
		f.window += 1 / f.window
	}
}

func (f *newReno) detectLoss() {
	for ; f.lowest < len(f.packets) && (f.packets[f.lowest].done || f.lowest <= f.largest-reordering); f.lowest++ {
		p := &f.packets[f.lowest]
		if p.done {
			continue
		}
		p.done = true
		f.inFlight--
		if f.lowest >= f.recovery {
			f.recovery = len(f.packets)
			f.window = max(f.window/2, minWindow)
			f.threshold = f.window
		}
	}
}

// checkTimeout begins anew when nothing was acknowledged for long.
func (f *newReno) checkTimeout() {
	if f.inFlight == 0 || f.net.now-f.progress < max(minTimeout, 2*f.smooth)*time.Duration(f.backoff) {
		return
	}
	for ; f.lowest < len(f.packets); f.lowest++ {
		f.packets[f.lowest].done = true
	}
	f.inFlight = 0
	f.recovery = len(f.packets)
	f.threshold, f.window = max(f.window/2, minWindow), minWindow
	f.progress = f.net.now
	f.backoff = min(2*f.backoff, 64)
	f.fill()
}
