package speaker_test

import (
	"sync"
	"testing"
	"time"
	"unsafe"

	"github.com/google/go-cmp/cmp"

	"github.com/atrium-rtc/atrium/sfu/speaker"
)

func TestSnapshotBeforeTheFirstPacketIsSilence(t *testing.T) {
	var m speaker.Meter
	if got := m.Snapshot(start); got != (speaker.Snapshot{Level: speaker.Silence}) {
		t.Errorf("%+v", got)
	}
}

func TestSnapshotAges(t *testing.T) {
	var m speaker.Meter
	last := time.Duration(0)
	for i := range 100 {
		last = time.Duration(i) * interval
		m.Add(level(-27), at(last))
	}
	heard := at(last).Local()
	tests := []struct {
		age  time.Duration
		want speaker.Snapshot
	}{
		{-5 * ms, speaker.Snapshot{Level: -27, Speaking: true, Immediate: 10, Medium: 5, Long: 10, Heard: heard.Add(-5 * ms)}},
		{0, speaker.Snapshot{Level: -27, Speaking: true, Immediate: 10, Medium: 5, Long: 10, Heard: heard}},
		{100 * ms, speaker.Snapshot{Level: -27, Speaking: true, Immediate: 10, Medium: 5, Long: 9, Heard: heard}},
		{250 * ms, speaker.Snapshot{Level: speaker.Silence, Speaking: true, Long: 8, Heard: heard}},
		{time.Second, speaker.Snapshot{Level: speaker.Silence, Speaking: true, Heard: heard}},
		{1001 * ms, speaker.Snapshot{Level: speaker.Silence, Heard: heard}},
		{24 * 365 * time.Hour, speaker.Snapshot{Level: speaker.Silence, Heard: heard}},
	}
	for _, tt := range tests {
		if diff := cmp.Diff(tt.want, m.Snapshot(at(last+tt.age))); diff != "" {
			t.Errorf("after %v (-want +got):\n%s", tt.age, diff)
		}
	}
}

// TestSnapshotSaysWhatTheLevelSays compares the packed word with what it was
// packed from.
func TestSnapshotSaysWhatTheLevelSays(t *testing.T) {
	var m speaker.Meter
	var l speaker.Level
	v := newVoice(5, -30)
	for i := range 3000 {
		now := at(time.Duration(i) * interval)
		s := v.next()
		if i/100%3 == 0 {
			s = level(quiet)
		}
		m.Add(s, now)
		l.Add(s, now)
		for _, age := range []time.Duration{0, 20 * ms, 150 * ms} {
			got := m.Snapshot(now.Add(age))
			if got.Level != l.At(now.Add(age)) || got.Speaking != l.Speaking(now.Add(age)) {
				t.Fatalf("packet %d and %v: %+v, level %d speaking %v", i, age, got, l.At(now), l.Speaking(now))
			}
		}
	}
}

func TestBlocksNeedSpeechInEveryFrame(t *testing.T) {
	var m speaker.Meter
	now := start
	add := func(n int, s speaker.Sample) {
		for range n {
			m.Add(s, now)
			now = now.Add(interval)
		}
	}
	add(50, level(quiet))
	add(25, level(-30))
	add(25, level(quiet))
	if got := m.Snapshot(now); got.Long != 5 || got.Medium != 0 {
		t.Errorf("after 25 frames of 50: %+v", got)
	}
	add(3, level(-30))
	if got := m.Snapshot(now); got.Medium != 3 || got.Immediate != 9 {
		t.Errorf("after three frames: %+v", got)
	}
}

func TestLongAndShortPacketsFillTheSameFrames(t *testing.T) {
	for _, d := range []time.Duration{5 * ms, 10 * ms, 20 * ms, 60 * ms} {
		var m speaker.Meter
		s := level(-30)
		s.Duration = d
		now := time.Duration(0)
		for ; now < 600*ms; now += d {
			m.Add(s, at(now))
		}
		if got := m.Snapshot(at(now)); got.Long != 6 {
			t.Errorf("packets of %v: %d blocks in 600 ms", d, got.Long)
		}
	}
}

func TestSilenceWithoutPacketsEndsBlocks(t *testing.T) {
	var m speaker.Meter
	now := time.Duration(0)
	for range 50 {
		m.Add(level(-30), at(now))
		now += interval
	}
	now += 480 * ms
	m.Add(level(-30), at(now))
	if got := m.Snapshot(at(now)); got.Long > 5 || got.Medium != 1 {
		t.Errorf("after half a second of DTX: %+v", got)
	}
}

func TestSnapshotMayBeTakenFromElsewhere(t *testing.T) {
	var m speaker.Meter
	var done sync.WaitGroup
	done.Go(func() {
		for i := range 1000 {
			m.Add(level(-30), at(time.Duration(i)*interval))
		}
	})
	for range 1000 {
		if got := m.Snapshot(start); got.Level != speaker.Silence && got.Level > -29 {
			t.Errorf("%+v", got)
		}
	}
	done.Wait()
}

func TestMeterIsSmallAndDoesNotAllocate(t *testing.T) {
	if size := unsafe.Sizeof(speaker.Meter{}); size > 256 {
		t.Errorf("%d octets", size)
	}
	var m speaker.Meter
	now := start
	v := newVoice(1, -30)
	if n := testing.AllocsPerRun(1000, func() {
		now = now.Add(interval)
		m.Add(v.next(), now)
		m.Snapshot(now)
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func benchmarkMeter(b *testing.B, next func(int) speaker.Sample) {
	var samples [256]speaker.Sample
	for i := range samples {
		samples[i] = next(i)
	}
	var m speaker.Meter
	now := start
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		now = now.Add(interval)
		m.Add(samples[i%len(samples)], now)
	}
}

func BenchmarkMeterWithLevels(b *testing.B) {
	v := newVoice(1, -30)
	benchmarkMeter(b, func(int) speaker.Sample { return v.next() })
}

func BenchmarkMeterWithSizes(b *testing.B) {
	benchmarkMeter(b, func(i int) speaker.Sample { return octets(40 + i%64) })
}

func BenchmarkSnapshot(b *testing.B) {
	var m speaker.Meter
	m.Add(level(-30), start)
	b.ReportAllocs()
	for b.Loop() {
		m.Snapshot(start)
	}
}
