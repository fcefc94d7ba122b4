//go:build !linux

package parts

import (
	"context"
	"errors"
	"net/netip"
)

// Measure needs Linux.
func Measure(context.Context, []netip.AddrPort) (Costs, error) { return Costs{}, errors.ErrUnsupported }

// Drain needs Linux.
func Drain(context.Context, func([]netip.AddrPort)) error { return errors.ErrUnsupported }
