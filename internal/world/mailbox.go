package world

import "sync"

// mailbox holds what a client's goroutine is to do. It has no end: a client that
// waits for an answer must not hold up whoever tells it something.
type mailbox struct {
	signal chan struct{}
	mu     sync.Mutex
	list   []func()
}

func newMailbox() *mailbox { return &mailbox{signal: make(chan struct{}, 1)} }

func (m *mailbox) put(do func()) {
	m.mu.Lock()
	m.list = append(m.list, do)
	m.mu.Unlock()
	select {
	case m.signal <- struct{}{}:
	default:
	}
}

func (m *mailbox) take() []func() {
	m.mu.Lock()
	defer m.mu.Unlock()
	list := m.list
	m.list = nil
	return list
}
