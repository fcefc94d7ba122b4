// Package room is the room server without a network: who is in which room, who
// may do what, who receives what. It is the Room SDK for Go applications; the
// signaling package is one user of it and speaks Kurento Room's protocol.
//
// A Manager takes requests on its callers' goroutines and hands them to the room
// they concern. Each room is one goroutine that owns its state, decides, and
// tells the handlers what happened, so that everybody hears of things in one
// order. Rooms share nothing but the registry that finds them. Media is an
// interface: this package knows offers and answers as text and connections as
// things to mute, feed with candidates and close. Negotiations take long and run
// on the caller's goroutine between two visits to the room: one reserves the
// connection's place, one opens it, unless it was taken back in between.
//
//	caller           Manager             room goroutine             EventHandler
//	  │  Publish       │  find the room     │                             │
//	  ├───────────────►├───────────────────►│ state: reserve a slot       │
//	  │◄───────────────┼────────────────────┤                             │
//	  │  Media.Publish (slow; the room goes on)                           │
//	  ├───────────────►├───────────────────►│ state: open the slot        │
//	  │◄─ ─ ─ Answered(sdp) ─ ─ ─ ─ ─ ─ ─ ─ ┤                             │
//	  │                │                    ├──── OnPublished ───────────►│
//	media plane ── MediaObserver ──────────►├──── OnICECandidate ────────►│
//	                   never waits          └──── OnMediaError ──────────►│
//
// The decisions (state and what hangs on it) are a plain struct without
// goroutine, lock or clock. Errors that a client is to see are *Error with
// Kurento's code and Kurento's sentence; everything a participant can make a
// room hold has a limit in Options.
package room
