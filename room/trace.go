package room

import (
	"errors"
	"strconv"

	"github.com/atrium-rtc/atrium/internal/tracing"
)

// roomAttribute names the room in a trace. Users are not named: traces leave the server.
const roomAttribute = "atrium.room"

// failed marks a span with the code of an error, or with what kind of error it is, and
// returns the error. Its sentence is for the client, and has names in it.
func failed(span *tracing.Span, err error) error {
	if span == nil || err == nil {
		return err
	}
	if refused := (*Error)(nil); errors.As(err, &refused) {
		span.Fail("code " + strconv.Itoa(int(refused.Code)))
	} else {
		span.Fail("given up")
	}
	return err
}
