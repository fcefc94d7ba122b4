package egress

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/pion/rtcp"
	"github.com/pion/rtp"

	"github.com/atrium-rtc/atrium/internal/invariant"
	"github.com/atrium-rtc/atrium/sfu/bwe"
	"github.com/atrium-rtc/atrium/sfu/packet"
	"github.com/atrium-rtc/atrium/sfu/quality"
)

// film30 publishes 30 pictures a second for a time, each of one packet.
func film30(src *fakeSource, seq *packet.ExtSeq, d time.Duration) {
	for range d / (time.Second / 30) {
		p := &rtp.Packet{
			Header:  rtp.Header{Version: 2, PayloadType: 96, SequenceNumber: seq.Seq(), Timestamp: uint32(*seq) * 3000, Marker: true},
			Payload: make([]byte, 1000),
		}
		src.pushPacket(p, *seq, *seq == 1<<16)
		*seq++
		time.Sleep(time.Second / 30)
	}
	synctest.Wait()
}

func TestQualityOfAStreamIsJudged(t *testing.T) {
	bubble(t, func(t *testing.T, e *Engine, src *fakeSource) {
		_, _, st := started(e, src)
		seq := packet.ExtSeq(1 << 16)
		time.Sleep(200 * time.Millisecond)
		film30(src, &seq, 5*time.Second)
		q := st.Quality()
		if q.Score < 4 || q.Freezes != 0 || q.FirstFrame != 200*time.Millisecond || q.Rate < 25 {
			t.Errorf("%+v of 30 pictures a second", q)
		}
		time.Sleep(1500 * time.Millisecond)
		film30(src, &seq, 3*time.Second)
		if q := st.Quality(); q.Freezes != 1 || q.Frozen < time.Second || q.Frozen > 2*time.Second {
			t.Errorf("%d freezes of %v, want one of a second and a half", q.Freezes, q.Frozen)
		}
		if got := e.Stats(); got.Freezes != 1 || got.FirstFrame.Count != 1 || got.FirstFrame.Sum != 0.2 {
			t.Errorf("%d freezes and %d first pictures after %v s in all, want 1, 1 and 0.2", got.Freezes, got.FirstFrame.Count, got.FirstFrame.Sum)
		}
	})
}

func TestAMuteIsNoFreeze(t *testing.T) {
	bubble(t, func(t *testing.T, e *Engine, src *fakeSource) {
		_, _, st := started(e, src)
		seq := packet.ExtSeq(1 << 16)
		film30(src, &seq, 3*time.Second)
		st.SetMuted(true)
		film30(src, &seq, 3*time.Second)
		if q := st.Quality(); q.Freezes != 0 || q.Cause != quality.None {
			t.Errorf("%+v of a muted stream", q)
		}
	})
}

func TestWhatTheClientCountsIsTaken(t *testing.T) {
	bubble(t, func(t *testing.T, e *Engine, src *fakeSource) {
		_, _, st := started(e, src)
		seq := packet.ExtSeq(1 << 16)
		film30(src, &seq, 2*time.Second)
		st.Client(quality.Client{FramesDecoded: 60})
		film30(src, &seq, 3*time.Second)
		st.Client(quality.Client{FramesDecoded: 100, FreezeCount: 2, Frozen: 1500 * time.Millisecond})
		film30(src, &seq, 2*time.Second)
		if q := st.Quality(); q.Freezes != 2 || !q.FromClient {
			t.Errorf("%d freezes, by the client %v; want 2 by the client", q.Freezes, q.FromClient)
		}
	})
}

func TestASilentLinkGetsSoundAlone(t *testing.T) {
	l := newSlowLink(t)
	l.picture(2, true)
	l.pass(100 * time.Millisecond)
	l.out.take()
	link := l.sub.link
	link.silent = true // as watch finds it
	l.picture(5, false)
	l.pass(time.Second)
	if n := len(l.out.take()); n != 0 {
		t.Errorf("%d packets of video while nothing comes back", n)
	}
	before := l.src.requests()
	link.watch(l.now)
	if link.silent || l.src.requests() != before {
		t.Errorf("silent %v, %d requests: nothing was interrupted", link.silent, l.src.requests()-before)
	}
}

func TestTwoStreamsThatWaitTooLongAreBothGivenUp(t *testing.T) {
	l := newSlowLink(t)
	cfg := videoConfig(l.out)
	cfg.SSRC, cfg.RTXSSRC = 3, 4
	l.sub.Add(l.src, cfg)
	l.shard.runBatch(l.now)
	l.picture(300, true)
	l.sub.link.pacer.SetRate(1000, l.now)
	l.pass(maxWait + 20*time.Millisecond)
	if n := len(l.sub.link.waiting); n != 0 {
		t.Errorf("%d streams wait still", n)
	}
}

// show publishes one picture that is made now, of one packet.
func show(src *fakeSource, seq *packet.ExtSeq, keyframe bool) {
	p := &rtp.Packet{
		Header: rtp.Header{
			Version: 2, PayloadType: 96, SequenceNumber: seq.Seq(), Marker: true,
			Timestamp: uint32(time.Now().UnixMilli()) * 90, //nolint:gosec // wraps
		},
		Payload: make([]byte, 1000),
	}
	src.pushPacket(p, *seq, keyframe)
	*seq++
}

// scroll publishes 30 pictures a second for a time.
func scroll(src *fakeSource, seq *packet.ExtSeq, d time.Duration) {
	for i := range int(d / (time.Second / 30)) {
		show(src, seq, i == 0)
		time.Sleep(time.Second / 30)
	}
	synctest.Wait()
}

func TestAScreenOnWhichNothingMovesIsNotFrozen(t *testing.T) {
	for name, still := range map[string]func(src *fakeSource, seq *packet.ExtSeq){
		"for a short time": func(*fakeSource, *packet.ExtSeq) { time.Sleep(1300 * time.Millisecond) },
		"for a long time":  func(*fakeSource, *packet.ExtSeq) { time.Sleep(time.Minute) },
		"but for a picture a second": func(src *fakeSource, seq *packet.ExtSeq) {
			for range 20 {
				time.Sleep(time.Second)
				show(src, seq, false)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T, e *Engine, src *fakeSource) {
				_, _, st := started(e, src)
				seq := packet.ExtSeq(1 << 16)
				for range 3 {
					scroll(src, &seq, 4*time.Second)
					still(src, &seq)
					if q := st.Quality(); q.Freezes != 0 || q.Frozen != 0 || q.Cause != quality.None || q.Score < 4 {
						t.Errorf("%+v while nothing moves", q)
					}
				}
				scroll(src, &seq, 4*time.Second)
				if q := st.Quality(); q.Freezes != 0 || q.Frozen != 0 || q.Score < 4 {
					t.Errorf("%+v after nothing moved", q)
				}
			})
		})
	}
}

// Whoever comes gets the last keyframe and what followed it, and then nothing.
func TestWhoComesToAScreenOnWhichNothingMovesSeesNoFreeze(t *testing.T) {
	bubble(t, func(t *testing.T, e *Engine, src *fakeSource) {
		started(e, src)
		seq := packet.ExtSeq(1 << 16)
		scroll(src, &seq, replayAge/3)
		time.Sleep(replayAge / 3)
		w, _, st := started(e, src)
		time.Sleep(10 * time.Second)
		if n := len(w.take()); n == 0 {
			t.Error("nothing was replayed")
		}
		if q := st.Quality(); q.Freezes != 0 || q.Frozen != 0 || q.Score < 4 || q.Cause != quality.None {
			t.Errorf("%+v", q)
		}
		scroll(src, &seq, 4*time.Second)
		if q := st.Quality(); q.Freezes != 0 || q.Score < 4 || q.Rate < 25 {
			t.Errorf("%+v when it moves again", q)
		}
	})
}

func TestAPublisherWithoutAConnectionIsAFreeze(t *testing.T) {
	bubble(t, func(t *testing.T, e *Engine, src *fakeSource) {
		_, _, st := started(e, src)
		seq := packet.ExtSeq(1 << 16)
		src.rtp, src.wall = 1, time.Now() // its only report
		scroll(src, &seq, 4*time.Second)
		time.Sleep(5 * time.Second)
		if q := st.Quality(); q.Freezes != 1 || q.Frozen < 3*time.Second || q.Cause == quality.None {
			t.Errorf("%+v, five seconds after the last packet and report", q)
		}
	})
}

func TestARequestForAKeyframeBeginsAFreeze(t *testing.T) {
	bubble(t, func(t *testing.T, e *Engine, src *fakeSource) {
		_, _, st := started(e, src)
		seq := packet.ExtSeq(1 << 16)
		scroll(src, &seq, 2*time.Second)
		for range 60 {
			if (seq-1<<16)%15 == 0 {
				st.HandleRTCP(&rtcp.PictureLossIndication{})
			}
			show(src, &seq, false)
			time.Sleep(time.Second / 30)
		}
		scroll(src, &seq, 2*time.Second)
		if q := st.Quality(); q.Freezes != 1 || q.Frozen < 1900*time.Millisecond || q.Frozen > 2100*time.Millisecond {
			t.Errorf("%d freezes of %v, want one of the two seconds in which frames could not be decoded", q.Freezes, q.Frozen)
		}
	})
}

func TestANarrowLinkIsTheCauseOfASmallPicture(t *testing.T) {
	bubble(t, func(t *testing.T, e *Engine, src *fakeSource) {
		_, st := simulcastStream(e, src)
		s := newSimulcaster(src)
		s.extra = 1000
		s.play(3 * time.Second)
		best := st.Quality()
		if best.Current != 1 || best.Wanted != 1 || best.Cause != quality.None {
			t.Errorf("%+v on a wide link", best)
		}
		st.sub.shard.command(func() { // the encodings cost 8 and 250 kbit/s
			const carries = 50 * bwe.Kbps
			st.sub.link.estimator = bwe.NewEstimator(bwe.Config{Start: carries, Min: carries, Max: carries}, time.Now())
		})
		for range 10 { // no feedback comes, and without it no link counts as measured for long
			st.sub.shard.command(func() { st.sub.link.began = time.Now() })
			s.play(300 * time.Millisecond)
		}
		if q := st.Quality(); q.Current != 0 || q.Wanted != 1 || q.Cause != quality.Downlink || q.Score >= best.Score {
			t.Errorf("%+v, want the small picture, with a lower score, because of the downlink", q)
		}
		if got := e.Stats().Troubled; got != [causes]int64{quality.Downlink: 1} {
			t.Errorf("streams in trouble by cause: %v", got)
		}
		st.sub.Close()
		time.Sleep(2 * tickInterval)
		if got := e.Stats().Troubled; got != [causes]int64{} {
			t.Errorf("streams in trouble by cause, when none is left: %v", got)
		}
	})
}

func TestOnlyWhatIsNeitherReceivedNorRepairedIsMissing(t *testing.T) {
	for name, c := range map[string]struct {
		before, now delivered
		want        float64
	}{
		"nothing sent":       {delivered{10, 2, 1}, delivered{10, 2, 1}, 0},
		"all received":       {delivered{10, 2, 0}, delivered{110, 2, 0}, 0},
		"a tenth lost":       {delivered{10, 2, 0}, delivered{100, 12, 0}, 0.1},
		"most of it mended":  {delivered{10, 2, 5}, delivered{100, 12, 14}, 0.01},
		"more came than was": {delivered{10, 2, 5}, delivered{100, 12, 25}, 0},
		"lost ones came":     {delivered{10, 2, 0}, delivered{111, 1, 0}, 0},
		"all lost":           {delivered{10, 2, 0}, delivered{10, 102, 0}, 1},
	} {
		if got := c.now.missing(c.before); got < c.want-1e-9 || got > c.want+1e-9 {
			t.Errorf("%s: %v is missing, want %v", name, got, c.want)
		}
	}
}

func TestAReceiverThatMovesIsCountedAnew(t *testing.T) {
	l := newSlowLink(t)
	l.st.judged.flow, l.st.judged.counted = l.sub.flow, delivered{received: 1000, lost: 50}
	l.sub.flow = l.sub.link.estimator.NewFlow(l.now)
	if lost := l.st.downlinkLost(); lost != 0 || l.st.judged.counted != (delivered{}) {
		t.Errorf("%v lost before anything was sent", lost)
	}
}

func TestAShardThatIsBehindIsTheCause(t *testing.T) {
	bubble(t, func(t *testing.T, e *Engine, src *fakeSource) {
		e.shards[0].box.drops.Add(7) // long before
		_, _, st := started(e, src)
		seq := packet.ExtSeq(1 << 16)
		film30(src, &seq, 2*time.Second)
		if q := st.Quality(); q.Cause != quality.None {
			t.Errorf("%v because of what was dropped before the stream began", q.Cause)
		}
		e.shards[0].command(func() { time.Sleep(150 * time.Millisecond) })
		film30(src, &seq, 2*time.Second)
		if q := st.Quality(); q.Trouble.Cause != quality.Overload {
			t.Errorf("%+v after a batch that was 150 ms late, want overload", q.Trouble)
		}
		film30(src, &seq, 4*time.Second)
		if q := st.Quality(); q.Cause != quality.None {
			t.Errorf("%v, long after", q.Cause)
		}
	})
}

func TestLagIsThatOfTheLastTwoSeconds(t *testing.T) {
	var l lag
	now := time.Now()
	l.observe(200*time.Millisecond, now)
	for _, c := range []struct{ after, want time.Duration }{
		{time.Second, 200 * time.Millisecond}, {3 * time.Second, 0}, {time.Hour, 0},
	} {
		if got := l.worst(now.Add(c.after)); got != c.want {
			t.Errorf("%v later %v, want %v", c.after, got, c.want)
		}
	}
}

func TestJudgingDoesNotAllocate(t *testing.T) {
	l := newSlowLink(t)
	l.picture(5, true)
	l.pass(100 * time.Millisecond)
	if n := testing.AllocsPerRun(100, func() {
		l.now = l.now.Add(judgeInterval + stillLimit)
		l.st.judge(l.now)
	}); n != 0 {
		t.Errorf("%v allocations for each judgement", n)
	}
}

func BenchmarkJudge(b *testing.B) {
	l := newSlowLink(b)
	l.picture(5, true)
	l.pass(100 * time.Millisecond)
	b.ReportAllocs()
	for b.Loop() {
		l.now = l.now.Add(judgeInterval + stillLimit)
		l.st.judge(l.now)
	}
}

func TestALinkOnWhichNothingComesBackIsTheCause(t *testing.T) {
	l := newSlowLink(t)
	l.picture(5, true)
	l.pass(100 * time.Millisecond)
	if s := l.st.sample(l.now); s.Current != 0 || s.Limited {
		t.Errorf("%+v of a picture that goes out", s)
	}
	l.sub.link.silent = true
	l.st.selector.Interrupt() // as watch does
	if s := l.st.sample(l.now); s.Cause() != quality.Downlink {
		t.Errorf("%v of %+v, want the downlink", s.Cause(), s)
	}
}

// pictures returns what publishes one whole picture, of four packets, and runs the
// batch with it, for n subscribers.
func pictures(n int) (s *Shard, next func()) {
	s, src := forwardingShard(n)
	now := time.Now()
	cam := &camera{pool: src.pool}
	return s, func() {
		for i, p := range cam.capture(4) {
			p.Marker, p.FrameStart, p.Timestamp, p.Arrival = i == 3, i == 0, uint32(cam.next/4)*3000, now
			src.sinks[0].Push(p)
		}
		now = now.Add(33 * time.Millisecond)
		s.runBatch(now)
		s.flush(now)
	}
}

func TestPicturesAreJudgedWithoutAllocating(t *testing.T) {
	const subscribers = 50
	s, next := pictures(subscribers)
	for range videoRing { // the rings and the pool fill up
		next()
	}
	if n := testing.AllocsPerRun(200, next); n > 0 && !invariant.Enabled {
		t.Errorf("%v allocations for each picture to %d subscribers, want 0", n, subscribers)
	}
	for _, f := range s.feeds {
		for _, st := range f.streams {
			if rate := st.judged.meter.Report().Rate; rate != 0 {
				t.Fatalf("judged before its time: %v", rate)
			}
			st.judge(time.Now().Add(time.Hour))
			if rate := st.judged.meter.Report().Rate; rate == 0 {
				t.Fatal("the pictures were not noticed")
			}
		}
	}
}

func BenchmarkForwardPictures(b *testing.B) {
	for _, n := range []int{1, 100, 500} {
		b.Run(fmt.Sprintf("subscribers=%d", n), func(b *testing.B) {
			_, next := pictures(n)
			b.ReportAllocs()
			for b.Loop() {
				next()
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(4*n), "ns/forwarded")
		})
	}
}
