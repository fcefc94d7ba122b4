// Package demux tells the protocols of WebRTC apart that share one socket (RFC
// 7983), for the server and for the load generator, and the ICE agents that
// share one port.
//
//	datagram --> Of(b) ----------> STUN, DTLS, RTP, RTCP or Unknown
//	             LocalUfrag(b) --> of a STUN binding request: whose it is
package demux
