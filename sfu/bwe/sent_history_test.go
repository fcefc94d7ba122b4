package bwe

import (
	"math/rand/v2"
	"testing"
	"time"
	"unsafe"
)

// historyStart is when the tests begin to send.
var historyStart = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

func TestSentPacketTakes16Octets(t *testing.T) {
	if size := unsafe.Sizeof(sentPacket{}); size != 16 {
		t.Errorf("%d octets, want 16", size)
	}
}

func TestHistoryTellsOnceOfEachFate(t *testing.T) {
	type step struct {
		received, late, ok bool
	}
	for name, steps := range map[string][]step{
		"received":                         {{true, false, true}, {true, false, false}, {false, false, false}},
		"lost":                             {{false, false, true}, {false, false, false}},
		"lost, then received":              {{false, false, true}, {true, true, true}, {true, false, false}},
		"received, then lost in a reorder": {{true, false, true}, {false, false, false}, {true, false, false}},
	} {
		var h sentHistory
		h.sent(65535, ClassVideo, 1200, 7, historyStart)
		h.sent(0, ClassAudio, 100, 0, historyStart.Add(time.Millisecond))
		for i, s := range steps {
			r, class, late, ok := h.acknowledge(65535, s.received, time.Second)
			if ok != s.ok || late != s.late {
				t.Errorf("%s, step %d: ok %v, late %v, want %v and %v", name, i, ok, late, s.ok, s.late)
			}
			want := Result{Sent: historyStart, Size: 1200, Probe: 7, Received: s.received}
			if s.received {
				want.Arrived = time.Second
			}
			if ok && (r != want || class != ClassVideo) {
				t.Errorf("%s, step %d: %+v of class %d, want %+v", name, i, r, class, want)
			}
		}
	}
}

func TestHistoryKnowsNothingOfNumbersNotSent(t *testing.T) {
	var h sentHistory
	for _, seq := range []uint16{0, 1, 65535} {
		if _, _, _, ok := h.acknowledge(seq, true, 0); ok {
			t.Errorf("%d is known before anything was sent", seq)
		}
	}
	h.sent(10, ClassVideo, 1000, 0, historyStart)
	h.sent(13, ClassVideo, 1000, 0, historyStart)
	h.sent(12, ClassVideo, 1000, 0, historyStart) // does not ascend
	for _, seq := range []uint16{9, 11, 12, 14, 10 + 1<<15, 1<<16 + 13 - 256} {
		if _, _, _, ok := h.acknowledge(seq, true, 0); ok {
			t.Errorf("%d is known", seq)
		}
	}
}

// TestHistoryForgetsALeftOutNumberOfTheCycleBefore: the place of a number holds a
// packet of 65536 numbers ago, if nothing was written there since.
func TestHistoryForgetsALeftOutNumberOfTheCycleBefore(t *testing.T) {
	var h sentHistory
	now := historyStart
	for i := range 1 << 16 {
		if seq := uint16(i); seq%firstSentHistory != 5 || i == 5 {
			h.sent(seq, ClassVideo, 1000, 0, now)
		}
		now = now.Add(10 * time.Millisecond)
	}
	for i := range 8 {
		h.sent(uint16(i)&^1, ClassVideo, 1000, 0, now)
	}
	if len(h.ring) != firstSentHistory {
		t.Fatalf("the history has grown to %d", len(h.ring))
	}
	if _, _, _, ok := h.acknowledge(5, true, 0); ok {
		t.Error("5 is known, which was left out")
	}
}

func TestHistoryGrowsWithTheRateOfPackets(t *testing.T) {
	for _, c := range []struct{ perSecond, want int }{
		{50, 256}, {120, 256}, {200, 512}, {1000, 2048}, {8000, 16384}, {50_000, 16384},
	} {
		var h sentHistory
		for i := range 5 * c.perSecond {
			now := historyStart.Add(time.Duration(i) * time.Second / time.Duration(c.perSecond))
			h.sent(uint16(i), ClassVideo, 1000, 0, now)
		}
		if len(h.ring) != c.want {
			t.Errorf("%d packets a second: room for %d, want %d", c.perSecond, len(h.ring), c.want)
		}
	}
}

// modelPacket is a packet of the model that TestHistoryIsThatOfAModel compares with.
type modelPacket struct {
	at             time.Time
	class          Class
	size           int
	probe          ProbeID
	lost, received bool
}

// TestHistoryIsThatOfAModel sends with gaps, at rates that change, and reports
// anything in any order, through several cycles of the numbers.
func TestHistoryIsThatOfAModel(t *testing.T) {
	for seed := range uint64(8) {
		random := rand.New(rand.NewPCG(seed, 1))
		var h sentHistory
		model := make(map[int]*modelPacket) // by number without wrapping
		now, newest := historyStart, random.IntN(1<<16)
		for range 4000 {
			pace := time.Duration(random.IntN(20_000)) * time.Microsecond
			for range random.IntN(100) {
				newest += 1 + random.IntN(2)*random.IntN(3)
				now = now.Add(pace)
				p := &modelPacket{
					at: now, class: Class(random.IntN(int(classes))), size: random.IntN(1500),
					probe: ProbeID(random.IntN(1 << 16)),
				}
				model[newest] = p
				h.sent(uint16(newest), p.class, p.size, p.probe, now)
			}
			for range random.IntN(100) {
				number := newest + 20 - random.IntN(2*firstSentHistory)
				acknowledgeBoth(t, &h, model, number, newest, now, random.IntN(3) > 0)
			}
		}
	}
}

// acknowledgeBoth reports a packet to the history and its model. The history may
// have forgotten what is older than sentLifetime.
func acknowledgeBoth(
	t *testing.T, h *sentHistory, model map[int]*modelPacket, number, newest int, now time.Time, received bool,
) {
	t.Helper()
	r, class, late, ok := h.acknowledge(uint16(number), received, time.Duration(number))
	p := model[number]
	if p == nil || number > newest {
		if ok {
			t.Fatalf("%d was not sent, and is known", number)
		}
		return
	}
	forgettable := now.Sub(p.at) >= sentLifetime || newest-number >= maxSentHistory
	news := !p.received && (received || !p.lost)
	if ok != news && (ok || !forgettable) {
		t.Fatalf("%d: ok %v, want %v", number, ok, news)
	}
	if !ok {
		return
	}
	want := Result{Sent: p.at, Size: p.size, Probe: p.probe, Received: received}
	if received {
		want.Arrived = time.Duration(number)
	}
	if r != want || class != p.class || late != (received && p.lost) {
		t.Fatalf("%d: %+v of class %d, late %v, want %+v", number, r, class, late, want)
	}
	p.lost, p.received = p.lost || !received, received
}

func TestHistorySurvivesALongSilence(t *testing.T) {
	var h sentHistory
	h.sent(1, ClassVideo, 1000, 0, historyStart)
	later := historyStart.Add(30 * 24 * time.Hour)
	h.sent(2, ClassVideo, 1000, 0, later)
	for seq, want := range map[uint16]time.Time{1: historyStart, 2: later} {
		if r, _, _, ok := h.acknowledge(seq, true, 0); !ok || !r.Sent.Equal(want) {
			t.Errorf("%d was sent at %v (known: %v), want %v", seq, r.Sent, ok, want)
		}
	}
}

func TestHistoryDoesNotAllocate(t *testing.T) {
	var h sentHistory
	seq, now := uint16(0), historyStart
	send := func() {
		h.sent(seq, ClassVideo, 1200, 0, now)
		seq++
		now = now.Add(time.Millisecond)
	}
	for range 3000 {
		send()
	}
	known := 0
	if allocs := testing.AllocsPerRun(10_000, func() {
		send()
		if _, _, _, ok := h.acknowledge(seq-50, true, 0); ok {
			known++
		}
	}); allocs != 0 {
		t.Errorf("%v allocations", allocs)
	}
	if known < 10_000 {
		t.Errorf("only %d of 10000 are known", known)
	}
}

func BenchmarkSentHistorySent(b *testing.B) {
	var h sentHistory
	seq, now := uint16(0), historyStart
	b.ReportAllocs()
	for b.Loop() {
		h.sent(seq, ClassVideo, 1200, 0, now)
		seq++
		now = now.Add(time.Millisecond)
	}
}

func BenchmarkSentHistorySentAndAcknowledged(b *testing.B) {
	var h sentHistory
	seq, now := uint16(0), historyStart
	b.ReportAllocs()
	for b.Loop() {
		h.sent(seq, ClassVideo, 1200, 0, now)
		h.acknowledge(seq-50, true, 0)
		seq++
		now = now.Add(time.Millisecond)
	}
}
