package session_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"syscall"
	"testing"

	"github.com/atrium-rtc/atrium/internal/load/session"
	"github.com/atrium-rtc/atrium/signaling/rpc"
)

func TestReasonsAreTheSameForTheSameFault(t *testing.T) {
	op := func(err error) error { return fmt.Errorf("ann: %w", &session.OpError{Op: "joinRoom", Err: err}) }
	refused := &net.OpError{Op: "dial", Net: "tcp", Err: os.NewSyscallError("connect", syscall.ECONNREFUSED)}
	for _, tc := range []struct {
		err  error
		want string
	}{
		{nil, ""},
		{op(&rpc.Error{Code: 104, Message: "User 'ann' already exists in room 'r7'"}), "joinRoom: 104 existing user in room"},
		{&rpc.Error{Code: 12345, Message: "?"}, "12345 unknown"},
		{op(&rpc.CloseError{Code: 1001, Reason: "bye"}), "joinRoom: websocket closed by the server with 1001"},
		{op(&rpc.HandshakeError{Status: 429, Body: "10.0.0.1"}), "joinRoom: 429 Too Many Requests"},
		{op(fmt.Errorf("no answer: %w", rpc.ErrLost)), "joinRoom: peer is silent"},
		{op(context.DeadlineExceeded), "joinRoom: timeout"},
		{os.ErrDeadlineExceeded, "timeout"},
		{op(context.Canceled), "joinRoom: cancelled"},
		{op(refused), "joinRoom: connection refused"},
		{errors.Join(refused, refused), "connection refused"},
		{&net.DNSError{Name: "a.example", IsNotFound: true}, "no such host"},
		{&net.DNSError{Name: "a.example", IsTimeout: true}, "timeout"},
		{io.ErrUnexpectedEOF, "connection ended"},
		{session.ErrEvicted, "evicted from the room"},
		{errors.New(`read "x" of 10.1.2.3:99 by 'ann': odd`), "read * of * by *: odd"},
		{errors.New(strings.Repeat("é", 100)), strings.Repeat("é", 80)},
	} {
		if got := session.Reason(tc.err); got != tc.want {
			t.Errorf("%v: got %q, want %q", tc.err, got, tc.want)
		}
	}
}
