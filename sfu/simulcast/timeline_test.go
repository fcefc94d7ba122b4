package simulcast

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

const testClock = 90000

var epoch = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

// sourceClock is the RTP clock of one encoding: what it shows at the epoch.
type sourceClock uint32

// at returns the timestamp of a frame that was captured some time after the
// epoch.
func (c sourceClock) at(captured time.Duration) uint32 {
	return uint32(c) + uint32(int64(captured/time.Microsecond)*testClock/1e6)
}

// report returns what a sender report says at a moment.
func (c sourceClock) report(at time.Duration) Reference {
	return Reference{RTP: c.at(at), Wall: epoch.Add(at)}
}

func wantPlace(t *testing.T, line *timeline, ts, out uint32) {
	t.Helper()
	if got := line.place(ts, time.Time{}); got != out {
		t.Errorf("timestamp %d went out as %d, want %d", ts, got, out)
	}
}

func TestFirstFrameGoesOutWithTheGivenTimestamp(t *testing.T) {
	for _, first := range []uint32{0, 7, 1 << 31, 1<<32 - 1} {
		line := newTimeline(testClock, first)
		line.begin(5_000, Reference{}, Reference{}, epoch)
		wantPlace(t, &line, 5_000, first)
		wantPlace(t, &line, 8_000, first+3_000)
		wantPlace(t, &line, 5_000, first) // late
		wantPlace(t, &line, 11_000, first+6_000)
	}
}

const millisecond = time.Millisecond

// TestSwitchByCapturesIsExact goes from one source to another, both of which
// have told their clocks, and looks where the first frame of the second goes.
func TestSwitchByCapturesIsExact(t *testing.T) {
	for _, tt := range []struct {
		name                 string
		first                uint32
		old, new             sourceClock
		oldReport, newReport time.Duration // when they were
		captured             time.Duration // first frame of the new source
		delay                time.Duration // of its arrival
		want                 uint32        // behind the first frame of the old source
	}{
		{name: "in time", old: 1_000, new: 700_000, captured: 140 * millisecond, want: 12_600},
		{name: "late by the network", old: 1_000, new: 700_000, captured: 140 * millisecond, delay: 900 * millisecond, want: 12_600},
		{name: "one tick behind the newest frame", old: 1_000, new: 700_000, captured: 100*millisecond + 12*time.Microsecond, want: 9_001},
		{
			name: "reports long ago", old: 1_000, new: 700_000,
			oldReport: -40 * time.Second, newReport: -55 * time.Second, captured: 140 * millisecond, want: 12_600,
		},
		{
			name: "reports from after the frame", old: 1_000, new: 700_000,
			oldReport: 145 * millisecond, newReport: 3 * time.Second, captured: 140 * millisecond, want: 12_600,
		},
		{
			name: "reports between two ticks", old: 1_000, new: 700_000,
			oldReport: 44_444 * time.Microsecond, newReport: 77_777 * time.Microsecond, captured: 140 * millisecond, want: 12_600,
		},
		{name: "the old source wraps", old: 1<<32 - 5_000, new: 0, captured: 140 * millisecond, want: 12_600},
		{name: "the new source wraps after its report", old: 9, new: 1<<32 - 10_000, captured: 140 * millisecond, want: 12_600},
		{name: "the new source wrapped before its report", old: 9, new: 1<<32 - 14_000, newReport: time.Second, captured: 140 * millisecond, want: 12_600},
		{name: "the clocks are half a cycle apart", old: 0, new: 1 << 31, captured: 140 * millisecond, want: 12_600},
		{name: "what goes out wraps", first: 1<<32 - 9_500, old: 1_000, new: 700_000, captured: 140 * millisecond, want: 12_600},
		{name: "a pause", old: 1_000, new: 700_000, newReport: 3 * time.Hour, captured: 3 * time.Hour, want: 3 * 3600 * testClock},
		{
			name: "a pause longer than the cycle of the timestamps", old: 1_000, new: 700_000,
			oldReport: time.Second, newReport: 100 * time.Hour, captured: 100 * time.Hour, want: 100 * 3600 * testClock % (1 << 32),
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			line := newTimeline(testClock, tt.first)
			line.begin(tt.old.at(0), Reference{}, Reference{}, epoch)
			wantPlace(t, &line, tt.old.at(0), tt.first)
			wantPlace(t, &line, tt.old.at(100*millisecond), tt.first+9_000)
			ts := tt.new.at(tt.captured)
			line.begin(ts, tt.old.report(tt.oldReport), tt.new.report(tt.newReport), epoch.Add(tt.captured+tt.delay))
			wantPlace(t, &line, ts, tt.first+tt.want)
			wantPlace(t, &line, ts+3_000, tt.first+tt.want+3_000)
		})
	}
}

func TestSourceThatIsBehindIsSqueezedInUntilItHasCaughtUp(t *testing.T) {
	for _, first := range []uint32{1_000, 1<<32 - 9_100} { // wraps while frames are squeezed in
		for _, fresh := range []sourceClock{700_000, 1<<32 - 5_000} { // likewise
			old := sourceClock(500)
			line := newTimeline(testClock, first)
			line.begin(old.at(0), Reference{}, Reference{}, epoch)
			wantPlace(t, &line, old.at(0), first)
			wantPlace(t, &line, old.at(100*millisecond), first+9_000)
			ts := uint32(fresh) + 3_000 // captured 33 ms after the epoch
			line.begin(ts, old.report(0), fresh.report(0), epoch.Add(120*millisecond))
			steps := []struct{ captured, out uint32 }{
				{3_000, 9_090},
				{6_000, 9_183},
				{3_000, 9_090}, // a late packet of the first frame
				{9_000, 9_277},
				{12_000, 12_000}, // caught up
				{9_000, 9_277},
				{6_000, 9_183},
				{7_500, 9_230}, // a frame that is late as a whole
				{10_500, 10_500},
				{15_000, 15_000},
			}
			for _, step := range steps {
				wantPlace(t, &line, uint32(fresh)+step.captured, first+step.out)
			}
			wantPlace(t, &line, uint32(fresh)+6*3600*testClock, first+6*3600*testClock)
			wantPlace(t, &line, uint32(fresh)+8*3600*testClock, first+8*3600*testClock%(1<<32))
		}
	}
}

// TestSamePictureOfAnotherSourceGoesOutBehind is the most usual case: the keyframe of
// the new encoding shows the picture that the old one has just sent.
func TestSamePictureOfAnotherSourceGoesOutBehind(t *testing.T) {
	old, fresh := sourceClock(500), sourceClock(700_000)
	line := newTimeline(testClock, 0)
	line.begin(old.at(0), Reference{}, Reference{}, epoch)
	wantPlace(t, &line, old.at(0), 0)
	line.begin(fresh.at(0), old.report(0), fresh.report(0), epoch)
	wantPlace(t, &line, fresh.at(0), 90)
	wantPlace(t, &line, uint32(fresh)+3_000, 3_000)
}

// TestSwitchByArrivals has no references, or absurd ones.
func TestSwitchByArrivals(t *testing.T) {
	const oldClock, newClock = sourceClock(1_000), sourceClock(700_000)
	known, other := oldClock.report(0), newClock.report(0)
	off := func(r Reference, by time.Duration) Reference { r.Wall = r.Wall.Add(by); return r }
	for _, tt := range []struct {
		name          string
		before, after Reference
		arrived       time.Duration // of the first frame of the new source, captured 150 ms after the epoch
		want          uint32        // behind the first frame of the old source, the last of which is at 100 ms
	}{
		{"without references", Reference{}, Reference{}, 160 * millisecond, 14_400},
		{"without one of the source so far", Reference{}, other, 160 * millisecond, 14_400},
		{"without one of the new source", known, Reference{}, 160 * millisecond, 14_400},
		{"earlier than the newest frame", Reference{}, Reference{}, 60 * millisecond, 9_090},
		{"at the same moment as the newest frame", Reference{}, Reference{}, 100 * millisecond, 9_090},
		{"a little behind the newest frame", Reference{}, Reference{}, 101*millisecond + 12*time.Microsecond, 9_091},
		{"with a reference that is ahead", known, off(other, 3*time.Second), 160 * millisecond, 14_400},
		{"with a reference that is behind", known, off(other, -3*time.Second), 160 * millisecond, 14_400},
		{"with a reference from another age", off(known, -30*365*24*time.Hour), other, 160 * millisecond, 14_400},
		{"with references that are ahead as far as they may", known, off(other, 2*time.Second), 150 * millisecond, 193_500},
		{"with references that are behind as far as they may", off(known, 1900*millisecond), other, 150 * millisecond, 9_090},
	} {
		t.Run(tt.name, func(t *testing.T) {
			line := newTimeline(testClock, 0)
			line.begin(oldClock.at(0), Reference{}, Reference{}, epoch)
			wantPlace(t, &line, oldClock.at(0), 0)
			wantPlace(t, &line, oldClock.at(100*millisecond), 9_000)
			line.begin(newClock.at(150*millisecond), tt.before, tt.after, epoch.Add(tt.arrived))
			wantPlace(t, &line, newClock.at(150*millisecond), tt.want)
		})
	}
}

// TestReferencesThatPutASourceFarBehindAreNotBelieved: a source that has run far
// ahead of the clock would have the next one squeezed in for as long.
func TestReferencesThatPutASourceFarBehindAreNotBelieved(t *testing.T) {
	old, fresh := sourceClock(1_000), sourceClock(700_000)
	line := newTimeline(testClock, 0)
	line.begin(old.at(0), Reference{}, Reference{}, epoch)
	wantPlace(t, &line, old.at(0), 0)
	wantPlace(t, &line, old.at(time.Hour), 3600*testClock)
	line.begin(fresh.at(time.Second), old.report(0), fresh.report(0), epoch.Add(time.Second))
	wantPlace(t, &line, fresh.at(time.Second), 3600*testClock+90)
	wantPlace(t, &line, fresh.at(2*time.Second), 3601*testClock+90)
}

func TestPauseLongerThanACycleAdvancesByArrivals(t *testing.T) {
	line := newTimeline(testClock, 0)
	line.begin(0, Reference{}, Reference{}, epoch)
	wantPlace(t, &line, 0, 0)
	pause := 100 * time.Hour
	line.begin(0, Reference{}, Reference{}, epoch.Add(pause))
	ticks := uint64(pause/time.Second) * testClock // more than 2^32, and behind the last one modulo 2^32
	wantPlace(t, &line, 0, uint32(ticks))
}

// TestSilenceLongerThanHalfACycleIsNoStepBack lets a source go on after a night
// without pictures, and a switch follow by arrivals.
func TestSilenceLongerThanHalfACycleIsNoStepBack(t *testing.T) {
	for _, hours := range []uint32{6, 7, 10, 14, 100} {
		night := time.Duration(hours) * time.Hour
		line := newTimeline(testClock, 0)
		line.begin(0, Reference{}, Reference{}, epoch)
		line.place(0, epoch)
		out := line.place(hours*3600*testClock, epoch.Add(night))
		if out != hours*3600*testClock {
			t.Errorf("%d hours later: %d", hours, out)
		}
		line.begin(77, Reference{}, Reference{}, epoch.Add(night-millisecond)) // came early
		if next := line.place(77, epoch.Add(night)); next != out+90 {
			t.Errorf("the switch %d hours later: %d, want %d", hours, next, out+90)
		}
	}
}

// TestSilenceEndsTheSqueezing: the clock of the source has gone round meanwhile.
func TestSilenceEndsTheSqueezing(t *testing.T) {
	old, fresh := sourceClock(500), sourceClock(700_000)
	line := newTimeline(testClock, 0)
	line.begin(old.at(0), Reference{}, Reference{}, epoch)
	line.place(old.at(0), epoch)
	line.begin(fresh.at(0), old.report(0), fresh.report(0), epoch)
	line.place(fresh.at(0), epoch)
	night := 7 * time.Hour
	if out := line.place(fresh.at(night), epoch.Add(night)); out != 7*3600*testClock {
		t.Errorf("after the night: %d, want %d", out, 7*3600*testClock)
	}
}

// TestClocksThatDriftApartStayTrusted: after hours on one source, its clock and
// ours are seconds apart, and its references are right all the same.
func TestClocksThatDriftApartStayTrusted(t *testing.T) {
	const perSecond = testClock + 9 // 100 parts in a million fast
	line := newTimeline(testClock, 0)
	line.begin(0, Reference{}, Reference{}, epoch)
	now, ts := epoch, uint32(0)
	for range 12 * 3600 {
		line.place(ts, now)
		now, ts = now.Add(time.Second), ts+perSecond
	}
	line.begin(5, Reference{RTP: ts, Wall: now}, Reference{RTP: 5, Wall: now}, now.Add(20*millisecond))
	wantPlace(t, &line, 5, ts)
}

// runs draws sources with clocks of their own, whose frames are captured on one
// timeline and come when they come, and calls each for every frame. fresh means
// that it is the first one of its source, before that one's predecessor, if any.
func runs(t *rapid.T, longest time.Duration, each func(fresh bool, before, clock sourceClock, captured, arrived time.Duration)) {
	var before sourceClock
	var captured time.Duration
	delay := rapid.Map(rapid.IntRange(0, 700), func(ms int) time.Duration { return time.Duration(ms) * millisecond })
	for range rapid.IntRange(1, 8).Draw(t, "sources") {
		clock := sourceClock(rapid.Uint32().Draw(t, "clock"))
		late := delay.Draw(t, "delay")
		for i := range rapid.IntRange(1, 40).Draw(t, "frames") {
			each(i == 0, before, clock, captured, captured+late)
			captured += time.Duration(rapid.IntRange(1, 200).Draw(t, "interval")) * millisecond
		}
		before = clock
		captured += rapid.OneOf(
			rapid.Map(rapid.IntRange(-600, 600), func(ms int) time.Duration { return time.Duration(ms) * millisecond }),
			rapid.Map(rapid.Int64Range(0, int64(longest/millisecond)), func(ms int64) time.Duration { return time.Duration(ms) * millisecond }),
		).Draw(t, "pause")
		captured = max(captured, 0)
	}
}

// TestTimestampsFollowTheCaptures: whatever the network does, every frame goes
// out at the time of its capture, but for those of a source that is behind.
func TestTimestampsFollowTheCaptures(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		first := rapid.Uint32().Draw(t, "first")
		line := newTimeline(testClock, first)
		var start, from int64 // ticks behind first, of a source that is behind: where it should begin, and does
		var behind bool
		out := int64(-1)
		runs(t, 50*time.Hour, func(fresh bool, before, clock sourceClock, captured, arrived time.Duration) {
			want := int64(captured/millisecond) * testClock / 1000
			if fresh {
				seen := func(name string) time.Duration {
					return captured - time.Duration(rapid.IntRange(-5_000, 20_000).Draw(t, name))*millisecond
				}
				line.begin(clock.at(captured), before.report(seen("before")), clock.report(seen("after")), epoch.Add(arrived))
				start, from, behind = want, out+90, want <= out
			}
			if squeezed := from + (want-start)/squeeze; behind && squeezed > want {
				want = squeezed
			}
			got := line.place(clock.at(captured), epoch.Add(arrived))
			if got != first+uint32(want) {
				t.Fatalf("captured at %v, behind %v: went out as %d, want %d", captured, behind, got-first, want)
			}
			out = want
		})
	})
}

// TestTimestampsOnlyMoveForward has references that may be anything, or none.
func TestTimestampsOnlyMoveForward(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		line := newTimeline(testClock, rapid.Uint32().Draw(t, "first"))
		var highest uint32
		went := map[uint32]uint32{} // of the present source
		count := 0
		runs(t, 5*time.Hour, func(fresh bool, _, clock sourceClock, captured, arrived time.Duration) {
			ts := clock.at(captured)
			if fresh {
				reference := func(name string) Reference {
					if rapid.Bool().Draw(t, name) {
						return Reference{}
					}
					return clock.report(captured + time.Duration(rapid.IntRange(-3_000, 3_000).Draw(t, "off"))*millisecond)
				}
				line.begin(ts, reference("before"), reference("after"), epoch.Add(arrived))
				clear(went)
			}
			out := line.place(ts, epoch.Add(arrived))
			if count > 0 && int32(out-highest) <= 0 {
				t.Fatalf("a frame goes out as %d, not after %d", out, highest)
			}
			highest, went[ts] = out, out
			count++
			for ts, out := range went {
				if late := line.place(ts, epoch.Add(arrived)); late != out {
					t.Fatalf("a late packet goes out as %d, its frame as %d", late, out)
				}
			}
		})
	})
}
