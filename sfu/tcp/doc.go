// Package tcp carries media over TCP for those whose network blocks UDP: passive
// ICE-TCP candidates (RFC 6544) of all connections on one port.
//
// Every connection of the server has such a candidate for each local address,
// and hardly any is ever used. So an idle one is a few hundred octets and has no
// goroutine; what costs something begins with a TCP connection.
//
//	acceptor, one a listener
//	  |  Config's bounds on connections that are nobody's yet
//	reader, one a connection
//	  |  frames (RFC 4571); the first is a binding request, USERNAME "ours:theirs"
//	conn of "ours" and the local address
//	  inbox, bounded ----ReadFromAddrPort----> agent's goroutine
//	agent, shard --WriteToAddrPort--> outbox, bounded --writer, one a connection--> all that waits, at once
//
// TCP keeps order and slows down who sends too fast, so a full inbox holds its
// readers up and nothing is lost. A full outbox drops, like a socket: who writes
// never waits.
//
// Whoever knows a username fragment may connect under it, as anybody may send
// UDP to it; the agent checks the request's integrity (RFC 8445, section 7.3).
// Until the agent has answered on a connection, nothing but STUN is taken from
// it.
//
// A Mux is an ice.TCPMux, and so is the Peer that stands for one agent's view of
// it.
package tcp
