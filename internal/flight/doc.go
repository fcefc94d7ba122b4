// Package flight keeps the last seconds of what the Go runtime did, and writes them
// to a file when media is forwarded late: what every goroutine ran, waited for and
// was kept from, when it is too late to begin a recording.
//
//	runtime/trace.FlightRecorder --- the last seconds, in memory
//	        |
//	every second: late, all --> Trigger --> files --> atrium-flight-20261128T101500.000Z.trace
//	        |                  (decides)  (few are kept)
//	GET /debug/flight --------> the same on demand
//
// The Trigger decides without a clock and without I/O; the Recorder's goroutine owns
// everything. "go tool trace FILE" shows a recording.
package flight
