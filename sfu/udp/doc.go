// Package udp carries all of the server's media over one UDP port.
//
// A Mux owns one socket per address family (or per configured address), reads
// each with one goroutine and hands every datagram to the ICE agent it belongs
// to. An agent is found by the datagram's source address or, while that is
// still unknown, by the username of a STUN binding request. An address becomes
// known only when our own agent sends STUN to it: until then nothing a
// stranger sends makes the server remember anything.
//
//	socket 0.0.0.0:8082 --read--> RFC 7983 class
//	                               |  request: USERNAME "ours:theirs" -> conns of "ours"
//	                               |  anything else: source address   -> the conn that learned it
//	                               v
//	                    conn (bounded queue) --ReadFromAddrPort--> ICE candidate's goroutine
//	                    conn <--WriteToAddrPort-- agent; STUN teaches the socket the address
//
// A Mux is an ice.UDPMux. GetConn returns one connection per local candidate;
// all that arrives from one remote address goes to one of them, in order.
package udp
