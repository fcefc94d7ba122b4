package quality_test

import (
	"encoding/binary"
	"math"
	"math/rand/v2"
	"testing"
	"time"
	"unsafe"

	"github.com/atrium-rtc/atrium/sfu/quality"
)

// good is a second in which nothing is missing.
var good = quality.Sample{
	Conditions: fine, RTT: 40 * ms, UplinkRTT: 40 * ms,
	Size: 1280 * 720, WantedSize: 1280 * 720, BestRate: 25,
}

// view is a video that somebody looks at.
type view struct {
	meter *quality.Meter
	now   time.Duration
}

func newView() *view {
	v := &view{meter: quality.NewVideoMeter()}
	v.meter.Start(at(0))
	v.now = 40 * ms
	v.meter.Keyframe(at(v.now))
	return v
}

// watch runs for whole seconds at 25 frames each, without frames if still.
func (v *view) watch(seconds int, s quality.Sample, still bool) quality.Report {
	for range seconds {
		for range 25 {
			v.now += 40 * ms
			if !still {
				v.meter.Frame(at(v.now))
			}
		}
		v.meter.Update(s, at(v.now))
	}
	return v.meter.Report()
}

func TestGoodVideoHasTheBestScore(t *testing.T) {
	v := newView()
	r := v.watch(10, good, false)
	if r.Score < 4.99 || r.Cause != quality.None || r.FirstFrame != 40*ms || r.Rate != 25 || r.Frozen != 0 {
		t.Errorf("%+v", r)
	}
}

// TestSceneOfAFallingLink is the story of the package comment.
func TestSceneOfAFallingLink(t *testing.T) {
	v := newView()
	v.watch(10, good, false)

	narrow := good
	narrow.Current, narrow.Limited, narrow.Size = 0, true, 320*180
	if r := v.watch(5, narrow, false); r.Score > 3 || r.Score < 2.5 || r.Cause != quality.Downlink {
		t.Errorf("the link has fallen: %+v", r)
	}
	stopped := narrow
	stopped.Alive = 0
	if r := v.watch(5, stopped, false); r.Score > 3 || r.Cause != quality.Publisher {
		t.Errorf("the publisher has stopped the large encodings: %+v", r)
	}
	muted := stopped
	muted.PublisherMuted = true
	v.meter.Pause(at(v.now))
	if r := v.watch(20, muted, true); r.Score != 0 || r.Cause != quality.Publisher || r.Frozen != 0 {
		t.Errorf("the publisher has muted: %+v", r)
	}
	v.meter.Resume(at(v.now))
	v.meter.Keyframe(at(v.now + 300*ms))
	r := v.watch(5, good, false)
	if r.Score < 4.99 || r.Cause != quality.None || r.Freezes != 0 || r.Trouble.Cause != quality.Publisher || r.Trouble.Ongoing {
		t.Errorf("all is well: %+v", r)
	}
}

func TestFreezeCostsTheScoreUntilItIsForgotten(t *testing.T) {
	v := newView()
	v.watch(10, good, false)
	r := v.watch(3, good, true)
	if r.Score > 3 || r.Freezes != 1 || r.Frozen != 3*time.Second || r.Rate != 25 || r.Cause != quality.Publisher {
		t.Errorf("frozen: %+v", r)
	}
	before := r.Score
	if r = v.watch(5, good, false); r.Score < before-0.1 || r.Score > 4 {
		t.Errorf("five seconds later: %+v", r)
	}
	if r = v.watch(6, good, false); r.Score < 4.99 || r.RecentFreezes != 0 || r.Freezes != 1 {
		t.Errorf("forgotten: %+v", r)
	}
}

func TestVideoThatDoesNotBeginIsBadAfterAWhile(t *testing.T) {
	m := quality.NewVideoMeter()
	m.Start(at(0))
	m.Update(good, at(time.Second))
	if r := m.Report(); r.Score != 0 {
		t.Errorf("after a second: %+v", r)
	}
	m.Update(good, at(3*time.Second))
	if r := m.Report(); r.Score != 1 {
		t.Errorf("after three seconds: %+v", r)
	}
}

func TestVideoThatTheAllocatorStoppedIsBad(t *testing.T) {
	v := newView()
	v.watch(5, good, false)
	stopped := good
	stopped.Current, stopped.Limited = -1, true
	v.meter.Pause(at(v.now))
	if r := v.watch(5, stopped, true); r.Score != 1 || r.Cause != quality.Downlink || r.Freezes != 0 {
		t.Errorf("%+v", r)
	}
}

func TestSoundIsByTheEModel(t *testing.T) {
	m := quality.NewAudioMeter()
	s := quality.Sample{RTT: 40 * ms, UplinkRTT: 40 * ms}
	m.Start(at(0))
	m.Update(s, at(time.Second))
	if r := m.Report(); r.Score < 4.40 || r.Score > 4.41 || r.Cause != quality.None {
		t.Errorf("without loss: %+v", r)
	}
	s.UplinkUnrepaired, s.DownlinkLost = 0.05, 0.05
	m.Update(s, at(2*time.Second))
	want := quality.Sound{Lost: 1 - 0.95*0.95, RTT: s.RTT, UplinkRTT: s.UplinkRTT}.Score()
	if r := m.Report(); math.Abs(float64(r.Score-want)) > 1e-9 || r.Cause != quality.Uplink {
		t.Errorf("with loss both ways: %+v, want %v", r, want)
	}
}

func TestClientGoesFirstForHalfAMinute(t *testing.T) {
	v := newView()
	v.watch(10, good, false)
	c := quality.Client{FreezeCount: 7, Frozen: time.Minute, FramesDecoded: 1000}
	v.meter.Client(c, at(v.now))
	if r := v.watch(1, good, false); r.FromClient || r.Freezes != 0 {
		t.Errorf("the first report has nothing to compare with: %+v", r)
	}
	c.FreezeCount, c.Frozen, c.FramesDecoded = 9, c.Frozen+3*time.Second, c.FramesDecoded+20
	v.meter.Client(c, at(v.now))
	r := v.watch(1, good, false)
	if !r.FromClient || r.Freezes != 2 || r.Frozen != 3*time.Second || r.RecentFreezes != 2 || r.Score > 3 {
		t.Errorf("the client has frozen: %+v", r)
	}
	if r.Rate != 20 {
		t.Errorf("%v frames a second, want those that the client has decoded", r.Rate)
	}
	if r = v.watch(20, good, true); r.Freezes != 2 {
		t.Errorf("what we see counts although the client speaks: %+v", r)
	}
	if r = v.watch(20, good, false); r.FromClient || r.Freezes != 2 || r.Score < 4.9 {
		t.Errorf("the client has fallen silent: %+v", r)
	}
	if r = v.watch(5, good, true); r.Freezes != 3 {
		t.Errorf("what we see counts again: %+v", r)
	}
}

func TestConcealmentOfTheClientGoesBeforeLoss(t *testing.T) {
	m := quality.NewAudioMeter()
	lossy := quality.Sample{Conditions: quality.Conditions{DownlinkLost: 0.2}}
	m.Start(at(0))
	m.Client(quality.Client{TotalSamples: 1000, ConcealedSamples: 900}, at(0))
	m.Client(quality.Client{TotalSamples: 49_000, ConcealedSamples: 1380, PacketsLost: 12}, at(time.Second))
	m.Update(lossy, at(time.Second))
	if r := m.Report(); math.Abs(r.Lost-0.01) > 1e-9 || r.ClientLost != 12 {
		t.Errorf("%+v", r)
	}
	m.Update(lossy, at(32*time.Second))
	if r := m.Report(); math.Abs(r.Lost-0.2) > 1e-9 {
		t.Errorf("half a minute later: %+v", r)
	}
}

func TestClientThatBeginsAnewAddsNothing(t *testing.T) {
	v := newView()
	v.watch(10, good, false)
	v.meter.Client(quality.Client{FreezeCount: 5, Frozen: 9 * time.Second}, at(v.now))
	v.watch(5, good, false)
	v.meter.Client(quality.Client{}, at(v.now))
	v.watch(5, good, false)
	v.meter.Client(quality.Client{FreezeCount: 1, Frozen: time.Second}, at(v.now))
	if r := v.watch(1, good, false); r.Freezes != 1 || r.Frozen != time.Second {
		t.Errorf("%+v", r)
	}
}

// TestNoTimeIsFrozenTwice has a client report a freeze that the server cannot tell from
// a slow start yet, and then nothing more.
func TestNoTimeIsFrozenTwice(t *testing.T) {
	m := quality.NewVideoMeter()
	m.Keyframe(at(0))
	m.Client(quality.Client{}, at(0))
	m.Client(quality.Client{FreezeCount: 1, Frozen: 1500 * ms}, at(1500*ms))
	m.Update(good, at(40*time.Second))
	if r := m.Report(); r.Frozen != 40*time.Second {
		t.Errorf("frozen for %v of 40s", r.Frozen)
	}
}

// clientOf reads a Client from six numbers.
func clientOf(b []byte) quality.Client {
	at := func(i int) uint64 { return binary.LittleEndian.Uint64(b[8*i:]) }
	return quality.Client{
		FreezeCount: at(0), Frozen: time.Duration(at(1)), FramesDecoded: at(2),
		ConcealedSamples: at(3), TotalSamples: at(4), PacketsLost: int64(at(5)),
	}
}

const clientSize = 48

// sane finds what no Report may say.
func sane(t *testing.T, before, r quality.Report, elapsed time.Duration) {
	t.Helper()
	switch {
	case r.Score != 0 && !(r.Score >= 1 && r.Score <= 5), !(r.Lost >= 0 && r.Lost <= 1), !(r.Rate >= 0 && r.Rate < 100_000):
		t.Fatalf("%+v", r)
	case r.Frozen < before.Frozen, r.Freezes < before.Freezes, r.ClientLost < before.ClientLost:
		t.Fatalf("%+v after %+v", r, before)
	case r.Frozen > elapsed, r.RecentFrozen < 0, r.RecentFrozen > 10*time.Second, r.RecentFreezes < 0:
		t.Fatalf("%+v within %v", r, elapsed)
	case r.Trouble.Lasted < 0, r.Trouble.Lasted > elapsed:
		t.Fatalf("%+v within %v", r.Trouble, elapsed)
	}
}

// FuzzClient has a client report anything, between any events.
func FuzzClient(f *testing.F) {
	f.Add(make([]byte, 10*(clientSize+2)), true)
	rnd := rand.New(rand.NewPCG(11, 12))
	for _, video := range []bool{false, true} {
		script := make([]byte, 20*(clientSize+2))
		for i := range script {
			script[i] = byte(rnd.Uint32())
		}
		f.Add(script, video)
	}
	f.Fuzz(func(t *testing.T, script []byte, video bool) {
		m := quality.NewAudioMeter()
		if video {
			m = quality.NewVideoMeter()
		}
		now := time.Duration(0)
		m.Start(at(0))
		for ; len(script) >= clientSize+2; script = script[clientSize+2:] {
			before := m.Report()
			now += time.Duration(script[0]) * 150 * ms
			switch script[1] % 6 {
			case 0:
				m.Pause(at(now))
			case 1:
				m.Resume(at(now))
			case 2:
				m.Broken(at(now))
			case 3:
				m.Keyframe(at(now))
			default:
				m.Frame(at(now))
			}
			m.Client(clientOf(script[2:]), at(now))
			m.Update(good, at(now))
			sane(t, before, m.Report(), now)
		}
	})
}

// TestNoClientBreaksAReport throws reports of all sizes at a Meter.
func TestNoClientBreaksAReport(t *testing.T) {
	rnd := rand.New(rand.NewPCG(13, 14))
	number := func() uint64 { return rnd.Uint64() >> rnd.IntN(64) }
	for range 200 {
		m := quality.NewVideoMeter()
		m.Start(at(0))
		m.Keyframe(at(0))
		now := time.Duration(0)
		for range 200 {
			before := m.Report()
			now += time.Duration(rnd.Int64N(int64(3 * time.Second)))
			m.Client(quality.Client{
				FreezeCount: number(), Frozen: time.Duration(number()), FramesDecoded: number(),
				ConcealedSamples: number(), TotalSamples: number(), PacketsLost: int64(number()),
			}, at(now))
			m.Frame(at(now))
			m.Update(good, at(now))
			sane(t, before, m.Report(), now)
		}
	}
}

// TestMeterIsSmall: there is one for every track of every subscriber.
func TestMeterIsSmall(t *testing.T) {
	if size := unsafe.Sizeof(quality.Meter{}); size > 648 {
		t.Errorf("%d octets", size)
	}
	if size := unsafe.Sizeof(quality.Freezes{}); size > 288 {
		t.Errorf("%d octets of them for freezes", size)
	}
}

func TestMeterDoesNotAllocate(t *testing.T) {
	v := newView()
	c := quality.Client{}
	if allocs := testing.AllocsPerRun(100, func() {
		c.FramesDecoded += 25
		v.meter.Broken(at(v.now))
		v.meter.Keyframe(at(v.now))
		v.meter.Pause(at(v.now))
		v.meter.Resume(at(v.now))
		v.meter.Client(c, at(v.now))
		v.watch(1, good, false)
	}); allocs != 0 {
		t.Errorf("%v allocations", allocs)
	}
}

func BenchmarkMeterFrame(b *testing.B) {
	m := quality.NewVideoMeter()
	now := start
	m.Keyframe(now)
	b.ReportAllocs()
	for b.Loop() {
		now = now.Add(33 * ms)
		m.Frame(now)
	}
}

func BenchmarkMeterUpdate(b *testing.B) {
	v := newView()
	v.watch(10, good, false)
	now := at(v.now)
	b.ReportAllocs()
	for b.Loop() {
		now = now.Add(ms)
		v.meter.Update(good, now)
	}
}

func BenchmarkMeterClient(b *testing.B) {
	v := newView()
	now, c := at(v.now), quality.Client{}
	b.ReportAllocs()
	for b.Loop() {
		now = now.Add(time.Second)
		c.FramesDecoded += 30
		v.meter.Client(c, now)
	}
}

func BenchmarkSoundScore(b *testing.B) {
	s := quality.Sound{Lost: 0.02, RTT: 300 * ms}
	b.ReportAllocs()
	for b.Loop() {
		s.Score()
	}
}
