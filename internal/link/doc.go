// Package link is the model of one direction of a network path: how it delays,
// loses, queues and reorders datagrams. It sends nothing and has no clock:
// the caller says when a packet goes in and is told when it comes out, if it
// does; a Line keeps packets until then. So simulated networks (internal/testnet),
// real sockets that play a bad network (internal/load/transport) and a link
// between namespaces (internal/emulator) behave alike.
//
//	packet, now --> queue at a rate --> loss --> delay, jitter --> reordering --> arrival
//	                 '-- Overflowed     '-- Lost
//
// The fate of a packet depends on the seed, the path's name, the peer and the
// packet's kind and place among its kind (see dice), not on what else is sent.
package link
