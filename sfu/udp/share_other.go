//go:build !linux

package udp

import "errors"

// canShare: where sockets can share an address at all, one of them gets all that
// comes.
const canShare = false

func shareAddress(uintptr) error { return errors.ErrUnsupported }
