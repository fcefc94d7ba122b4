package crowd

import (
	"context"
	"errors"
	"sync"
	"time"
)

// Ramp begins so many tasks a second, in order, and returns when all are over:
// joins at a pace that leaves the server time for its media. The first error
// keeps the rest from beginning.
func Ramp(ctx context.Context, perSecond float64, tasks []func(context.Context) error) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var mu sync.Mutex
	var failures []error
	fail := func(err error) {
		if err == nil {
			return
		}
		mu.Lock()
		defer mu.Unlock()
		if len(failures) == 0 || !errors.Is(err, context.Canceled) {
			failures = append(failures, err)
		}
		cancel()
	}
	ticker := time.NewTicker(time.Duration(float64(time.Second) / perSecond))
	defer ticker.Stop()
	var running sync.WaitGroup
	for _, task := range tasks {
		select {
		case <-ctx.Done():
			fail(ctx.Err())
		case <-ticker.C:
			running.Go(func() { fail(task(ctx)) })
			continue
		}
		break
	}
	running.Wait()
	return errors.Join(failures...)
}
