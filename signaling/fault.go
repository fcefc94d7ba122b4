package signaling

import (
	"fmt"
	"log/slog"
	"runtime/debug"

	"github.com/atrium-rtc/atrium/signaling/rpc"
)

// Faults of ours: a panic ends the session or the socket whose request brought it about.
// It is counted and logged with its stack, and all others go on.

// contain is deferred while a session's goroutine serves a request.
func (s *Session) contain(method string) {
	if reason := recover(); reason != nil {
		s.server.faulted(s.log, method, reason)
		s.end(endFault)
	}
}

// contain is deferred while a socket's goroutine looks at a request. Its session ends too.
func (k *socket) contain(method string) {
	reason := recover()
	if reason == nil {
		return
	}
	log := k.server.log
	if k.session != nil {
		log = k.session.log
		k.session.end(endFault)
	}
	k.server.faulted(log, method, reason)
	k.conn.Close(rpc.CloseInternal, endFault.text)
}

func (s *Server) faulted(log *slog.Logger, method string, reason any) {
	s.counters.panics.Add(1)
	log.Error("panic: this session is ended, and no other", "method", method, "panic", fmt.Sprint(reason), "stack", string(debug.Stack()))
}
