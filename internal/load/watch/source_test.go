package watch

import (
	"slices"
	"testing"
	"time"

	"github.com/atrium-rtc/atrium/internal/load/stamp"
	"github.com/atrium-rtc/atrium/sfu/packet"
)

// TestNumbersThatCannotBeOfTheSequence: the highest is 10,000, at timestamp
// 900,000, a minute ago.
func TestNumbersThatCannotBeOfTheSequence(t *testing.T) {
	const second = 90000
	tests := []struct {
		name      string
		number    uint16
		timestamp uint32
		want      bool
	}{
		{"the next", 10_001, 900_000 + second, true},
		{"far ahead, as far as a burst may be lost", 13_000, 900_000 + second, true},
		{"farther, with a clock that is not ours", 13_001, 900_000 + second, false},
		{"farther, after an outage", 13_001, 900_000 + 58*second, true},
		{"as old as is remembered", 10_000 - ledgerSize + 1, 900_000 - second, true},
		{"older", 10_000 - ledgerSize, 900_000 - second, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := source{clockRate: second}
			s.place(&arrival{number: 10_000, timestamp: 900_000, now: begin})
			a := arrival{number: tt.number, timestamp: tt.timestamp, now: begin.Add(time.Minute)}
			if got := s.place(&a); got != tt.want {
				t.Errorf("placed: %v", got)
			}
			if tt.want && a.seq != firstCycle+packet.ExtSeq(tt.number) {
				t.Errorf("placed at %d", a.seq)
			}
		})
	}
}

// TestSequencesOfTwoSourcesAreNotCompared: that their numbers adjoin is chance.
func TestSequencesOfTwoSourcesAreNotCompared(t *testing.T) {
	s := newSound(48000)
	for i := range uint32(2) {
		s.restart()
		s.received(&arrival{seq: packet.ExtSeq(10 + i), now: begin, stamped: true, stamp: stamp.Stamp{Number: 9 * i}})
	}
	if s.gaps.count != 0 {
		t.Errorf("%d gaps", s.gaps.count)
	}
}

func TestASourceHasADetectorFromTheFirstGapOn(t *testing.T) {
	s := source{nack: true}
	var highest packet.ExtSeq
	for _, seq := range []packet.ExtSeq{70_000, 70_001, 70_000, 69_999, 70_002} {
		s.detect(&arrival{seq: seq, now: begin}, highest)
		highest = max(highest, seq)
	}
	if s.detector != nil {
		t.Fatal("there is a detector though nothing is missing")
	}
	s.detect(&arrival{seq: 70_005, now: begin}, highest)
	if s.detector == nil {
		t.Fatal("no detector of the gap")
	}
	if due := s.detector.Due(nil, begin.Add(pollInterval), 0); !slices.Equal(due, []packet.ExtSeq{70_003, 70_004}) {
		t.Errorf("asks for %v", due)
	}
	unrepaired := source{}
	unrepaired.detect(&arrival{seq: 70_005, now: begin}, 70_000)
	if unrepaired.detector != nil {
		t.Error("there is a detector where the server repairs nothing")
	}
}
