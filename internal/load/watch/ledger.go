package watch

import (
	"time"

	"github.com/atrium-rtc/atrium/sfu/packet"
)

const (
	// repairWindow is how long after the gap was seen a missing packet may still
	// come. It is nack.MaxAge, after which nobody asks for it any more.
	repairWindow = time.Second
	markInterval = 100 * time.Millisecond
	// ledgerSize is how many sequence numbers are remembered: at 2000 packets a
	// second, the repair window.
	ledgerSize = 2048
)

// verdict is what a ledger says of a packet.
type verdict uint8

const (
	fresh     verdict = iota
	duplicate         // came before
	tooLate           // was given up, or is older than anything remembered
)

// ledger remembers which packets of one source came, and decides which are
// lost: those missing a repair window after a newer one came. It is owned by one
// goroutine.
type ledger struct {
	// decided is called for each sequence number in ascending order, once, when
	// it is known whether its packet came in time to be used.
	decided func(usable bool)
	lost    uint64

	started        bool
	first, highest packet.ExtSeq
	settled        packet.ExtSeq          // all up to here are decided; less than first at the start
	notes          [ledgerSize / 64]notes // places by sequence number

	marks  [int(repairWindow/markInterval) + 2]mark // oldest first
	marked int
}

// notes are what is known of 64 packets, a bit for each. They stand together
// because a new packet touches all of them.
type notes struct {
	came     uint64
	asked    uint64 // a NACK was sent for it
	unusable uint64 // came, but too late to be heard
}

// mark is the highest sequence number at one moment.
type mark struct {
	at      time.Time
	highest packet.ExtSeq
}

// add records a packet.
func (l *ledger) add(seq packet.ExtSeq) verdict {
	switch {
	case !l.started:
		l.started, l.first, l.highest = true, seq, seq
	case seq > l.highest:
		l.advance(seq)
	case l.highest-seq >= ledgerSize:
		return tooLate
	case l.has(seq):
		return duplicate
	case seq <= l.settled:
		return tooLate
	}
	l.first = min(l.first, seq)
	n, bit := l.at(seq)
	n.came |= bit
	return fresh
}

// advance makes seq the highest, and decides and forgets what that pushes out.
func (l *ledger) advance(seq packet.ExtSeq) {
	if seq >= l.first+ledgerSize {
		l.settle(seq - ledgerSize)
	}
	from := l.highest + 1
	if seq-l.highest > ledgerSize {
		from = seq - ledgerSize + 1
	}
	for s := from; s <= seq; s++ {
		n, bit := l.at(s)
		n.came &^= bit
		n.asked &^= bit
		n.unusable &^= bit
	}
	l.highest = seq
}

// tick lets time pass: call it every markInterval or more often.
func (l *ledger) tick(now time.Time) {
	if !l.started {
		return
	}
	for l.marked > 0 && now.Sub(l.marks[0].at) >= repairWindow {
		l.settle(l.marks[0].highest)
		copy(l.marks[:], l.marks[1:l.marked])
		l.marked--
	}
	if l.marked == 0 || (l.marked < len(l.marks) && now.Sub(l.marks[l.marked-1].at) >= markInterval) {
		l.marks[l.marked] = mark{now, l.highest}
		l.marked++
	}
}

// close decides all that is open: no more packets will come.
func (l *ledger) close() {
	if l.started {
		l.settle(l.highest)
	}
}

// pending returns how many packets are missing that may still come.
func (l *ledger) pending() uint64 {
	if !l.started {
		return 0
	}
	var n uint64
	for s := max(l.settled+1, l.first); s <= l.highest; s++ {
		if !l.has(s) {
			n++
		}
	}
	return n
}

func (l *ledger) settle(until packet.ExtSeq) {
	for s := max(l.settled+1, l.first); s <= until; s++ {
		n, bit := l.at(s)
		came := s <= l.highest && n.came&bit != 0
		if !came {
			l.lost++
		}
		if l.decided != nil {
			l.decided(came && n.unusable&bit == 0)
		}
	}
	l.settled = max(l.settled, until)
}

// at returns the notes on a packet of the last ledgerSize, and its bit in them.
func (l *ledger) at(seq packet.ExtSeq) (of *notes, bit uint64) {
	return &l.notes[seq%ledgerSize/64], 1 << (seq % 64)
}

func (l *ledger) has(seq packet.ExtSeq) bool {
	n, bit := l.at(seq)
	return n.came&bit != 0
}

// noteAsked says that a NACK was sent for a packet.
func (l *ledger) noteAsked(seq packet.ExtSeq) {
	n, bit := l.at(seq)
	n.asked |= bit
}

func (l *ledger) wasAsked(seq packet.ExtSeq) bool {
	n, bit := l.at(seq)
	return n.asked&bit != 0
}

// noteUnusable says that a packet came too late to be heard.
func (l *ledger) noteUnusable(seq packet.ExtSeq) {
	n, bit := l.at(seq)
	n.unusable |= bit
}
