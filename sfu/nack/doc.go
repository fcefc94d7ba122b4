// Package nack repairs loss by retransmission (RFC 4585 section 6.2.1, RFC
// 4588). It decides; others send and receive.
//
//	publisher ──packets──> Detector   what is missing, when to ask for it
//	          <──NACK───── Pairs
//
//	subscriber ──NACK────> History    which source packet it was, and whether it
//	                          │       may be sent again
//	           <──RTX────── Budget    retransmissions against the media's octets
//
// Everything here is a plain struct owned by one goroutine; time is an argument.
package nack
