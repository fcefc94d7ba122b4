package main

import (
	"os"
	"runtime/debug"
)

// garbagePercent is how much the heap may grow before it is collected, in percent
// of what is in use. Go's own 100 would hold half of the server's memory for
// garbage. Media is forwarded without allocations, so that a collection is rarely
// due: the cost of more of them is seen only while many people join at once.
// docs/bench/forwarding.md has the figures.
const garbagePercent = 30

// spareMemory keeps the heap small, unless the operator has set GOGC.
func spareMemory() {
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(garbagePercent)
	}
}
