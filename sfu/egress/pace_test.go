package egress

import (
	"testing"
	"time"

	"github.com/pion/rtp"

	"github.com/atrium-rtc/atrium/sfu/bwe"
	"github.com/atrium-rtc/atrium/sfu/packet"
)

// slowLink is a shard with one receiver of video whose pacer lets little pass.
type slowLink struct {
	shard *Shard
	src   *fakeSource
	out   *fakeWriter
	sub   *Subscriber
	st    *Stream
	now   time.Time
	seq   packet.ExtSeq
}

func newSlowLink(tb testing.TB) *slowLink {
	const estimate = 400 * bwe.Kbps // 1 Mbit/s by the pacer
	tb.Helper()
	l := &slowLink{
		shard: newShard(0), src: &fakeSource{pool: packet.NewPool()}, out: &fakeWriter{}, now: time.Now(), seq: 1 << 16,
	}
	l.sub = newSubscriber(l.shard, "", l.out, func() {})
	cfg := videoConfig(l.out)
	cfg.Extensions.TransportSequence = 3
	l.st = l.sub.Add(l.src, cfg)
	l.sub.Start()
	l.shard.runBatch(l.now)
	l.sub.link.estimator = bwe.NewEstimator(bwe.Config{Start: estimate, Min: estimate, Max: estimate}, l.now)
	l.sub.flow = l.sub.link.estimator.NewFlow(l.now)
	l.sub.link.follow(l.now)
	l.sub.link.pacer.Spend(l.sub.link.pacer.Room(l.now)) // no credit from before
	tb.Cleanup(func() {
		l.shard.shutdown()
		if n := l.src.pool.InUse(); n != 0 {
			tb.Errorf("%d packets still held", n)
		}
	})
	return l
}

// picture publishes a picture of n packets of 1000 octets.
func (l *slowLink) picture(n int, keyframe bool) {
	for i := range n {
		l.src.push(l.seq, uint32(l.now.UnixMilli())*90, keyframe && i == 0, 1000)
		l.seq++
	}
	l.shard.runBatch(l.now)
}

// pass lets time pass, as the shard's timer does.
func (l *slowLink) pass(d time.Duration) {
	for end := l.now.Add(d); l.now.Before(end); {
		l.now = l.now.Add(paceInterval)
		l.shard.pace(l.now)
	}
}

func TestPicturesWaitForTheirPaceAndKeepTheirOrder(t *testing.T) {
	l := newSlowLink(t)
	l.picture(20, true)
	if n := len(l.out.packets); n != 0 {
		t.Errorf("%d packets without credit", n)
	}
	l.pass(80 * time.Millisecond) // 10,000 octets
	l.picture(5, false)
	if n := len(l.out.packets); n < 8 || n > 12 {
		t.Errorf("%d packets of 1000 octets in 80 ms at 1 Mbit/s", n)
	}
	l.pass(200 * time.Millisecond)
	got := l.out.take()
	if len(got) != 25 {
		t.Fatalf("%d packets in all, want 25", len(got))
	}
	for i := 1; i < len(got); i++ {
		if got[i].SequenceNumber != got[i-1].SequenceNumber+1 {
			t.Fatalf("number %d after %d", got[i].SequenceNumber, got[i-1].SequenceNumber)
		}
	}
	if len(l.shard.pacing) != 0 {
		t.Error("the shard looks at a link on which nothing waits")
	}
}

func TestPicturesThatWaitTooLongAreGivenUp(t *testing.T) {
	l := newSlowLink(t)
	l.picture(300, true)
	l.pass(maxWait + 10*time.Millisecond)
	if n := l.st.waitingFrom - len(l.st.waiting); n != 0 {
		t.Errorf("%d packets wait still", -n)
	}
	if l.st.Stats().Abandoned == 0 {
		t.Error("what was given up is not counted")
	}
	before := l.src.requests()
	l.now = l.now.Add(keyframeRetry)
	l.st.tick(l.now)
	if l.src.requests() == before {
		t.Error("no keyframe is asked for to go on with")
	}
}

func TestAMuteDropsWhatWaits(t *testing.T) {
	l := newSlowLink(t)
	l.picture(20, true)
	l.st.setMuted(true)
	l.pass(time.Second)
	if n := len(l.out.packets); n != 0 {
		t.Errorf("%d packets after the mute", n)
	}
}

func TestTheEncodingThatTakesOverNeedNotWaitForTheOldOne(t *testing.T) {
	l := newSlowLink(t)
	publish := func(layer packet.Layer, n int, keyframe bool) {
		for i := range n {
			p := &rtp.Packet{
				Header:  rtp.Header{Version: 2, PayloadType: 96, SequenceNumber: l.seq.Seq(), Timestamp: uint32(l.now.UnixMilli()) * 90},
				Payload: make([]byte, 1000),
			}
			l.src.pushAs(p, l.seq, func(p *packet.Packet) {
				p.Layer, p.Needed = layer, packet.AllTargets
				p.FrameStart = i == 0
				p.Keyframe = keyframe && i == 0
				if p.Keyframe {
					p.Width, p.Height = 160<<layer, 90<<layer
				}
			})
			l.seq++
		}
		l.shard.runBatch(l.now)
	}
	publish(0, 1, true)
	publish(1, 1, true)
	l.pass(100 * time.Millisecond)
	if got := l.st.selector.Current().Layer; got != 1 {
		t.Fatalf("encoding %d goes out, want 1", got)
	}
	l.out.take()
	l.sub.link.pacer.Spend(l.sub.link.pacer.Room(l.now))
	publish(1, 20, false)
	l.st.preferred = layers{0, 3}
	l.st.retarget()
	publish(0, 2, true)
	l.pass(100 * time.Millisecond)
	got := l.out.take()
	if len(got) != 2 {
		t.Fatalf("%d packets, want the 2 of the new encoding alone", len(got))
	}
	if got[1].SequenceNumber != got[0].SequenceNumber+1 {
		t.Errorf("numbers %d and %d", got[0].SequenceNumber, got[1].SequenceNumber)
	}
}
