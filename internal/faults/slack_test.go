//go:build linux

package faults

import (
	"errors"
	"time"

	"github.com/atrium-rtc/atrium/signaling/rpc"
)

// slack is added to limits of time, because tests share the machine with others. The figures themselves are logged.
const slack = 2 * time.Second

// codeOf returns the code of a refusal: 0 for none, -1 for an error of another kind.
func codeOf(err error) int {
	var refusal *rpc.Error
	switch {
	case err == nil:
		return 0
	case errors.As(err, &refusal):
		return refusal.Code
	default:
		return -1
	}
}
