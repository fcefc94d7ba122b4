package sfu_test

import (
	"encoding/binary"
	"fmt"
	"time"

	"github.com/atrium-rtc/atrium/sfu/nack"
)

// sentLog is what the server sent to one viewer, judged by R6 of the reliability
// figures: retransmissions within a quarter of the media of the last second, each
// packet three times at most and not too soon.
type sentLog struct {
	viewer *planeViewer

	second        []sentOctets // the last one
	media, resent int          // octets in it

	packets, octets, resentPackets, resentOctets int
	fills                                        int // empty packets
	share                                        float64
	lost                                         map[uint16]time.Time // of video, on the downlink
	recovered                                    map[uint16]bool
	resends                                      map[uint16]resend
	found                                        []string
}

type sentOctets struct {
	at            time.Time
	media, resent int
}

type resend struct {
	count int
	last  time.Time
}

// add notes what the server sent and whether it will arrive.
func (s *sentLog) add(o *outgoing, arrives bool) {
	now := time.Now()
	if s.lost == nil {
		s.lost, s.recovered, s.resends = map[uint16]time.Time{}, map[uint16]bool{}, map[uint16]resend{}
	}
	if len(o.b) > maxDatagram {
		s.report("%d octets in one packet", len(o.b))
	}
	for len(s.second) > 0 && now.Sub(s.second[0].at) >= time.Second {
		s.media, s.resent = s.media-s.second[0].media, s.resent-s.second[0].resent
		s.second = s.second[1:]
	}
	n := sentOctets{at: now}
	switch o.kind {
	case 'r':
		n.resent = o.payload - 2
		s.resentPackets++
		s.again(binary.BigEndian.Uint16(o.b[len(o.b)-o.payload:]), now)
	case 'c', 'p':
		return
	case 'v':
		if o.payload == 0 {
			s.fills++
		} else if !arrives {
			s.lost[o.header.SequenceNumber] = now
		}
		fallthrough
	default:
		n.media = o.payload
		s.packets++
	}
	s.octets, s.resentOctets = s.octets+n.media, s.resentOctets+n.resent
	s.media, s.resent = s.media+n.media, s.resent+n.resent
	s.second = append(s.second, n)
	if n.resent > 0 {
		s.share = max(s.share, float64(s.resent)/float64(max(s.media, 1)))
		if s.resent*4 > s.media {
			s.report("%d octets sent again in a second with %d of media", s.resent, s.media)
		}
	}
}

// again judges a retransmission of one packet.
func (s *sentLog) again(number uint16, now time.Time) {
	r := s.resends[number]
	spacing := min(100*time.Millisecond, 4*s.viewer.link.Delay) - 2*time.Millisecond
	if r.count > 0 && now.Sub(r.last) < spacing {
		s.report("packet %d sent again %v after the last time", number, now.Sub(r.last))
	}
	if r.count++; r.count > nack.MaxResends {
		s.report("packet %d sent again %d times", number, r.count)
	}
	r.last = now
	s.resends[number] = r
}

// arrived notes a number that came, however.
func (s *sentLog) arrived(number uint16) {
	if _, lost := s.lost[number]; lost {
		s.recovered[number] = true
	}
}

// recovery returns how many packets of video were lost on the downlink until a
// moment, and how many of them came by retransmission.
func (s *sentLog) recovery(until time.Time) (lost, recovered int) {
	for number, at := range s.lost {
		if at.After(until) {
			continue
		}
		lost++
		if s.recovered[number] {
			recovered++
		}
	}
	return lost, recovered
}

func (s *sentLog) report(format string, args ...any) {
	s.found = append(s.found, fmt.Sprintf("at %v: ", s.viewer.plane.since())+fmt.Sprintf(format, args...))
}
