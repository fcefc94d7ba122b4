package bwe

import (
	"encoding/binary"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// sentAll is a history of the numbers up to newest.
func sentAll(newest uint16) *sentHistory {
	h := new(sentHistory)
	for i := range firstSentHistory {
		at := historyStart.Add(time.Duration(i) * 10 * time.Millisecond)
		h.sent(newest-firstSentHistory+1+uint16(i), ClassVideo, 1000, 0, at)
	}
	return h
}

// FuzzTransportFeedback reads any octets as transport-wide feedback: what is
// accepted is what Pion reads, and it tells each packet's fate once however often it
// comes; what is refused has no effect.
func FuzzTransportFeedback(f *testing.F) {
	f.Add([]byte{})
	f.Add(hundredPackets())
	f.Add(transportFeedback(65530, 20, 1<<24-1, 255, []uint16{0b11_01_10_00_10_01_00_00, 0x7fff}, 1, 2, 3, 4, 5, 6, 7, 8, 9))
	f.Add(transportFeedback(0, 1<<15, 0, 0, slices.Repeat([]uint16{0x1fff}, 5)))
	f.Fuzz(func(t *testing.T, b []byte) {
		var clock arrivalClock
		if _, err := readTransport(transportFeedback(1, 1, 1<<23, 9, []uint16{1}), &clock); err != nil {
			t.Fatal(err)
		}
		before := clock
		all, err := readTransport(b, &clock)
		if err != nil {
			if clock != before || len(all) > 0 {
				t.Fatalf("error %v, and an effect", err)
			}
			return
		}
		checkTransport(t, b, all)
		if again, err := readTransport(b, &clock); err != nil || !slices.Equal(all, again) {
			t.Fatalf("read again, it says something else (error %v)", err)
		}
		h := sentAll(binary.BigEndian.Uint16(b[12:]) + 100)
		for range 2 {
			told := 0
			for _, r := range all {
				if _, _, _, ok := h.acknowledge(r.seq, r.received, r.arrived); ok {
					told++
				}
			}
			if told > firstSentHistory {
				t.Fatalf("%d packets told of %d", told, firstSentHistory)
			}
		}
		for _, r := range all {
			if _, _, _, ok := h.acknowledge(r.seq, r.received, r.arrived); ok {
				t.Fatalf("packet %d is told again", r.seq)
			}
		}
	})
}

// checkTransport holds what was read by a clock that stood at 2^23 against the
// message.
func checkTransport(t *testing.T, b []byte, all []reported) {
	t.Helper()
	base, count := binary.BigEndian.Uint16(b[12:]), int(binary.BigEndian.Uint16(b[14:]))
	if len(all) != count {
		t.Fatalf("%d packets, want %d", len(all), count)
	}
	at := time.Duration(binary.BigEndian.Uint32(b[16:])>>8) * referenceUnit
	for i, r := range all {
		if r.seq != base+uint16(i) {
			t.Fatalf("packet %d has number %d", i, r.seq)
		}
		if off := r.arrived - at; r.received && off.Abs() > time.Duration(i+1)*(1<<15)*deltaUnit {
			t.Fatalf("packet %d arrived %v after the reference time", i, off)
		}
	}
	if want, err := pionTransport(b); err == nil && !slices.Equal(want, all) {
		t.Fatalf("reported (-Pion +got):\n%s", cmp.Diff(want, all, cmp.AllowUnexported(reported{})))
	}
}

// FuzzCongestionFeedback does the same with RFC 8888.
func FuzzCongestionFeedback(f *testing.F) {
	f.Add([]byte{})
	f.Add(hundredMetrics())
	f.Add(congestionFeedback(1<<32-1, 1, 65530, 0x8000, 0xffff, 0xfffe, 0x7fff, 0xa001, 0, 1))
	f.Add(congestionFeedback(0, 1, 0))
	f.Fuzz(func(t *testing.T, b []byte) {
		var clock reportClock
		if _, err := readCongestion(congestionFeedback(1<<31, 1, 1), &clock); err != nil {
			t.Fatal(err)
		}
		before := clock
		all, err := readCongestion(b, &clock)
		if err != nil {
			if clock != before || len(all) > 0 {
				t.Fatalf("error %v, and an effect", err)
			}
			return
		}
		if len(all) > len(b)/metricSize {
			t.Fatalf("%d packets in %d octets", len(all), len(b))
		}
		made := reportTime(clock.ticks)
		for _, m := range all {
			if before := made - m.arrived; m.received && (before < 0 || before > 8*time.Second) {
				t.Fatalf("packet %d of %d arrived %v before the report", m.seq, m.ssrc, before)
			}
		}
		if again, err := readCongestion(b, &clock); err != nil || !slices.Equal(all, again) {
			t.Fatalf("read again, it says something else (error %v)", err)
		}
		size := 4 + 4*int(binary.BigEndian.Uint16(b[2:]))
		if want, err := pionCongestion(b[:size]); err == nil && b[0]&0x20 == 0 && !slices.Equal(want, all) {
			t.Fatalf("reported (-Pion +got):\n%s", cmp.Diff(want, all, cmp.AllowUnexported(metric{})))
		}
	})
}
