//go:build linux

package faults

import (
	"net"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// limitFiles lets a server open so many more descriptors than it has.
func (s *server) limitFiles(more int) {
	s.t.Helper()
	most := uint64(s.descriptors() + more) //nolint:gosec // a few
	must(s.t, unix.Prlimit(s.cmd.Process.Pid, unix.RLIMIT_NOFILE, &unix.Rlimit{Cur: most, Max: 20000}, nil))
}

// Without descriptors newcomers wait, and nobody else notices: the listeners go on, the log and a metric say so, and when there
// are descriptors again who waited gets in.
func TestWithoutDescriptorsOnlyNewcomersWait(t *testing.T) {
	t.Parallel()
	const spare, crowd = 8, 40
	s := serve(t, launch{})
	c := open(t, s, "call")
	c.viewer.mark()
	s.limitFiles(spare)
	var idle []net.Conn
	for range crowd { // the kernel takes them all
		conn, err := net.Dial("tcp", s.public)
		must(t, err)
		idle = append(idle, conn)
	}
	const complaint = "accepting connections failed"
	await(t, 10*time.Second, "a line in the log", func() bool { return strings.Contains(s.logged(), complaint) })
	pass(2 * time.Second)
	s.running()
	c.unharmed(untouched)
	gap := c.viewer.gap()
	for _, conn := range idle {
		_ = conn.Close()
	}
	began := time.Now()
	enter(t, s, "call", "zoe")
	back := time.Since(began)
	failures := s.metric("atrium_http_accept_errors_total")
	if failures == 0 {
		t.Error("no failure is counted")
	}
	if lines := strings.Count(s.logged(), complaint); lines > 2 {
		t.Errorf("%d lines in the log", lines)
	}
	if back > 2*time.Second+slack {
		t.Errorf("the listener takes a newcomer after %v", back)
	}
	t.Logf("descriptors: longest gap of a call %v, %v failures counted, a newcomer gets in %v after descriptors are free", gap, failures, back)
}
