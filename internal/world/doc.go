// Package world simulates the whole server with dozens of clients in fake time,
// from one seed: rooms, sessions over websockets, media over DTLS and SRTP, all of
// it as the binary runs it, on a network that is only a model. Nothing in it makes
// a system call or waits for a clock, so that two minutes of a conference with
// failing links take a second, and a failure that a seed found is found again.
//
//	seed --> Script: members, steps (faults), when all heals
//	            |
//	            v            testnet: hosts, links, NAT, outages, in a synctest bubble
//	 client --- websocket ---------------------> http.Server, signaling.Server
//	   |                                                  |
//	 Pion ----- ICE, DTLS, SRTP over UDP ------> sfu.Engine <-- room.Manager
//	   |                                                  |
//	 screen: frames by their stamps              wire: every datagram that leaves
//	   |                                                  |
//	   '---------> oracles: outcome, threshold, liveness, differential <-- model
//
// A client does what an application's does: it opens its socket again, continues
// its session or joins anew, begins ICE anew when nothing comes, and makes its
// connections anew when the server has lost them. Half of them speak as Kurento
// Room's clients do, with a connection for each stream; the others have paired
// connections.
//
// The oracles are four, each in a file of its own: what must be so when all has
// healed (oracle_outcome.go), the figures that hold all the time
// (oracle_threshold.go), that bystanders notice nothing (oracle_liveness.go), and
// that the number of shards changes nothing (oracle_differential.go).
//
// docs/simulation.md says how to read a seed that fails, and how to write a
// family of scripts.
package world
