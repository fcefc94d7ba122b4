package bwe

import (
	"testing"
	"time"
)

// queueing sends a packet each 10 ms through a path of 20 ms and a queue that
// length tells, and returns the first time at which a queue stood, 0 for never.
func queueing(q *standingQueue, from, d time.Duration, length func(time.Duration) time.Duration) (stood time.Duration) {
	for at := from; at < from+d; at += 10 * time.Millisecond {
		if q.add(time.Unix(1000, 0).Add(at), at+20*time.Millisecond+length(at-from)) && stood == 0 {
			stood = at - from + 1
		}
	}
	return stood
}

func steady(d time.Duration) func(time.Duration) time.Duration {
	return func(time.Duration) time.Duration { return d }
}

func TestAQueueThatStandsIsFound(t *testing.T) {
	var q standingQueue
	if queueing(&q, 0, 5*time.Second, steady(0)) != 0 {
		t.Error("one stands on an empty path")
	}
	if stood := queueing(&q, 5*time.Second, time.Second, steady(60*time.Millisecond)); stood == 0 || stood > 400*time.Millisecond {
		t.Errorf("a queue of 60 ms is found after %v", stood)
	}
	if got := q.level(); got != 60*time.Millisecond {
		t.Errorf("the queue is %v, want 60ms", got)
	}
	queueing(&q, 6*time.Second, 300*time.Millisecond, steady(0))
	if queueing(&q, 6300*time.Millisecond, time.Second, steady(0)) != 0 {
		t.Error("it stands still when it is gone")
	}
}

// Bursts, pictures say, and jitter leave the path empty in between.
func TestBurstsAreNoStandingQueue(t *testing.T) {
	var q standingQueue
	bursts := func(at time.Duration) time.Duration { return 5 * (at % (40 * time.Millisecond)) }
	if stood := queueing(&q, 0, 20*time.Second, bursts); stood != 0 {
		t.Errorf("one is found after %v", stood)
	}
}

// A longer path looks like a queue until the time of the shorter one is over.
func TestAQueueThatNeverDrainsIsLetBe(t *testing.T) {
	var q standingQueue
	queueing(&q, 0, 5*time.Second, steady(0))
	queueing(&q, 5*time.Second, 3*time.Second, steady(100*time.Millisecond))
	if stood := queueing(&q, 8*time.Second, 40*time.Second, steady(100*time.Millisecond)); stood != 0 {
		t.Errorf("it counts again after %v", stood)
	}
}

func TestAnotherClockIsNoQueue(t *testing.T) {
	for _, jump := range []time.Duration{time.Hour, -time.Hour} {
		var q standingQueue
		queueing(&q, 0, 5*time.Second, steady(0))
		if stood := queueing(&q, 5*time.Second, 5*time.Second, steady(jump)); stood != 0 {
			t.Errorf("jump of %v: a queue after %v", jump, stood)
		}
	}
}
