package rtptest_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/pion/rtp"

	"github.com/atrium-rtc/atrium/internal/rtptest"
)

// mutation is one thing that goes wrong on the way, and what the checker is to
// say of it. Without a text it is to say nothing.
type mutation struct {
	name   string
	damage func([]*rtp.Packet) []*rtp.Packet
	want   string
}

// runMutations breaks a good stream in one way at a time and expects the checker
// to find each, and that only.
func runMutations(t *testing.T, good func() []*rtp.Packet, newChecker func() *rtptest.Conformance, mutations []mutation) {
	t.Helper()
	whole := mutation{name: "nothing", damage: func(p []*rtp.Packet) []*rtp.Packet { return p }}
	for _, m := range append([]mutation{whole}, mutations...) {
		t.Run(m.name, func(t *testing.T) {
			checker := newChecker()
			for _, p := range m.damage(good()) {
				checker.Packet(p)
			}
			found := checker.Violations()
			switch {
			case m.want == "" && found != nil:
				t.Errorf("found %q", found)
			case m.want != "" && (len(found) != 1 || !strings.Contains(found[0], m.want)):
				t.Errorf("found %q, want %q", found, m.want)
			}
		})
	}
}

// renumber gives packets the numbers that a server would, so that none is
// missing.
func renumber(packets []*rtp.Packet) []*rtp.Packet {
	for i, p := range packets {
		p.SequenceNumber = packets[0].SequenceNumber + uint16(i)
	}
	return packets
}

// forward is what a server does that passes on some frames: it takes out the
// others, numbers the packets and ends each picture with a marker.
func forward(packets []*rtp.Packet, wanted func(rtptest.Stamp) bool) []*rtp.Packet {
	packets = slices.DeleteFunc(slices.Clone(packets), func(p *rtp.Packet) bool {
		stamp, _ := rtptest.ReadStamp(p.Payload)
		return !wanted(stamp)
	})
	for i, p := range packets {
		p.Marker = i == len(packets)-1 || packets[i+1].Timestamp != p.Timestamp
	}
	return renumber(packets)
}
