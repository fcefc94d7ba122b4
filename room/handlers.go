package room

import (
	"runtime/debug"
	"slices"
	"sync/atomic"
)

// handlers is a copy-on-write list: rooms read it for every event.
type handlers struct {
	list atomic.Pointer[[]EventHandler]
}

func (h *handlers) add(handler EventHandler) {
	for {
		old := h.list.Load()
		var list []EventHandler
		if old != nil {
			list = slices.Clone(*old)
		}
		list = append(list, handler)
		if h.list.CompareAndSwap(old, &list) {
			return
		}
	}
}

// emit tells every handler of one event, on the room's goroutine.
func (r *room) emit(event string, tell func(EventHandler)) {
	list := r.handlers.list.Load()
	if list == nil {
		return
	}
	for _, h := range *list {
		r.guard(event, func() { tell(h) })
	}
}

// guard runs the application's code. Its panic is logged and counted, and ends
// neither the room nor the round: the other handlers still hear of the event.
func (r *room) guard(event string, run func()) {
	defer func() {
		if p := recover(); p != nil {
			r.counters.handlerPanics.Add(1)
			r.log.Error("panic in the application's handler", "event", event, "panic", p, "stack", string(debug.Stack()))
		}
	}()
	run()
}
