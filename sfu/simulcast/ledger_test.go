package simulcast_test

import (
	"cmp"
	"slices"
	"testing"
	"time"

	"github.com/atrium-rtc/atrium/sfu/packet"
	"github.com/atrium-rtc/atrium/sfu/simulcast"
)

// ledger notes what each packet of the publisher went out as, and judges the
// numbers of the stream, whatever was lost, late or doubled before the server.
type ledger struct {
	*testing.T
	unwrapper packet.Unwrapper
	entries   []entry
	byPacket  map[origin]entry
	byNumber  map[packet.ExtSeq]origin
	source    int           // counts switches
	newest    packet.ExtSeq // number of the publisher, of the source
	closed    packet.ExtSeq // numbers up to this one are from a pause or before
	open      packet.ExtSeq // above which numbers were not sent before that pause
}

// origin is a packet of the publisher. After other sources its encoding may begin
// again with what was there before.
type origin struct {
	source int
	layer  simulcast.Layer
	epoch  uint8
	seq    packet.ExtSeq
	fill   bool // sent empty in its place
}

// shown is what the packets of one picture have in common.
type shown struct {
	source int
	layer  simulcast.Layer
	epoch  uint8
	ts     uint32
}

type entry struct {
	origin
	shown
	seq     packet.ExtSeq
	out     simulcast.Output
	bits    uint8 // of the picture id
	first   bool  // of its source
	arrival time.Time
}

func newLedger(t *testing.T) *ledger {
	return &ledger{T: t, byPacket: map[origin]entry{}, byNumber: map[packet.ExtSeq]origin{}}
}

// note takes what became of a packet. switched says that a new source began.
func (l *ledger) note(p *packet.Packet, verdict simulcast.Verdict, switched bool, out simulcast.Output, sent bool, now time.Time) {
	begins := verdict == simulcast.Begin
	switch {
	case begins && !p.Keyframe:
		l.Errorf("%d of layer %d begins and is no keyframe", p.Seq, p.Layer)
	case switched && !sent:
		l.Errorf("%d of layer %d begins and does not go out", p.Seq, p.Layer)
	case switched:
		l.source++
		l.newest, l.open, l.closed = p.Seq, p.Seq, p.Seq
	case begins && p.Seq > l.newest:
		if !sent {
			l.Errorf("%d of layer %d ends a pause and does not go out", p.Seq, p.Layer)
		}
		l.open, l.closed = l.newest, p.Seq
	}
	if verdict != simulcast.Ignore {
		l.newest = max(l.newest, p.Seq)
	}
	if !sent {
		return
	}
	e := entry{
		origin: origin{source: l.source, layer: p.Layer, epoch: p.Epoch, seq: p.Seq, fill: verdict == simulcast.Leave},
		shown:  shown{source: l.source, layer: p.Layer, epoch: p.Epoch, ts: p.Timestamp},
		seq:    l.unwrapper.Unwrap(out.Seq), out: out, bits: p.PictureIDBits, first: switched, arrival: now,
	}
	if p.Seq > l.open && p.Seq < l.closed {
		l.Errorf("%d of layer %d, from a pause, goes out as %d", p.Seq, p.Layer, out.Seq)
	}
	if before, again := l.byPacket[e.origin]; again {
		if before.out != out {
			l.Errorf("%+v goes out as %+v and as %+v", e.origin, before.out, out)
		}
		return
	}
	if other, used := l.byNumber[e.seq]; used {
		l.Errorf("number %d is used for %+v and %+v", out.Seq, other, e.origin)
	}
	l.byPacket[e.origin], l.byNumber[e.seq] = e, e.origin
	l.entries = append(l.entries, e)
}

// judge walks what was sent in the order of its numbers.
func (l *ledger) judge() {
	slices.SortFunc(l.entries, func(a, b entry) int { return cmp.Compare(a.seq, b.seq) })
	seen := map[shown]entry{}
	var last entry // that was not empty
	for i, e := range l.entries {
		if i > 0 {
			l.judgeOrder(l.entries[i-1], e)
		}
		if e.fill {
			continue
		}
		if of, again := seen[e.shown]; again {
			if of.out.Timestamp != e.out.Timestamp || of.bits != 0 && of.out.PictureID != e.out.PictureID && e.bits != 16 {
				l.Errorf("packets of one picture go out as %+v and %+v", of.out, e.out)
			}
		} else if i > 0 && last.bits == e.bits && e.bits != 0 {
			l.judgePicture(last, e)
		}
		seen[e.shown], last = e, e
	}
}

// judgeOrder compares two neighbours.
func (l *ledger) judgeOrder(before, e entry) {
	switch ahead := int32(e.out.Timestamp - before.out.Timestamp); {
	case e.origin.source < before.origin.source:
		l.Errorf("%d of source %d stands behind %d of source %d", e.out.Seq, e.origin.source, before.out.Seq, before.origin.source)
	case e.origin.source > before.origin.source && !e.first:
		l.Errorf("source %d begins with %d, which was not its first packet", e.origin.source, e.out.Seq)
	case e.arrival.Sub(before.arrival).Abs() > 6*time.Hour: // about half a cycle
	case ahead < 0 || (ahead == 0) != (e.shown == before.shown):
		l.Errorf("%d has the timestamp %d behind %d of %d", e.out.Seq, e.out.Timestamp, before.out.Timestamp, before.out.Seq)
	}
}

// judgePicture compares two pictures.
func (l *ledger) judgePicture(before, e entry) {
	cycle := uint32(1) << e.bits
	if ahead := (uint32(e.out.PictureID) - uint32(before.out.PictureID)) % cycle; ahead == 0 || ahead >= cycle/2 {
		l.Errorf("%d has picture id %d behind %d", e.out.Seq, e.out.PictureID, before.out.PictureID)
	}
}
