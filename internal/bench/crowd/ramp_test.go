package crowd

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

func TestARampKeepsItsPace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		var mu sync.Mutex
		var began []time.Duration
		var tasks []func(context.Context) error
		for range 4 {
			tasks = append(tasks, func(context.Context) error {
				mu.Lock()
				began = append(began, time.Since(start))
				mu.Unlock()
				time.Sleep(time.Millisecond)
				return nil
			})
		}
		if err := Ramp(t.Context(), 10, tasks); err != nil {
			t.Fatal(err)
		}
		for i, at := range began {
			if want := time.Duration(i+1) * 100 * time.Millisecond; at != want {
				t.Errorf("task %d began at %v, want %v", i, at, want)
			}
		}
		if len(began) != 4 || time.Since(start) != 401*time.Millisecond {
			t.Errorf("%d tasks in %v", len(began), time.Since(start))
		}
	})
}

func TestAFailureEndsARamp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		broken := errors.New("broken")
		var began atomic.Int64
		task := func(ctx context.Context) error {
			if began.Add(1) == 2 {
				return broken
			}
			<-ctx.Done()
			return ctx.Err()
		}
		err := Ramp(t.Context(), 10, []func(context.Context) error{task, task, task, task})
		if !errors.Is(err, broken) || began.Load() != 2 {
			t.Errorf("%d began, error %v; want 2, %v", began.Load(), err, broken)
		}
	})
}
