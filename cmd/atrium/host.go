package main

import (
	"fmt"
	"io"
	"net"
	"runtime"
	"runtime/debug"
	"strconv"

	"github.com/atrium-rtc/atrium/internal/config"
	"github.com/atrium-rtc/atrium/internal/host"
	"github.com/atrium-rtc/atrium/sfu/udp"
)

// otherSockets are listeners, and what the runtime opens.
const otherSockets = 16

// hostNeeds is what the server would want of the machine with cfg.
func hostNeeds(cfg config.Config) host.Needs {
	sockets := cfg.Media.Sockets
	if sockets == 0 {
		sockets = runtime.GOMAXPROCS(0)
	}
	return host.Needs{
		SocketBuffer: udp.DefaultBufferSize,
		Sessions:     cfg.Signaling.MaxSessions,
		TCP:          cfg.Media.TCP,
		Sockets:      sockets*max(2, len(cfg.Media.Listen)) + otherSockets + relaySockets(cfg.TURN),
		Ports: []int{
			cfg.Media.Port, portOf(cfg.HTTP.Listen), portOf(cfg.Operator.Listen), portOf(cfg.TLS.ACME.HTTPListen),
			portOf(cfg.TURN.UDPListen), portOf(cfg.TURN.TCPListen), portOf(cfg.TURN.TLSListen),
		},
		Processors:  runtime.GOMAXPROCS(0),
		MemoryLimit: debug.SetMemoryLimit(-1), // reads
	}
}

// relaySockets is how many files the relay may have open: a socket for each
// allocation, and a connection.
func relaySockets(cfg config.TURN) int {
	if !cfg.On() {
		return 0
	}
	return 2 * cfg.Allocations
}

// portOf returns the port of an address to listen on; 0 if there is none.
func portOf(address string) int {
	_, port, err := net.SplitHostPort(address)
	if err != nil {
		return 0
	}
	n, _ := strconv.Atoi(port) // the configuration is checked: it is a number
	return n
}

// printFindings writes three lines for each.
func printFindings(w io.Writer, found []host.Finding) {
	for _, f := range found {
		fmt.Fprintf(w, "host: %s\n  so:     %s\n  remedy: %s\n", f.Problem, f.Reason, f.Remedy)
	}
}
