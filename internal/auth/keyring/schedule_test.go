package keyring

import (
	"errors"
	"testing"
	"time"
)

func TestRetriesComeSoonAndThenLessOften(t *testing.T) {
	now := time.Date(2026, 11, 28, 12, 0, 0, 0, time.UTC)
	s := schedule{interval: time.Minute, cooldown: 10 * time.Second}
	if s.next().After(now) || !s.mayAsk(now) {
		t.Error("the first load waits")
	}
	failed := errors.New("no route")
	for i, step := range []struct {
		err  error
		wait time.Duration
	}{
		{nil, time.Minute},
		{failed, 5 * time.Second},
		{failed, 10 * time.Second},
		{failed, 20 * time.Second},
		{failed, 40 * time.Second},
		{failed, time.Minute},
		{nil, time.Minute},
		{failed, 5 * time.Second},
	} {
		s.tried(now, step.err)
		if got := s.next().Sub(now); got != step.wait {
			t.Errorf("step %d: %v, want %v", i, got, step.wait)
		}
		if s.mayAsk(now.Add(10*time.Second-1)) || !s.mayAsk(now.Add(10*time.Second)) {
			t.Errorf("step %d: the cooldown is not 10 s", i)
		}
	}
	for range 100 {
		s.tried(now, failed)
	}
	if got := s.next().Sub(now); got != time.Minute {
		t.Errorf("after many failures: %v", got)
	}
}
