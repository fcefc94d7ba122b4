package sfu_test

import (
	"encoding/binary"
	"fmt"
	"os"
	"time"

	"github.com/pion/rtp"

	"github.com/atrium-rtc/atrium/internal/rtptest"
)

// simTrace names the environment variable that shows what happens around a viewer:
// its name, and from which to which second, as in "fickle 41 42.5". To be used with
// one scenario, format and seed.
const simTrace = "ATRIUM_SIM_TRACE"

// trace prints what comes from the publisher, what one viewer asks for and what it
// is sent. Nil prints nothing.
type trace struct {
	plane    *plane
	viewer   string
	from, to float64 // seconds
}

func newTrace(p *plane) *trace {
	t := &trace{plane: p}
	if n, _ := fmt.Sscan(os.Getenv(simTrace), &t.viewer, &t.from, &t.to); n != 3 {
		return nil
	}
	return t
}

func (t *trace) on(viewer string) bool {
	if t == nil || viewer != "" && viewer != t.viewer {
		return false
	}
	at := t.plane.since().Seconds()
	return at >= t.from && at <= t.to
}

// arrived prints a packet of video from the publisher.
func (t *trace) arrived(b []byte) {
	var p rtp.Packet
	if !t.on("") || p.Unmarshal(b) != nil || p.PayloadType != upVideo && p.PayloadType != upVideoRTX {
		return
	}
	what, number := "in ", p.SequenceNumber
	if p.PayloadType == upVideoRTX && len(p.Payload) > 2 {
		what, number = "rtx", binary.BigEndian.Uint16(p.Payload)
	}
	stamp, _ := rtptest.ReadStamp(p.Payload)
	t.print("publisher", what, number, p.Timestamp, p.Marker, stamp)
}

// sent prints a packet of video to the viewer.
func (t *trace) sent(v *planeViewer, o *outgoing) {
	if !t.on(v.name) || o.kind != 'v' && o.kind != 'r' {
		return
	}
	what := map[byte]string{'v': "out", 'r': "rtx"}[o.kind]
	stamp, _ := rtptest.ReadStamp(o.b)
	t.print(v.name, what, o.header.SequenceNumber, o.header.Timestamp, o.header.Marker, stamp)
}

func (t *trace) print(who, what string, number uint16, timestamp uint32, marker bool, stamp rtptest.Stamp) {
	fmt.Printf("%10v %-9s %s %5d %10d marker %-5v %+v\n",
		t.plane.since().Truncate(time.Microsecond), who, what, number, timestamp, marker, stamp)
}

// asked prints what the viewer prefers.
func (t *trace) asked(v *planeViewer) {
	if t.on(v.name) {
		fmt.Printf("%10v %-9s prefers spatial %d, temporal %d\n", t.plane.since(), v.name, v.spatial, v.temporal)
	}
}
