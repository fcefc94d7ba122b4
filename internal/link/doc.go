// Package link is the model of one direction of a network path: how it delays,
// loses, queues and reorders datagrams. It moves no bytes and has no clock:
// the caller says when a packet goes in and is told when it comes out, if it
// does. So simulated networks (internal/testnet) and real sockets that play a
// bad network (internal/load/transport) behave alike.
//
//	packet, now --> queue at a rate --> loss --> delay, jitter --> reordering --> arrival
//	                 '-- Overflowed     '-- Lost
//
// The fate of a packet depends on the seed, the path's name, the peer and the
// packet's kind and place among its kind (see dice), not on what else is sent.
package link
