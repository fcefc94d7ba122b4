package main

import (
	"fmt"
	"os"
	"strconv"
	"strings"

	"github.com/atrium-rtc/atrium/internal/load/result"
	"github.com/atrium-rtc/atrium/internal/load/transport"
)

// grantedReceiveBuffer is where Linux says how many octets of receive buffer a
// socket gets at most. It doubles what it grants, for its own bookkeeping
// (socket(7)).
const grantedReceiveBuffer = "/proc/sys/net/core/rmem_max"

// receiveBuffers says what the sockets of media ask for and what the system
// grants, as the file of its limit has it. A system without the file does not
// say.
func receiveBuffers(file string) string {
	asked := "each media socket asks for a receive buffer of " + octets(transport.ReceiveBuffer)
	data, err := os.ReadFile(file)
	if err != nil {
		return asked
	}
	granted, err := strconv.Atoi(strings.TrimSpace(string(data)))
	if err != nil {
		return asked
	}
	if granted >= transport.ReceiveBuffer {
		return asked + ", which the system grants"
	}
	return fmt.Sprintf("warning: %s, the system grants %s: bursts may be dropped here that a person would have received "+
		"(sysctl -w net.core.rmem_max=%d)", asked, octets(granted), transport.ReceiveBuffer)
}

func octets(n int) string { return result.Octet.Format(float64(n)) }
