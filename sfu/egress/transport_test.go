package egress

import (
	"testing"
	"time"

	"github.com/pion/rtcp"
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
