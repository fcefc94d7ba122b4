// Package dumbbell simulates flows that share one bottleneck, the topology by
// which congestion control is evaluated (RFC 8867): media of ours, under the
// estimator of sfu/bwe, and foreign flows under the control of TCP.
//
//	source ─► pacer ─► Controller.Sent ─┐
//	          probes                    ├─► forward path ─► receiver ─┐
//	NewReno ────────────────────────────┘   (internal/link)           │
//	   ▲                                                              │
//	   └──────── TWCC feedback, reports, ACKs ◄── backward path ◄─────┘
//
// Time is virtual: a heap of events, one goroutine, and no clock. A run is
// repeated exactly by its seed.
package dumbbell
