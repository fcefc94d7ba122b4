package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"strings"
	"syscall"
)

// portAttempts bounds the search for a port that is free wherever it is needed.
const portAttempts = 20

// listen opens TCP listeners on the address that a configuration key holds:
// both loopback addresses for localhost, all addresses for an empty host. The
// error says what to change.
func listen(ctx context.Context, key, address string) ([]net.Listener, error) {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", key, err)
	}
	if host != "localhost" {
		var config net.ListenConfig
		listener, err := config.Listen(ctx, "tcp", address)
		if err != nil {
			return nil, listenError(key, address, err)
		}
		return []net.Listener{listener}, nil
	}
	// With port 0 the system picks a port for the first address that may be
	// taken on the second; then both try another.
	for attempt := 1; ; attempt++ {
		listeners, err := listenLoopback(ctx, port)
		if err == nil {
			return listeners, nil
		}
		if port != "0" || attempt == portAttempts || !errors.Is(err, syscall.EADDRINUSE) {
			return nil, listenError(key, address, err)
		}
	}
}

func listenLoopback(ctx context.Context, port string) ([]net.Listener, error) {
	var (
		config    net.ListenConfig
		listeners []net.Listener
		missing   error
	)
	for _, host := range []string{"127.0.0.1", "::1"} {
		listener, err := config.Listen(ctx, "tcp", net.JoinHostPort(host, port))
		switch {
		case errors.Is(err, syscall.EADDRNOTAVAIL) || errors.Is(err, syscall.EAFNOSUPPORT):
			missing = err // a machine may have one kind of address only
			continue
		case err != nil:
			for _, open := range listeners {
				_ = open.Close()
			}
			return nil, err
		}
		listeners = append(listeners, listener)
		_, port, _ = net.SplitHostPort(listener.Addr().String())
	}
	if len(listeners) == 0 {
		return nil, missing
	}
	return listeners, nil
}

// listenError explains the two errors that everybody meets.
func listenError(key, address string, err error) error {
	flag := "--" + strings.ReplaceAll(key, "_", "-")
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return fmt.Errorf("another program listens on %s; stop it, or choose another address for the key %s (flag %s): %w", address, key, flag, err)
	case errors.Is(err, fs.ErrPermission):
		return fmt.Errorf("not allowed to listen on %s; choose a port from 1024 for the key %s (flag %s), or grant CAP_NET_BIND_SERVICE: %w", address, key, flag, err)
	default:
		return fmt.Errorf("listen on %s (key %s): %w", address, key, err)
	}
}
