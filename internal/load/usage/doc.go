// Package usage reads what a process uses: its processor time and its memory, of
// the generator itself, of a server on the same machine, or of a server that
// Prometheus can scrape.
//
//	Self, Process --> /proc/PID/stat --+
//	Scrape --> GET .../metrics --------+--> Sample --> Meter --> cores in each interval, most memory
//
// A Source is read by one goroutine at a time, about once a second.
package usage
