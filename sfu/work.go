package sfu

import "sync"

// work is what others want done on a goroutine, in order and without a bound: a connection
// with a hundred streams hears of all of them at once when its link goes silent, and must
// not forget any. Who adds to it is limited elsewhere.
type work struct {
	mu     sync.Mutex
	list   []func()
	closed bool
}

// add returns false when the goroutine has ended.
func (w *work) add(fn func()) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.closed {
		return false
	}
	w.list = append(w.list, fn)
	return true
}

// run does all of it, on the goroutine.
func (w *work) run() {
	w.mu.Lock()
	list := w.list
	w.list = nil
	w.mu.Unlock()
	for _, fn := range list {
		fn()
	}
}

// close does what is left, and refuses more.
func (w *work) close() {
	w.mu.Lock()
	w.closed = true
	w.mu.Unlock()
	w.run()
}
