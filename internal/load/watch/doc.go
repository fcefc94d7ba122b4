// Package watch is the far end of a subscription: it takes the RTP and RTCP of
// one connection, answers like a browser (libwebrtc), decodes nothing, and
// measures what a person would have seen and heard.
//
//	RTP ─> track ─> ledger    which packets came, in time or at all
//	       (RTX     reception loss and jitter for receiver reports
//	      undone)   assembly  frames that a decoder could decode, in order
//	         │      freezes, transit, gaps, tally   what a person notices
//	         └─> Snapshot, Latency
//
//	poll ──> NACK, PLI, receiver reports, transport-wide feedback ─> Writer
//
// There is no jitter buffer: a frame counts as shown the moment it could be
// decoded. What arrives unevenly is therefore judged a little harder than by a
// browser that holds pictures back.
//
// A Receiver is owned by the connection's reader goroutine, which also brings
// the time; Snapshot, Latency and SetPaused are for everybody.
package watch
