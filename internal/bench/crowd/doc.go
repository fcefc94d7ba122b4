// Package crowd is the load of the benchmark: a few publishers and very many
// subscribers in one process, at a cost that leaves a thousand of them room on
// one processor.
//
//	Enter --session--> server            a participant, and what it publishes
//	Watch --session, ICE, DTLS--> server a viewing: one stream received
//	transport.Poller --SealedRTP--> viewing: number, once, twice, missing; few packets opened for their stamp
//	viewing --reports, transport-wide feedback, PLI--> server
//	Count, Latency <-- all viewings
//
// A subscriber of the load test (internal/load/watch) judges what a person would
// have seen, for which it opens each packet, and repairs. A viewing only counts:
// it reads the header that SRTP leaves in the clear, and opens one video packet
// in sixteen or so to see how long it was on its way. It sends what a browser
// sends as long as nothing is lost, and asks for nothing again when something
// is. What was negotiated is the same for both.
package crowd
