// Package demux tells the protocols of WebRTC apart that share one socket (RFC
// 7983), for the server and for the load generator.
//
//	datagram --> Of(b) --> STUN, DTLS, RTP, RTCP or Unknown
package demux
