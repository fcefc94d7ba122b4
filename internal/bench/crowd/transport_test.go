package crowd

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/pion/rtcp"
	"pgregory.net/rapid"
)

// report is what Pion reads in a message: when which numbers arrived, in units
// of 250 us, and -1 for those that did not.
func report(t rapid.TB, b []byte) (base uint16, arrivals []int64, message uint8) {
	t.Helper()
	packets, err := rtcp.Unmarshal(b)
	if err != nil {
		t.Fatalf("%v\n%x", err, b)
	}
	if len(packets) != 1 {
		t.Fatalf("%d messages", len(packets))
	}
	cc, ok := packets[0].(*rtcp.TransportLayerCC)
	if !ok {
		t.Fatalf("a %T", packets[0])
	}
	at := int64(cc.ReferenceTime) * referenceUnit / deltaUnit
	deltas := cc.RecvDeltas
	add := func(symbol uint16) {
		if len(arrivals) == int(cc.PacketStatusCount) {
			return
		}
		if symbol == rtcp.TypeTCCPacketNotReceived {
			arrivals = append(arrivals, -1)
			return
		}
		at += deltas[0].Delta / deltaUnit
		arrivals, deltas = append(arrivals, at), deltas[1:]
	}
	for _, chunk := range cc.PacketChunks {
		switch c := chunk.(type) {
		case *rtcp.RunLengthChunk:
			for range c.RunLength {
				add(c.PacketStatusSymbol)
			}
		case *rtcp.StatusVectorChunk:
			for _, symbol := range c.SymbolList {
				add(symbol)
			}
		}
	}
	if len(deltas) > 0 {
		t.Fatalf("%d deltas are left", len(deltas))
	}
	return cc.BaseSequenceNumber, arrivals, cc.FbPktCount
}

func TestTransportFeedback(t *testing.T) {
	l := &transportLog{}
	if b := l.appendMessage(nil, 9); b != nil {
		t.Errorf("%x of nothing", b)
	}
	for i, at := range []int64{1_000_000, 1_000_500, 1_030_000} {
		l.record(uint16(65534+i), at)
	}
	base, arrivals, n := report(t, l.appendMessage(nil, 9))
	if diff := cmp.Diff([]int64{4000, 4002, 4120}, arrivals); diff != "" || base != 65534 || n != 0 {
		t.Errorf("base %d, message %d (-want +got):\n%s", base, n, diff)
	}
	l.record(65535, 1_040_000) // was reported
	l.record(4, 1_200_000)     // after a gap, and late enough for a large delta
	l.record(2, 1_200_250)     // out of order
	base, arrivals, n = report(t, l.appendMessage(nil, 9))
	if diff := cmp.Diff([]int64{-1, 4801, -1, 4800}, arrivals); diff != "" || base != 1 || n != 1 {
		t.Errorf("base %d, message %d (-want +got):\n%s", base, n, diff)
	}
	if b := l.appendMessage(nil, 9); b != nil {
		t.Errorf("%x of nothing new", b)
	}
	if l.record(5+heldArrivals, 1) {
		t.Error("there is no room for that")
	}
	if !l.record(4+heldArrivals, 1_300_000) {
		t.Error("there is room for that")
	}
}

func TestTransportFeedbackSaysWhatArrived(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l := &transportLog{}
		next, at := rapid.Uint16().Draw(t, "first"), int64(1_000_000)
		l.record(next, at)
		base, want := next, []int64{at / deltaUnit}
		for range rapid.IntRange(0, 60).Draw(t, "packets") {
			at += rapid.Int64Range(0, 200_000).Draw(t, "later")
			for range rapid.IntRange(0, 1).Draw(t, "lost") {
				next++
				want = append(want, -1)
			}
			next++
			if !l.record(next, at) {
				t.Fatal("no room")
			}
			want = append(want, at/deltaUnit)
		}
		gotBase, got, _ := report(t, l.appendMessage(nil, 9))
		if diff := cmp.Diff(want, got); diff != "" || gotBase != base {
			t.Fatalf("base %d, want %d (-want +got):\n%s", gotBase, base, diff)
		}
	})
}

func TestTransportFeedbackAllocatesNothing(t *testing.T) {
	l, buffer, number, at := &transportLog{}, make([]byte, 0, 512), uint16(0), int64(1)
	if n := testing.AllocsPerRun(1000, func() {
		for range 17 {
			number++
			at += 6000
			l.record(number, at)
		}
		buffer = l.appendMessage(buffer[:0], 9)
	}); n != 0 {
		t.Errorf("%v allocations for a message", n)
	}
}

// BenchmarkTransportFeedback is 100 ms of the main load.
func BenchmarkTransportFeedback(b *testing.B) {
	l, buffer, number, at := &transportLog{}, make([]byte, 0, 512), uint16(0), int64(1)
	b.ReportAllocs()
	for b.Loop() {
		for range 17 {
			number++
			at += 6000
			l.record(number, at)
		}
		buffer = l.appendMessage(buffer[:0], 9)
	}
}
