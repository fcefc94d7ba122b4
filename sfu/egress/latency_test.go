package egress

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/atrium-rtc/atrium/sfu/packet"
)

// slowQueue takes a while to hand over what was sealed, and has no room at first.
type slowQueue struct {
	takes   time.Duration
	refuses int // so many times
}

func (q *slowQueue) Flush() (pending bool) {
	time.Sleep(q.takes)
	q.refuses--
	return q.refuses >= 0
}

func TestLatencyIsFromTheArrivalToTheEndOfTheBatch(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		queue := &slowQueue{takes: 3 * time.Millisecond}
		e := NewEngine(Config{Shards: 1, Queue: func(int) Queue { return queue }})
		defer e.Close()
		src := &fakeSource{pool: packet.NewPool()}
		started(e, src)
		started(e, src)              // a second receiver makes no second observation
		time.Sleep(tickInterval / 2) // between two ticks
		src.push(1000, 0, true, 500)
		time.Sleep(time.Second)
		st := e.Stats()
		if n := st.ForwardLatency.Count; n != 1 || st.Sent.Video.Packets != 2 {
			t.Fatalf("%d observations of %d packets sent, want 1 of 2", n, st.Sent.Video.Packets)
		}
		if s := st.ForwardLatency.Sum; s != 0.003 {
			t.Errorf("latency of %v s, want 3 ms", s)
		}
		if n, sum := st.BatchPackets.Count, st.BatchPackets.Sum; n != 1 || sum != 1 {
			t.Errorf("%d wake-ups took %v packets, want 1 and 1", n, sum)
		}
	})
}

func TestLatencyCountsTheWaitForTheSocket(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		queue := &slowQueue{}
		e := NewEngine(Config{Shards: 1, Queue: func(int) Queue { return queue }})
		defer e.Close()
		src := &fakeSource{pool: packet.NewPool()}
		started(e, src)
		e.shards[0].command(func() { queue.refuses = 4 })
		synctest.Wait()
		src.push(1000, 0, true, 500)
		time.Sleep(time.Second)
		st := e.Stats()
		if n, sum := st.ForwardLatency.Count, st.ForwardLatency.Sum; n != 1 || sum < 0.001 || sum > 0.01 {
			t.Errorf("%d observations of %v s in all, want one of some milliseconds", n, sum)
		}
	})
}

func TestWhatNobodyGetsHasNoLatency(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := NewEngine(Config{Shards: 1})
		defer e.Close()
		src := &fakeSource{pool: packet.NewPool()}
		_, _, st := started(e, src)
		st.SetMuted(true)
		synctest.Wait()
		src.push(1000, 0, true, 500)
		synctest.Wait()
		if n := e.Stats().ForwardLatency.Count; n != 0 {
			t.Errorf("%d observations", n)
		}
	})
}

func TestWhatThePacerHeldBackIsNoForwardLatency(t *testing.T) {
	l := newSlowLink(t)
	l.picture(20, true)
	l.shard.flush(l.now)
	l.pass(400 * time.Millisecond)
	l.shard.flush(l.now)
	var s Stats
	l.shard.latency.addTo(&s)
	sent := sentBy(l.shard)
	if sent != 20 {
		t.Fatalf("%d packets were sent, want 20", sent)
	}
	if n := s.ForwardLatency.Count; n != 0 {
		t.Errorf("%d observations of latency, want none", n)
	}
	if n := s.PacingDelay.Count; n != sent {
		t.Errorf("%d packets waited, want %d", n, sent)
	}
	// 20 packets of 1000 octets at about 1 Mbit/s leave evenly over some 160 ms.
	if mean := s.PacingDelay.Sum / float64(s.PacingDelay.Count); mean < 0.03 || mean > 0.2 {
		t.Errorf("they waited for %v s in the mean", mean)
	}
}

func TestAShardIsBusyWhileItWorks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		e := NewEngine(Config{Shards: 2})
		defer e.Close()
		for range 3 {
			e.shards[1].command(func() { time.Sleep(20 * time.Millisecond) })
			time.Sleep(time.Second)
		}
		shards := e.Stats().Shards
		if len(shards) != 2 {
			t.Fatalf("%d shards, want 2", len(shards))
		}
		if idle, busy := shards[0].Busy, shards[1].Busy; idle != 0 || busy != 60*time.Millisecond {
			t.Errorf("busy for %v and %v, want 0 and 60 ms", idle, busy)
		}
	})
}
