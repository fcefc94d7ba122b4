//go:build !linux

package transport

import (
	"errors"
	"fmt"
	"net/netip"
	"time"
)

// Poller reads the sockets of many connections on one goroutine. There is one on
// Linux only.
type Poller struct{}

// NewPoller fails here.
func NewPoller(time.Duration) (*Poller, error) {
	return nil, fmt.Errorf("one reader for many sockets: %w: it needs Linux", errors.ErrUnsupported)
}

// Close does nothing.
func (*Poller) Close() error { return nil }

// Do runs nothing.
func (*Poller) Do(func()) bool { return false }

func (*Poller) remove(*reader) {}

func (*Conn) move(*Poller) error { return errors.ErrUnsupported }

// descriptor is a socket that Go's poller does not know. There is none here.
type descriptor struct{}

func (*descriptor) send([]byte, netip.AddrPort) error { return errors.ErrUnsupported }

func (*descriptor) close() error { return nil }
