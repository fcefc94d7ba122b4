package egress

import (
	"context"
	"fmt"
)

// Answer returns nil when every shard's goroutine has taken a command before ctx
// ends, and otherwise names one that has not: it hangs, is far behind, or is
// closed. It costs each shard one batch without packets. It may be called from any
// goroutine.
func (e *Engine) Answer(ctx context.Context) error {
	answered := make([]chan struct{}, len(e.shards))
	for i, s := range e.shards {
		answer := make(chan struct{})
		answered[i] = answer
		if !s.command(func() { close(answer) }) {
			return fmt.Errorf("shard %d is closed", i)
		}
	}
	for i, answer := range answered {
		select {
		case <-answer:
		case <-ctx.Done():
			return fmt.Errorf("shard %d does not answer: %w", i, context.Cause(ctx))
		}
	}
	return nil
}
