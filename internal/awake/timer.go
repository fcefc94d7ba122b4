package awake

import (
	"sync"
	"time"
)

// late is by how much a timer must ring too late to say nothing about peers. A busy server's timers are late by milliseconds.
// Sleep that is shorter ends before a peer's time is over by more than that.
const late = time.Second

// Overslept reports whether now is so long after due that the process did not run meanwhile, or hardly.
func Overslept(due, now time.Time) bool { return now.Sub(due) > late }

// Timer is like one of time.AfterFunc, but begins again instead of calling when the process overslept its end. Its methods may
// be called from any goroutine.
type Timer struct {
	call func()

	mu    sync.Mutex
	wait  time.Duration
	due   time.Time
	timer *time.Timer
}

// AfterFunc calls f on a goroutine of its own after wait.
func AfterFunc(wait time.Duration, f func()) *Timer {
	t := &Timer{call: f}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.wait, t.due = wait, time.Now().Add(wait)
	t.timer = time.AfterFunc(wait, t.ring)
	return t
}

// ring calls, or begins again.
func (t *Timer) ring() {
	if !t.again(time.Now()) {
		t.call()
	}
}

// again reports whether the timer has begun again.
func (t *Timer) again(now time.Time) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if !Overslept(t.due, now) {
		return false
	}
	t.due = now.Add(t.wait)
	t.timer.Reset(t.wait)
	return true
}

// Reset begins again with another wait, as time.Timer's does.
func (t *Timer) Reset(wait time.Duration) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.wait, t.due = wait, time.Now().Add(wait)
	t.timer.Reset(wait)
}

// Stop ends it. A call that has begun goes on.
func (t *Timer) Stop() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.timer.Stop()
}
