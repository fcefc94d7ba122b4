package sfu

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/pion/rtcp"
)

// asked is what a browser that only receives sends: its own time.
func asked(t *testing.T, from uint32, ntp uint64) []byte {
	t.Helper()
	b, err := (&rtcp.ExtendedReport{SenderSSRC: from, Reports: []rtcp.ReportBlock{
		&rtcp.ReceiverReferenceTimeReportBlock{NTPTimestamp: ntp},
	}}).Marshal()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestReceiversTimeIsSentBackOnceFromEachSource(t *testing.T) {
	audio, video := &sender{}, &sender{}
	audio.ssrc.Store(11)
	video.ssrc.Store(22)
	var e timeEcho
	got := e.answer(senders{audio, video}, asked(t, 7, 0x0000aaaabbbb0000))
	var want []rtcp.Packet
	for _, ssrc := range []uint32{11, 22} {
		want = append(want, &rtcp.ExtendedReport{SenderSSRC: ssrc, Reports: []rtcp.ReportBlock{
			&rtcp.DLRRReportBlock{Reports: []rtcp.DLRRReport{{SSRC: 7, LastRR: 0xaaaabbbb}}},
		}})
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("answers (-want +got):\n%s", diff)
	}
	if again := e.answer(senders{audio, video}, asked(t, 7, 0x0000aaaabbbb0000)); again != nil {
		t.Errorf("the same time was sent back twice: %v", again)
	}
	if later := e.answer(senders{audio, video}, asked(t, 7, 0x0001aaaabbbb0000)); len(later) != 2 {
		t.Errorf("%d answers to a later time, want 2", len(later))
	}
}

func TestWhatIsNoReferenceTimeIsNotAnswered(t *testing.T) {
	var e timeEcho
	for _, b := range [][]byte{nil, {0x80}, {0x80, 207}, {0x80, 207, 0, 1, 0, 0, 0, 1}, {0x80, 201, 0, 1, 0, 0, 0, 1}} {
		if got := e.answer(senders{{}}, b); got != nil {
			t.Errorf("%x is answered with %v", b, got)
		}
	}
}

// FuzzReferenceTime takes any octets for an extended report: nothing panics, and
// there is at most one answer from each source for each time.
func FuzzReferenceTime(f *testing.F) {
	b, err := (&rtcp.ExtendedReport{SenderSSRC: 7, Reports: []rtcp.ReportBlock{
		&rtcp.ReceiverReferenceTimeReportBlock{NTPTimestamp: 99},
		&rtcp.DLRRReportBlock{Reports: []rtcp.DLRRReport{{SSRC: 1}}},
	}}).Marshal()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(b)
	f.Fuzz(func(t *testing.T, b []byte) {
		var e timeEcho
		first := e.answer(senders{&sender{}}, b)
		if again := e.answer(senders{&sender{}}, b); len(first) == 1 && len(again) != 0 {
			t.Errorf("answered twice: %v", again)
		}
	})
}
