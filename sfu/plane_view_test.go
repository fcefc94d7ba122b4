package sfu_test

import (
	"fmt"
	"time"

	"github.com/pion/rtp"

	"github.com/atrium-rtc/atrium/internal/link"
	"github.com/atrium-rtc/atrium/internal/rtptest"
	"github.com/atrium-rtc/atrium/sfu/codec"
	"github.com/atrium-rtc/atrium/sfu/packet"
)

// viewLog is what a viewer saw and heard.
type viewLog struct {
	viewer  *planeViewer
	changed time.Time // the last change of what it is to see

	paused bool      // nothing is to be seen
	from   time.Time // of the last picture, or when there should be one again
	fresh  bool      // no picture since then
	first  time.Duration
	begun  bool

	pictures, switches int
	last               *screenPicture
	lastCapture        capture
	longest            [gapKinds]time.Duration
	where              [gapKinds]time.Duration // since the start
	judged             int                     // pictures of a settled viewer
	missing            map[int]uint8           // pictures that it did not see, and their temporal layer
	cuts               int                     // times that the stream was stopped
	played             time.Time               // when the last picture was on the screen
	watched, froze     time.Duration
	heard              map[uint32]bool
	frameOf            map[packet.ExtSeq]uint32
	found              []string
}

// gapKind says what a time without a new picture may be due to.
type gapKind int

const (
	steady   gapKind = iota // nothing, or a switch that was asked for
	vanished                // what was shown is sent no more
	resumed                 // the beginning, or the end of a pause
	gapKinds
)

func (k gapKind) String() string {
	return [gapKinds]string{"in steady state", "when a layer vanished", "at the beginning or after a pause"}[k]
}

func (l *viewLog) pause() { l.paused = true }

func (l *viewLog) resume() {
	if l.viewer.left {
		return
	}
	l.paused, l.fresh, l.from = false, true, time.Now()
}

// dark reports whether the viewer has seen nothing for so long.
func (l *viewLog) dark(now time.Time, limit time.Duration) bool {
	return !l.paused && now.Sub(l.from) >= limit
}

// gap closes the time without a picture. What fewer temporal layers take longer
// from picture to picture does not count.
func (l *viewLog) gap(now time.Time) {
	if l.paused || l.fresh && l.begun && now.Sub(l.from) <= l.viewer.link.Delay {
		return // or the picture was under way when the pause began
	}
	kind := steady
	switch {
	case l.fresh:
		kind = resumed
	case l.viewer.plane.vanishedBetween(l.from.Add(-time.Second), now):
		kind = vanished
	}
	gap := now.Sub(l.from) - l.viewer.pace(now) + frameInterval
	if gap > l.longest[kind] {
		l.longest[kind], l.where[kind] = gap, l.from.Sub(l.viewer.plane.start)
	}
	l.from, l.fresh = now, false
}

// shown is called by the screen.
func (v *planeViewer) shown(p *screenPicture) { v.view.shown(p) }

func (l *viewLog) shown(p *screenPicture) {
	now := time.Now()
	stamp := p.frames[0].stamp
	capture := l.viewer.plane.publisher.captures[pictureKey{stamp.Encoding, stamp.Frame}]
	l.pictures++
	if l.viewer.record != nil {
		l.viewer.shows = append(l.viewer.shows, show{l.viewer.plane.since(), stamp.Encoding, stamp.Temporal})
	}
	delete(l.missing, capture.index)
	if !l.begun {
		l.begun, l.first = true, now.Sub(l.from)
	}
	if l.last != nil && p.encoding != l.last.encoding {
		l.switches++
	}
	if l.last != nil && capture.index <= l.lastCapture.index {
		return // late: something newer was shown
	}
	l.play(now, capture.at)
	l.gap(now)
	if now.Sub(l.changed) >= l.viewer.settle && !l.paused {
		l.settled(p, stamp, capture)
	}
	l.last, l.lastCapture = p, capture
}

// settled judges a picture that must be of the layers asked for.
func (l *viewLog) settled(p *screenPicture, stamp rtptest.Stamp, c capture) {
	l.judged++
	publisher := l.viewer.plane.publisher
	encoding, spatial, temporal := l.viewer.expected()
	switch {
	case p.encoding != encoding || p.topSpatial != spatial:
		l.report("picture %d is of encoding %d, spatial layer %d, wanted are %d, %d", c.index, p.encoding, p.topSpatial, encoding, spatial)
		return
	case p.topTime > temporal:
		l.report("picture %d is of temporal layer %d, wanted is %d", c.index, p.topTime, temporal)
		return
	case l.last != nil && !l.last.frames[0].stamp.Key && !stamp.Key && len(p.frames) != l.viewer.plane.format.framesOf(spatial):
		l.report("picture %d has %d frames to show spatial layer %d", c.index, len(p.frames), spatial)
		return
	}
	if l.last == nil || l.last.encoding != encoding {
		return
	}
	for i := l.lastCapture.index + 1; i < c.index; i++ {
		if t, sent := publisher.sent[encoding][i]; sent && t <= temporal {
			if l.missing == nil {
				l.missing = map[int]uint8{}
			}
			l.missing[i] = t
		}
	}
}

// expected returns the layers that the viewer asked for, as far as they are sent.
func (v *planeViewer) expected() (encoding, spatial, temporal uint8) {
	f, u := v.plane.format, v.plane.publisher
	at := uint8(min(int(v.spatial), u.active-1))
	temporal = min(v.temporal, uint8(f.temporal-1))
	if f.simulcast() {
		return uint8(u.first) + at, 0, temporal
	}
	if f.codec == codec.AV1 && !v.descriptors {
		at = 0
	}
	return uint8(u.first), at, temporal
}

// pace returns the time between pictures of the temporal layers that the viewer
// asked for, or had until a moment ago.
func (v *planeViewer) pace(now time.Time) time.Duration {
	_, _, temporal := v.expected()
	if now.Sub(v.changedLayers) < time.Second {
		temporal = min(temporal, v.slowest)
	}
	return frameInterval << (v.plane.format.temporal - 1 - int(temporal))
}

// framesOf returns how many frames a delta picture has for who is shown a spatial
// layer.
func (f format) framesOf(spatial uint8) int {
	if f.mode == "L3T3" {
		return int(spatial) + 1
	}
	return 1
}

// sound notes what a packet of sound brings.
func (l *viewLog) sound(p *rtp.Packet) {
	if l.heard == nil {
		l.heard, l.frameOf = map[uint32]bool{}, map[packet.ExtSeq]uint32{}
	}
	payloads := [][]byte{p.Payload}
	if p.PayloadType == downRED {
		blocks, err := rtptest.ReadRED(p.Payload)
		if err != nil {
			l.report("sound: %v", err)
			return
		}
		payloads = payloads[:0]
		for _, b := range blocks {
			payloads = append(payloads, b.Payload)
		}
	}
	for _, payload := range payloads {
		stamp, ok := rtptest.ReadStamp(payload)
		if !ok {
			l.report("sound without a stamp")
			return
		}
		l.heard[stamp.Frame] = true
		l.frameOf[l.viewer.sound.unwrap.Unwrap(p.SequenceNumber)] = stamp.Frame // the last one stays
	}
}

// play puts a picture on the screen: not before its time, which is as long after
// its capture as repairs usually take. That is what a jitter buffer is for, and
// what a viewer calls a freeze happens behind it.
func (l *viewLog) play(now, captured time.Time) {
	v := l.viewer
	up, down := v.plane.up, v.link
	delay := up.Delay + down.Delay + 60*time.Millisecond + v.pace(now) - frameInterval
	for _, hop := range []link.Link{up, down} {
		if hop.Loss > 0 {
			delay += 3 * hop.Delay // a round trip and a half
		}
	}
	at := captured.Add(delay)
	if at.Before(now) {
		at = now
	}
	if !l.fresh && !l.paused {
		gap := at.Sub(l.played)
		l.watched += gap
		if gap-v.pace(now)+frameInterval > freeze {
			l.froze += gap - v.pace(now)
		}
	}
	l.played = at
}

// freeze is the time between pictures that counts as a freeze: what Chromium calls
// so at 30 a second (150 ms more than usual), and some jitter.
const freeze = 200 * time.Millisecond

// frozen returns which part of the time the picture stood.
func (l *viewLog) frozen() float64 {
	return l.froze.Seconds() / max(l.watched.Seconds(), 1)
}

// concealed returns how many packets of sound a viewer had to make up, and how
// many there were.
func (l *viewLog) concealed() (made, all int) {
	r := &l.viewer.sound
	frame := uint32(0)
	for seq := r.base; seq <= r.highest && r.came != nil; seq++ {
		all++
		if f, ok := l.frameOf[seq]; ok {
			frame = f
		} else if frame++; !l.heard[frame] {
			made++
		}
	}
	return made, all
}

func (l *viewLog) report(format string, args ...any) {
	l.found = append(l.found, fmt.Sprintf("at %v: ", l.viewer.plane.since())+fmt.Sprintf(format, args...))
}
