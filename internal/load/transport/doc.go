// Package transport is one light WebRTC connection of a load generator: what a
// browser does below the media, at a cost that lets thousands of them share a
// core.
//
// A Conn makes the SDP offer, reads the answer, finds the way to the server by
// ICE, agrees on keys by DTLS and then seals and opens SRTP itself. It has one
// UDP socket and one goroutine that reads it: many datagrams a system call, each
// sorted by its first octet (RFC 7983) and, if it is media, decrypted where it
// lies and handed to the Handler before the next one is looked at.
//
//	socket --recvmmsg--> [conditions] --> classify --STUN--> ICE agent (pion/ice)
//	                                         |-------DTLS--> handshake (pion/dtls)
//	                                         '-SRTP, SRTCP--> open in place --> Handler
//	socket <---sendto--- [conditions] <-- seal <-- WriteRTP, WriteRTCP
//
// Conditions (internal/link) apply to every datagram in either direction, STUN
// and DTLS included. A connection without them has no queue and no goroutine for
// them.
package transport
