package egress

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/pion/rtp"

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
		if got := e.Stats(); got.Freezes != 1 || got.FirstFrames != 1 {
			t.Errorf("%d freezes and %d first pictures in all, want 1 and 1", got.Freezes, got.FirstFrames)
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
