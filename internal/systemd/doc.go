// Package systemd tells the service manager how the server does, by the protocol
// of sd_notify(3): datagrams with lines of NAME=value to the socket that
// NOTIFY_SOCKET names. Without that variable every call does nothing, so that the
// same program runs in a terminal, in a container and as a unit.
//
//	start ----------> READY=1 STATUS=        the unit is "active"
//	SIGHUP ---------> RELOADING=1 MONOTONIC_USEC=... READY=1
//	SIGTERM --------> STOPPING=1 STATUS=     it drains
//	Watchdog.Run ---> WATCHDOG=1 STATUS=     while Check finds the server alive
//	                  nothing                when not: systemd sends SIGABRT after WatchdogSec,
//	                                         Go prints every goroutine's stack, and the unit restarts
//
// The lines themselves are written by go-systemd's package daemon. Here is what it
// leaves open: which lines go together, and when a server may say that it lives.
package systemd
