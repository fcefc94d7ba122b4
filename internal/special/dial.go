package special

import (
	"fmt"
	"net/netip"
	"slices"
	"syscall"
)

// AddressError says that there is no connection to an address because of what it is for.
type AddressError struct {
	Address netip.Addr
	Use     Use
}

// Error implements error.
func (e *AddressError) Error() string {
	return fmt.Sprintf("connect to %v: a %s address is not allowed here", e.Address, e.Use)
}

// Only returns a function for net.Dialer.Control that lets through addresses of the uses
// named, and refuses others with an *AddressError. It is asked for each address that a name
// resolved to, right before the connection is made, so that no name leads elsewhere.
func Only(uses ...Use) func(network, address string, c syscall.RawConn) error {
	return func(_, address string, _ syscall.RawConn) error {
		at, err := netip.ParseAddrPort(address)
		if err != nil {
			return fmt.Errorf("connect to %s: %w", address, err)
		}
		if use := Purpose(at.Addr()); !slices.Contains(uses, use) {
			return &AddressError{at.Addr(), use}
		}
		return nil
	}
}
