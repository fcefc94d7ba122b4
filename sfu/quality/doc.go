// Package quality judges what the person at the other end feels of one track, and
// says why.
//
//	each frame that goes out ─► Freezes ───┐ frozen, how often, time to first frame
//	each PLI, pause, resume ──────┘        │
//	                                       ▼
//	once a second: Sample ──┬─► Sound ───► Score    1 to 5, of the last seconds
//	(layers, loss, delay)   ├─► Picture ─────┘
//	                        └─► Judge ───► Cause    None, Downlink, Uplink,
//	                                       Trouble  Publisher, Overload
//	now and then: Client ─────► its freezes and concealment go before ours
//	                                       │
//	                          Meter ◄──────┘ all of it for one subscription
//	                            └─► Report   a copy for whoever asks
//
// A link that falls shows as follows. The allocator gives a smaller picture, and
// the Score drops with its size; the Cause is Downlink, since what is alive on the
// ladder is more than what goes out. If the publisher then stops its large encoding,
// nothing that the viewer's link does could bring it back, and as soon as the link
// carries what is left the Cause is Publisher. When the publisher mutes there is
// nothing to judge: the Score is 0, and no freeze is counted.
//
// The server sees what it sends, not what is shown, so it is a little too kind: it
// does not see a renderer that is late. A client that reports its own statistics
// knows better, and is believed where they are possible at all.
//
// Everything here decides and does no I/O: there is no goroutine, no lock and no
// clock. Time is passed in and never goes back; one goroutine owns each value.
package quality
