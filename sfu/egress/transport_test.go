package egress

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/pion/rtcp"

	"github.com/atrium-rtc/atrium/sfu/packet"
)

// transportFeedback is a message about packets of which the first arrived and the
// others did not.
func transportFeedback(tb testing.TB, received, lost uint16) []byte {
	tb.Helper()
	cc := &rtcp.TransportLayerCC{MediaSSRC: mediaSSRC, PacketStatusCount: received + lost}
	for _, run := range []struct{ symbol, length uint16 }{
		{rtcp.TypeTCCPacketReceivedSmallDelta, received}, {rtcp.TypeTCCPacketNotReceived, lost},
	} {
		if run.length > 0 {
			cc.PacketChunks = append(cc.PacketChunks, &rtcp.RunLengthChunk{PacketStatusSymbol: run.symbol, RunLength: run.length})
		}
	}
	for range received {
		cc.RecvDeltas = append(cc.RecvDeltas, &rtcp.RecvDelta{Type: rtcp.TypeTCCPacketReceivedSmallDelta, Delta: 250})
	}
	cc.Header = rtcp.Header{Count: rtcp.FormatTCC, Type: rtcp.TypeTransportSpecificFeedback, Length: uint16(cc.MarshalSize()/4 - 1)}
	b, err := cc.Marshal()
	if err != nil {
		tb.Fatal(err)
	}
	return b
}

func TestTakingFeedbackDoesNotAllocate(t *testing.T) {
	b := transportFeedback(t, 20, 1)
	s := newShard(0)
	sub := newSubscriber(s, "", &discard{}, func() {})
	now := time.Now()
	s.runBatch(now)
	if n := testing.AllocsPerRun(100, func() { sub.Feedback(b); s.readFeedback(now) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func TestFeedbackThatFloodsIsDropped(t *testing.T) {
	b := transportFeedback(t, 20, 1)
	s := newShard(0)
	loud, calm := newSubscriber(s, "", &discard{}, func() {}), newSubscriber(s, "", &discard{}, func() {})
	s.runBatch(time.Now())
	for range 10 * feedbackLimit {
		loud.Feedback(b)
	}
	calm.Feedback(b)
	if got, want := len(s.inbox.items), feedbackLimit+1; got != want {
		t.Errorf("%d messages wait, want %d", got, want)
	}
	if got, want := s.inbox.drops.Load(), uint64(9*feedbackLimit); got != want {
		t.Errorf("%d were dropped, want %d", got, want)
	}
	s.readFeedback(time.Now())
	loud.Feedback(b)
	if len(s.inbox.items) != 1 {
		t.Error("a subscriber who flooded once is not heard again")
	}
}

func TestFeedbackByRTPNumbersIsRead(t *testing.T) {
	bubble(t, func(t *testing.T, e *Engine, src *fakeSource) {
		w := &fakeWriter{}
		sub := e.NewSubscriber("", w)
		cfg := videoConfig(w)
		cfg.CongestionFeedback = true
		sub.Add(src, cfg)
		sub.Start()
		synctest.Wait()
		for i := range packet.ExtSeq(5) {
			src.push(i, 0, i == 0, 1000)
		}
		synctest.Wait()
		report := &rtcp.CCFeedbackReport{ReportBlocks: []rtcp.CCFeedbackReportBlock{{
			MediaSSRC: mediaSSRC, BeginSequence: cfg.FirstSequence,
			MetricBlocks: []rtcp.CCFeedbackMetricBlock{{Received: true, ArrivalTimeOffset: 90}, {}, {Received: true, ArrivalTimeOffset: 80}, {Received: true, ArrivalTimeOffset: 70}},
		}}, ReportTimestamp: 1 << 20}
		b, err := report.Marshal()
		if err != nil {
			t.Fatal(err)
		}
		sub.Feedback(b)
		sub.Feedback(b) // what is said again is no news
		time.Sleep(2 * calmInterval)
		if got := sub.Stats(); got.Received != 3 || got.Lost != 1 || got.Estimate == 0 {
			t.Errorf("%d received, %d lost, estimate %v; want 3, 1 and some", got.Received, got.Lost, got.Estimate)
		}
	})
}
