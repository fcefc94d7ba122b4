package invariant

import "fmt"

// Check panics with the formatted message unless cond holds. It may be called
// from any goroutine. Without args it is inlined and costs one comparison;
// args are boxed by the caller even when cond holds, so code that runs for each
// packet passes a constant message only.
func Check(cond bool, msg string, args ...any) {
	if !cond {
		fail(msg, args)
	}
}

//go:noinline
func fail(msg string, args []any) {
	if len(args) > 0 {
		msg = fmt.Sprintf(msg, args...)
	}
	panic("broken invariant: " + msg)
}
