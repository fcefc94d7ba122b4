// Package udp carries all of the server's media over one UDP port.
//
// A Mux has an address for each family (or those that are configured), and each
// address has several sockets, one a core, among which the kernel spreads what
// comes (SO_REUSEPORT). The sockets of an address are a group: what one of them
// learns, all know. Each socket is read by one goroutine, in batches where the
// system can (recvmmsg, UDP_GRO), which gives every datagram to the ICE agent it
// belongs to. An agent is found by the datagram's source address or, while that
// is still unknown, by the username of a STUN binding request. An address becomes
// known only when our own agent sends STUN to it: until then nothing a stranger
// sends makes the server remember anything.
//
//	group 0.0.0.0:8082
//	  socket 0 --batch--\    RFC 7983 class
//	  socket 1 --batch--->-- request: USERNAME "ours:theirs" -> conns of "ours"
//	  ...                /   anything else: source address   -> the conn that learned it
//	                         |
//	                         RTP, RTCP: Peer's Take, on the reader's goroutine
//	                         the rest: inbox (bounded) --ReadFromAddrPort--> agent's goroutine
//
// What agents send (STUN, which teaches the group an address; DTLS; RTCP) leaves
// at once. What shards forward is most of all traffic, and the kernel's work for
// each datagram most of its cost. So a shard collects it in a Queue:
//
//	Reserve, Commit(route) --> arena: aaaa bbbb bbbb bb cccc ...
//	                           runs:  a    b            c     one destination, one size
//	Flush -------------------> sendmmsg: a message a run, with UDP_SEGMENT from two datagrams on
//
// Runs are given up where they do not work: for a route (no checksum offload, a
// small MTU), for an address (no route takes them), for the system (SendMode).
// Nothing here waits for a socket. What finds no room stays in the arena until
// newer datagrams need its place.
//
// A Mux is an ice.UDPMux, and so is the Peer that stands for one agent's view of
// it. GetConn returns one connection per local candidate; all that arrives from
// one remote address goes to one of them, in order.
package udp
