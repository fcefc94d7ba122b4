package dumbbell

import (
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/atrium-rtc/atrium/sfu/bwe"
)

const (
	tickInterval   = 25 * time.Millisecond
	reportInterval = time.Second
	reportOctets   = 80
	packetOctets   = 1200 // at most, with the RTP header
	headerOctets   = 20   // of RTP with an extension
)

// paceInterval is how often the sender looks at what waits for the pacer, and at
// what is due of a probe (sfu/egress).
const paceInterval = 5 * time.Millisecond

// maxWait is how long pictures may wait for the pacer before one is left out, as
// encoders do. A keyframe fits.
const maxWait = 250 * time.Millisecond

// Sender sends sound and pictures under congestion control.
type Sender struct {
	net    *Network
	id     int
	begin  time.Duration
	cc     Controller
	source Source
	random *rand.Rand

	sequence uint16
	pacer    bwe.Pacer
	waiting  []int // sizes of packets
	octets   int   // of them
	woken    bool  // by a timer that runs already
	probe    probe
	receiver *receiver
}

// AddSender adds one that begins at a time, with a congestion control made then.
func (n *Network) AddSender(name string, begin time.Duration, source Source, control func(now time.Time) Controller) *Sender {
	s := &Sender{net: n, begin: begin, source: source}
	s.id = n.add(s, name, false)
	s.random = n.random(s.id)
	s.receiver = newReceiver(s)
	n.at(begin, func() { s.cc = control(n.time()) })
	return s
}

// start sets the timers, at phases that are the luck of the sender.
func (s *Sender) start() {
	phase := func(interval time.Duration) time.Duration {
		return s.begin + time.Duration(s.random.Int64N(int64(interval)))
	}
	n := s.net
	n.every(tickInterval, s.begin, s.tick)
	n.every(audioInterval, phase(audioInterval), s.sound)
	n.every(pictureTime, phase(pictureTime), s.picture)
	n.every(reportInterval, phase(reportInterval), s.report)
	n.at(phase(minFeedback), s.receiver.feedback)
}

func (s *Sender) target() bwe.Bitrate {
	if s.cc == nil {
		return 0
	}
	return s.cc.Target()
}

func (s *Sender) tick() {
	now := s.net.time()
	s.cc.SetDemand(s.source.demand())
	s.cc.Tick(now)
	s.pump()
	s.nextProbe()
}

func (s *Sender) sound() { s.transmit(bwe.ClassAudio, audioOctets) }

// picture takes one from the source to the pacer. What would wait too long is
// not sent.
func (s *Sender) picture() {
	size := s.source.picture(s.net.now, s.cc.Target(), s.random)
	if size == 0 || s.cc.Target().Time(s.octets) > maxWait {
		return
	}
	count := (size + packetOctets - 1) / packetOctets
	for i := range count {
		packet := size*(i+1)/count - size*i/count
		packet = min(packet+headerOctets, packetOctets)
		s.waiting = append(s.waiting, packet)
		s.octets += packet
	}
	s.pump()
}

// pump sends what the pacer lets pass.
func (s *Sender) pump() {
	now := s.net.time()
	s.pacer.SetRate(s.cc.Target().Scale(bwe.PacingFactor), now)
	for len(s.waiting) > 0 && s.pacer.Room(now) > 0 {
		size := s.waiting[0]
		s.waiting = s.waiting[1:]
		s.octets -= size
		s.transmit(bwe.ClassVideo, size)
	}
	if len(s.waiting) > 0 && !s.woken {
		s.woken = true
		s.net.after(paceInterval, func() {
			s.woken = false
			s.pump()
		})
	}
}

// transmit sends a packet; it counts for the probe that is on its way.
func (s *Sender) transmit(class bwe.Class, size int) {
	s.pacer.Spend(size)
	seq := s.sequence
	s.sequence++
	s.cc.Sent(seq, class, size, s.probe.ID, s.net.time())
	s.probe.sent(size)
	kind := uint16(kindVideo)
	if class == bwe.ClassAudio {
		kind = kindAudio
	}
	s.net.send(s.id, kind, size+tagOctets, func() { s.receiver.arrived(seq, size) })
}

// feedback takes what the receiver said.
func (s *Sender) feedback(rtcp []byte) {
	if err := s.cc.ReadTransportFeedback(rtcp, s.net.time()); err != nil {
		panic(fmt.Sprintf("feedback of Pion was not understood: %v", err))
	}
	s.pump()
	s.nextProbe()
}

// report measures the round trip by a sender report and a receiver report.
func (s *Sender) report() {
	sent := s.net.now
	s.net.send(s.id, kindReport, reportOctets, func() {
		s.net.answer(s.id, kindReport, reportOctets, func() {
			s.cc.RoundTrip(s.net.now-sent, s.net.time())
		})
	})
}
