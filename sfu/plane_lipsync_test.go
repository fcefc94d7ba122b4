package sfu_test

import (
	"fmt"
	"time"

	"github.com/pion/rtcp"

	"github.com/atrium-rtc/atrium/internal/rtptest"
	"github.com/atrium-rtc/atrium/sfu/packet"
)

// syncTolerance is how far apart sound and picture of one moment may be told.
const syncTolerance = time.Millisecond

// lipSync holds what a viewer is sent against the moments of capture: by the last
// sender report of its stream, each frame has a moment of our clock, as far from
// its capture as all sound and all pictures are.
//
// Where a new source is behind the old one, its frames go out later than they
// should until it has caught up; how much later follows from the first.
type lipSync struct {
	viewer       *planeViewer
	video, audio *rtcp.SenderReport
	offset       time.Duration // of all
	known        bool

	encoding uint8 // of the present source
	begun    bool
	reported bool // a report tells of the present source
	first    time.Time
	lag      time.Duration // by which its first frame goes out too late
	frames   int           // judged
	worst    time.Duration
	found    []string
}

// add judges what the server sends.
func (l *lipSync) add(o *outgoing) {
	switch {
	case o.report != nil && o.report.SSRC == l.viewer.ssrc.video:
		l.video = o.report
		if !l.reported {
			l.reported, l.first = true, time.Time{}
		}
	case o.report != nil:
		l.audio = o.report
	case o.kind == 'v' || o.kind == 'a':
		stamp, ok := rtptest.ReadStamp(o.b)
		switch {
		case !ok || stamp.Index != 0:
		case o.kind == 'a':
			l.sound(o.header.Timestamp, stamp)
		default:
			l.picture(o.header.Timestamp, stamp)
		}
	}
}

// sound takes the offset of all from the first packet, and compares the others.
func (l *lipSync) sound(timestamp uint32, stamp rtptest.Stamp) {
	if l.audio == nil {
		return
	}
	off := wallOf(l.audio, timestamp, 48000).Sub(l.viewer.plane.publisher.sounds[stamp.Frame])
	if !l.known {
		l.known, l.offset = true, off
	}
	l.frames++
	l.judge("sound", off-l.offset, 0)
}

func (l *lipSync) picture(timestamp uint32, stamp rtptest.Stamp) {
	capture, ok := l.viewer.plane.publisher.captures[pictureKey{stamp.Encoding, stamp.Frame}]
	if !ok {
		l.report("a frame that was never sent: %+v", stamp)
		return
	}
	if !l.begun || stamp.Encoding != l.encoding {
		l.reported = l.begun && l.video != nil && l.referenced(l.encoding) && l.referenced(stamp.Encoding)
		l.begun, l.encoding, l.first = true, stamp.Encoding, time.Time{}
	}
	if l.video == nil || !l.known || !l.reported {
		return
	}
	off := wallOf(l.video, timestamp, 90000).Sub(capture.at) - l.offset
	if l.first.IsZero() {
		l.first, l.lag = capture.at, max(off, 0)
	}
	l.frames++
	behind := time.Duration(0)
	if capture.at.Sub(l.first) < l.lag*32/31+frameInterval {
		behind = l.lag
	}
	l.judge("picture", off, behind)
}

// referenced reports whether the server knows the clock of an encoding.
func (l *lipSync) referenced(encoding uint8) bool {
	p := l.viewer.plane.publisher
	i := int(encoding) - p.first
	if i < 0 {
		return false // of a source that is no more
	}
	_, _, ok := l.viewer.plane.video.Reference(packet.Layer(i))
	return ok
}

func (l *lipSync) judge(what string, off, behind time.Duration) {
	l.worst = max(l.worst, off-behind, -off)
	if off < -syncTolerance || off > behind+syncTolerance {
		l.report("%s of encoding %d is told %v off", what, l.encoding, off)
	}
}

func (l *lipSync) report(format string, args ...any) {
	l.found = append(l.found, fmt.Sprintf("at %v: ", l.viewer.plane.since())+fmt.Sprintf(format, args...))
}

// wallOf returns the moment that a report gives a timestamp.
func wallOf(sr *rtcp.SenderReport, timestamp uint32, rate int64) time.Time {
	ticks := int64(int32(timestamp - sr.RTPTime)) // the shorter way round
	return packet.TimeOfNTP(sr.NTPTime).Add(time.Duration(ticks * int64(time.Second) / rate))
}
