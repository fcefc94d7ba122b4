// Package bwe is congestion control: what the path to one receiver carries, when
// to send what, and which videos get how much of it.
//
//	feedback ──► Flow ──► Results ─┬─► delay (arrival groups, trendline, overuse) ─┐
//	(TWCC, RFC 8888)               ├─► acknowledged bitrate ───────────────────────┼─► Estimator
//	                               ├─► loss ───────────────────────────────────────┤   Target
//	                               └─► probes ─────────────────────────────────────┘     │
//	                                                          Pacer, Allocator ◄─────────┘
//
// The estimate follows Google congestion control as libwebrtc has it; docs/bwe.md
// tells the whole story, with the revision and the papers. Each idea has a file.
//
// Everything here decides and does no I/O: there is no goroutine, no lock and no
// clock. Time is passed in and never goes back; one goroutine owns each value.
package bwe
