package sfu

import "context"

// Answer returns nil when every forwarding shard has done something before ctx
// ends, and otherwise says which has not. Any goroutine may call it.
func (e *Engine) Answer(ctx context.Context) error { return e.egress.Answer(ctx) }
