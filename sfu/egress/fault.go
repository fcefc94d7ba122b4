package egress

import (
	"runtime/debug"
	"time"
)

// FaultReporter is a ReportWriter that hears of a panic in what the shard did for its
// subscriber, with the stack. The subscriber is removed; the shard's others go on. It is
// called on the shard's goroutine and must not block. Of a subscriber whose writer is
// none the panic is one of the process.
type FaultReporter interface {
	Faulted(reason any, stack []byte)
}

// contain is deferred where the shard works for one subscriber alone: a fault of ours
// that one receiver's packets bring about must not end the calls of all others.
func (s *Subscriber) contain() {
	reason := recover()
	if reason == nil {
		return
	}
	reporter, ok := s.reports.(FaultReporter)
	if !ok {
		panic(reason)
	}
	reporter.Faulted(reason, debug.Stack())
	s.shard.faulty = append(s.shard.faulty, s)
}

// removeFaulty removes those whose work has panicked, when nobody walks over the
// shard's lists.
func (s *Shard) removeFaulty() {
	if len(s.faulty) == 0 {
		return
	}
	for i := 0; i < len(s.faulty); i++ {
		s.faulty[i].remove()
	}
	clear(s.faulty)
	s.faulty = s.faulty[:0]
}

// forwardAlone forwards what waits for the only stream that gets something.
func (st *Stream) forwardAlone(now time.Time) {
	defer st.sub.contain()
	st.forwardPending(now)
}
