package watch

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/pion/rtcp"

	"github.com/atrium-rtc/atrium/sfu/packet"
)

// TestJitterIsThatOfTheRFC: a packet 80 units, 10 ms, late and the next in time
// differ by 80 from what was before, each; J += (|D| - J)/16.
func TestJitterIsThatOfTheRFC(t *testing.T) {
	r := reception{clockRate: 8000}
	r.received(firstCycle+1, 0, begin)
	r.received(firstCycle+2, 160, begin.Add(20*ms))
	r.received(firstCycle+3, 320, begin.Add(50*ms)) // 80/16 = 5
	r.received(firstCycle+4, 480, begin.Add(60*ms)) // 5 + 75/16 = 9.6875
	if r.jitter != 9.6875 {
		t.Errorf("jitter %v, want 9.6875", r.jitter)
	}
}

func TestReportCountsCyclesAndDuplicates(t *testing.T) {
	r := reception{clockRate: 8000}
	for _, seq := range []uint64{65534, 65535, 65536, 65538, 65538, 65538} { // the last three are one packet
		r.received(firstCycle+packet.ExtSeq(seq), uint32(seq), begin)
	}
	want := rtcp.ReceptionReport{SSRC: 9, LastSequenceNumber: 1<<16 + 2}
	if diff := cmp.Diff(want, r.report(9, begin)); diff != "" {
		t.Errorf("more came than was due (-want +got):\n%s", diff)
	}
	r.received(firstCycle+65538+8, 1, begin) // 7 of 8 are missing; two duplicates still count
	want = rtcp.ReceptionReport{SSRC: 9, LastSequenceNumber: 1<<16 + 10, FractionLost: 7 * 256 / 8, TotalLost: 6}
	got := r.report(9, begin)
	got.Jitter = 0
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	r.sender(0x1122334455667788, begin)
	got = r.report(9, begin.Add(1500*ms))
	if got.FractionLost != 0 || got.LastSenderReport != 0x33445566 || got.Delay != 65536*3/2 {
		t.Errorf("%+v", got)
	}
}

func TestLossBeyondTheFieldIsClamped(t *testing.T) {
	r := reception{clockRate: 8000}
	r.received(firstCycle, 0, begin)
	r.received(firstCycle+1<<30, 0, begin.Add(time.Hour))
	if got := r.report(1, begin); got.TotalLost != 1<<23-1 || got.FractionLost != 255 {
		t.Errorf("%+v", got)
	}
}
