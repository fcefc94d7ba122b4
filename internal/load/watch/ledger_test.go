package watch

import (
	"testing"
	"time"

	"github.com/atrium-rtc/atrium/sfu/packet"
)

// takes adds packets that must all be judged alike.
func (l *ledger) takes(t *testing.T, want verdict, seqs ...packet.ExtSeq) {
	t.Helper()
	for _, seq := range seqs {
		if got := l.add(seq); got != want {
			t.Errorf("packet %d: %v, want %v", seq, got, want)
		}
	}
}

func TestPacketsBeforeTheFirstCountIfTheyComeSoon(t *testing.T) {
	var l ledger
	l.takes(t, fresh, 105, 103)
	if l.pending() != 1 {
		t.Errorf("%d pending, want 104", l.pending())
	}
	l.tick(begin)
	l.tick(begin.Add(repairWindow))
	if l.lost != 1 || l.pending() != 0 {
		t.Errorf("%d lost", l.lost)
	}
	l.takes(t, tooLate, 104, 102)
	l.takes(t, duplicate, 103, 105)
}

func TestPacketIsLostARepairWindowAfterTheGap(t *testing.T) {
	var l ledger
	l.takes(t, fresh, 100)
	for i := range 5 {
		l.tick(begin.Add(time.Duration(i) * markInterval))
	}
	l.takes(t, fresh, 102) // seen before the mark at 500 ms
	for i := 5; i < 15; i++ {
		l.tick(begin.Add(time.Duration(i) * markInterval))
	}
	if l.lost != 0 || l.pending() != 1 {
		t.Errorf("%d lost and %d pending, 900 ms after the gap", l.lost, l.pending())
	}
	l.tick(begin.Add(15 * markInterval))
	if l.lost != 1 || l.pending() != 0 {
		t.Errorf("%d lost and %d pending, a second after the gap", l.lost, l.pending())
	}
}

func TestTicksMayComeRarely(t *testing.T) {
	var l ledger
	l.tick(begin) // before any packet
	for i := range packet.ExtSeq(100) {
		if i%10 != 5 {
			l.takes(t, fresh, 1000+i)
		}
		l.tick(begin.Add(time.Duration(i) * 700 * ms))
	}
	if l.lost != 10 { // the last at 95, 2.8 s ago
		t.Errorf("%d lost, want 10", l.lost)
	}
}

func TestWhatLeavesTheMemoryIsDecided(t *testing.T) {
	var l ledger
	usable, not := 0, 0
	l.decided = func(ok bool) {
		if ok {
			usable++
		} else {
			not++
		}
	}
	l.takes(t, fresh, 10_000, 10_001, 10_003)
	l.noteUnusable(10_003)
	l.noteAsked(10_002)
	l.takes(t, fresh, 10_003+3*ledgerSize) // the same places
	// Decided are the four, and those missing behind them up to the memory's end.
	if want := uint64(1 + 2*ledgerSize); l.lost != want || usable != 2 || not != int(want)+1 {
		t.Errorf("%d lost, %d usable, %d not; want %d, 2 and one more than are lost", l.lost, usable, not, want)
	}
	if n, bit := l.at(10_003 + 3*ledgerSize); l.wasAsked(10_002+3*ledgerSize) || n.unusable&bit != 0 {
		t.Error("what was noted of a packet is noted of the one in its place")
	}
	l.takes(t, tooLate, 10_003+2*ledgerSize, 10_002)
	l.takes(t, fresh, 10_004+2*ledgerSize)
}

func TestClosingDecidesEverything(t *testing.T) {
	var l ledger
	l.close()
	l.takes(t, fresh, 100, 105)
	l.close()
	l.close()
	if l.lost != 4 || l.pending() != 0 {
		t.Errorf("%d lost, %d pending", l.lost, l.pending())
	}
}
