package egress

import (
	"testing"

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

func TestStatusOfEveryKindOfChunk(t *testing.T) {
	for _, tt := range []struct {
		name           string
		chunk          uint16
		left           int
		received, lost int
	}{
		{"a run that arrived", 1<<13 | 100, 200, 100, 0},
		{"a run that arrived late", 2<<13 | 100, 200, 100, 0},
		{"a run that did not", 100, 200, 0, 100},
		{"a reserved status", 3<<13 | 100, 200, 0, 100},
		{"a run longer than the message is about", 1<<13 | 8191, 3, 3, 0},
		{"a vector of one bit", 1<<15 | 0b10_1100_0000_0001, 100, 4, 10},
		{"its end means nothing", 1<<15 | 0b10_1100_0000_0001, 4, 3, 1},
		{"a vector of two bits", 0b11<<14 | 0b00_01_10_11_01_01_00, 100, 4, 3},
		{"its end neither", 0b11<<14 | 0b00_01_10_11_01_01_00, 3, 2, 1},
	} {
		arrived, size := statusOf(tt.chunk, tt.left)
		if arrived != tt.received || size-arrived != tt.lost {
			t.Errorf("%s: %d arrived and %d did not, want %d and %d", tt.name, arrived, size-arrived, tt.received, tt.lost)
		}
	}
}

func TestFeedbackThatIsCutShortIsReadAsFarAsItGoes(t *testing.T) {
	whole := transportFeedback(t, 7, 3)
	for n := range whole {
		received, lost := countStatus(whole[:n])
		want := uint64(0)
		if n >= statusChunks+2 {
			want = 7
		}
		if received != want || lost > 3 {
			t.Errorf("%d octets: %d arrived and %d did not", n, received, lost)
		}
	}
}

func TestReadingFeedbackDoesNotAllocate(t *testing.T) {
	b, sub := transportFeedback(t, 20, 1), &Subscriber{}
	if n := testing.AllocsPerRun(100, func() { sub.TransportFeedback(b) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

// FuzzTransportFeedback holds the count against Pion's reading of the same octets.
func FuzzTransportFeedback(f *testing.F) {
	f.Add(transportFeedback(f, 7, 3))
	f.Add(transportFeedback(f, 300, 0))
	f.Fuzz(func(t *testing.T, b []byte) {
		received, lost := countStatus(b)
		var cc rtcp.TransportLayerCC
		if cc.Unmarshal(b) != nil {
			return
		}
		if all := uint64(cc.PacketStatusCount); received+lost > all || received != uint64(len(cc.RecvDeltas)) {
			t.Errorf("%d arrived and %d did not, of %d with %d times", received, lost, all, len(cc.RecvDeltas))
		}
	})
}
