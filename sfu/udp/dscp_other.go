//go:build !unix

package udp

import "errors"

// markDSCP cannot: this system leaves marks to its administrator.
func markDSCP(uintptr, bool, uint8) error { return errors.ErrUnsupported }
