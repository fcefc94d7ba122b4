package load

import (
	"context"
	"fmt"
	"testing"

	"github.com/atrium-rtc/atrium/internal/load/session"
	"github.com/atrium-rtc/atrium/internal/load/transport"
)

func TestFailedConnectionsAreToldApart(t *testing.T) {
	for want, err := range map[string]error{
		"receive: ICE: timeout":                 fmt.Errorf("ICE: no way to the server found: %w", context.DeadlineExceeded),
		"receive: DTLS: timeout":                fmt.Errorf("DTLS handshake with 192.0.2.1:5000: %w", context.DeadlineExceeded),
		"receive: the server stopped answering": transport.ErrLost,
	} {
		if got := session.Reason(&session.OpError{Op: "receive" + phase(err), Err: err}); got != want {
			t.Errorf("%v: %q, want %q", err, got, want)
		}
	}
}
